"""Requests that come together are computed together: one call for many images costs little more than for one."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.serving.engine import Engine
from cnnviz.serving.problems import COME_AGAIN, Problem

__all__ = ["Batcher"]

_MOST_VALUES = 4_000_000  # of the images of one call: 20 of 224x224 in colour


@dataclass(frozen=True, eq=False)
class _Waiting:
    images: NDArray[Any]  # (n, height, width, channels)
    answer: "asyncio.Future[NDArray[np.float32]]"


class Batcher:
    """Lets a network answer one batch at a time; what arrives meanwhile is the next batch.

    There is no waiting for company: an idle network begins at once, and under load batches grow by themselves.

    Args:
        engine: the network.
        most_images: of one call of the network; fewer where they are large, since its feature maps are larger still.
        most_waiting: requests in the queue; more are refused.
        most_bytes: of the images of those; more are refused.
    """

    def __init__(
        self, engine: Engine, most_images: int = 128, most_waiting: int = 256, most_bytes: int = 2**28
    ) -> None:
        self.engine = engine
        self.batches = 0
        self.images = 0
        self._most_images = int(np.clip(_MOST_VALUES // int(np.prod(engine.card.shape)), 1, most_images))
        self._most_bytes = most_bytes
        self._waiting_bytes = 0
        self._queue: asyncio.Queue[_Waiting] = asyncio.Queue(most_waiting)
        self._thread = ThreadPoolExecutor(1, "network")
        self._worker: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to answer; called within the event loop."""
        self._worker = asyncio.create_task(self._work())

    async def stop(self) -> None:
        """Stop answering."""
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.gather(self._worker, return_exceptions=True)
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def __call__(self, images: NDArray[Any]) -> NDArray[np.float32]:
        """Return probabilities (n, classes) of images (n, height, width, channels); who is cancelled is passed over.

        Raises:
            Problem: too many requests wait.
        """
        one = _Waiting(images, asyncio.get_running_loop().create_future())
        if self._queue.full() or (self._waiting_bytes and self._waiting_bytes + images.nbytes > self._most_bytes):
            raise Problem(503, "too many requests are waiting; try again in a moment", COME_AGAIN)
        self._queue.put_nowait(one)
        self._waiting_bytes += images.nbytes
        return await one.answer

    async def _work(self) -> None:
        while True:
            together = [one for one in await self._next() if not one.answer.done()]  # without those who gave up
            if not together:
                continue
            try:
                answers = await self._answers([one.images for one in together])
            except Exception as error:  # noqa: BLE001 - each of those who wait is told, and the next batch is computed
                for one in together:
                    if not one.answer.done():
                        one.answer.set_exception(error)
                continue
            start = 0
            for one in together:
                end = start + len(one.images)
                if not one.answer.done():
                    one.answer.set_result(answers[start:end])
                start = end

    async def _answers(self, together: list[NDArray[Any]]) -> NDArray[np.float32]:
        images = together[0] if len(together) == 1 else np.concatenate(together)
        loop, most = asyncio.get_running_loop(), self._most_images
        parts = []
        for start in range(0, len(images), most):
            part = images[start : start + most]
            parts.append(await loop.run_in_executor(self._thread, self.engine.probabilities, part))
            self.batches += 1
            self.images += len(part)
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    async def _next(self) -> list[_Waiting]:
        """Wait for a request, and take what waits with it."""
        together = [await self._queue.get()]
        count = len(together[0].images)
        while count < self._most_images and not self._queue.empty():
            one = self._queue.get_nowait()
            together.append(one)
            count += len(one.images)
        self._waiting_bytes -= sum(one.images.nbytes for one in together)
        return together
