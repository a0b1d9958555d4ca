"""Requests that come together are computed together: one call for many images costs little more than for one."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.serving.engine import Engine
from cnnviz.serving.problems import Problem

__all__ = ["Batcher"]


@dataclass(frozen=True, eq=False)
class _Waiting:
    images: NDArray[Any]  # (n, height, width, channels)
    answer: "asyncio.Future[NDArray[np.float32]]"


class Batcher:
    """Lets a network answer one batch at a time; what arrives meanwhile is the next batch.

    There is no waiting for company: an idle network begins at once, and under load batches grow by themselves.

    Args:
        engine: the network.
        most_images: of one batch.
        most_waiting: requests in the queue; more are refused.
    """

    def __init__(self, engine: Engine, most_images: int = 128, most_waiting: int = 256) -> None:
        self.engine = engine
        self.batches = 0
        self.images = 0
        self._most_images = most_images
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

    async def __call__(self, images: NDArray[Any], patience_s: float) -> NDArray[np.float32]:
        """Return probabilities (n, classes) of images (n, height, width, channels).

        Raises:
            Problem: too many requests wait, or the answer takes too long.
        """
        answer: asyncio.Future[NDArray[np.float32]] = asyncio.get_running_loop().create_future()
        try:
            self._queue.put_nowait(_Waiting(images, answer))
        except asyncio.QueueFull:
            raise Problem(503, "too many requests are waiting; try again in a moment", {"Retry-After": "1"}) from None
        try:
            return await asyncio.wait_for(answer, patience_s)
        except TimeoutError:
            raise Problem(504, f"the network did not answer within {patience_s:g} s; send fewer photos") from None

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            together = await self._next()
            together = [one for one in together if not one.answer.done()]  # whoever gave up
            if not together:
                continue
            images = np.concatenate([one.images for one in together])
            try:
                answers = await loop.run_in_executor(self._thread, self.engine.probabilities, images)
            except Exception as error:  # noqa: BLE001 - each of those who wait is told, and the next batch is computed
                for one in together:
                    if not one.answer.done():
                        one.answer.set_exception(error)
                continue
            self.batches += 1
            self.images += len(images)
            start = 0
            for one in together:
                end = start + len(one.images)
                if not one.answer.done():
                    one.answer.set_result(answers[start:end])
                start = end

    async def _next(self) -> list[_Waiting]:
        """Wait for a request, and take what waits with it."""
        together = [await self._queue.get()]
        count = len(together[0].images)
        while count < self._most_images and not self._queue.empty():
            one = self._queue.get_nowait()
            together.append(one)
            count += len(one.images)
        return together
