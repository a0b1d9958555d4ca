"""Requests that come together are one batch; a busy network refuses, and a broken one tells everybody."""

import asyncio
import threading
from typing import Any

import numpy as np
import pytest

from cnnviz.serving.batching import Batcher
from cnnviz.serving.engine import Card
from cnnviz.serving.problems import Problem


class Echo:
    """An engine whose probabilities are the images' own first values; it waits until it is told to go."""

    card = Card("echo", "run", ("a", "b"), (1, 1, 2), "test")

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.go = threading.Event()
        self.error: Exception | None = None

    def probabilities(self, images: Any) -> Any:
        self.sizes.append(len(images))
        assert self.go.wait(10)
        if self.error:
            raise self.error
        return images[:, 0, 0, :]


def images(*values: float) -> Any:
    return np.array([[[[value, 1 - value]]] for value in values], np.float32)


def test_what_waits_is_computed_together_and_comes_back_in_its_place() -> None:
    engine = Echo()

    async def scene() -> list[Any]:
        batcher = Batcher(engine)
        batcher.start()
        first = asyncio.create_task(batcher(images(0.1)))
        while not engine.sizes:
            await asyncio.sleep(0)
        rest = [asyncio.create_task(batcher(images(*values))) for values in ((0.2, 0.3), (0.4,), (0.5, 0.6, 0.7))]
        await asyncio.sleep(0)
        engine.go.set()
        answers = await asyncio.gather(first, *rest)
        assert (batcher.batches, batcher.images) == (2, 7)
        await batcher.stop()
        return answers

    answers = asyncio.run(scene())
    assert engine.sizes == [1, 6]
    assert [answer[:, 0].tolist() for answer in answers] == [
        pytest.approx(values) for values in ([0.1], [0.2, 0.3], [0.4], [0.5, 0.6, 0.7])
    ]


def test_a_batch_ends_when_it_is_large_enough() -> None:
    engine = Echo()

    async def scene() -> None:
        batcher = Batcher(engine, most_images=2)
        batcher.start()
        waiting = [asyncio.create_task(batcher(images(0.1))) for _ in range(5)]
        await asyncio.sleep(0)
        engine.go.set()
        await asyncio.gather(*waiting)
        await batcher.stop()

    asyncio.run(scene())
    assert max(engine.sizes) == 2
    assert sum(engine.sizes) == 5


def test_a_request_of_many_images_takes_several_calls() -> None:
    engine = Echo()
    engine.go.set()

    async def scene() -> Any:
        batcher = Batcher(engine, most_images=2)
        batcher.start()
        answer = await batcher(images(0.1, 0.2, 0.3, 0.4, 0.5))
        assert (batcher.batches, batcher.images) == (3, 5)
        await batcher.stop()
        return answer

    assert asyncio.run(scene())[:, 0].tolist() == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5])
    assert engine.sizes == [2, 2, 1]


def test_too_many_are_told_to_come_again_and_who_gives_up_is_passed_over() -> None:
    engine = Echo()

    async def scene() -> Problem:
        batcher = Batcher(engine, most_waiting=1)
        batcher.start()
        first = asyncio.create_task(batcher(images(0.1)))
        while not engine.sizes:
            await asyncio.sleep(0)
        second = asyncio.create_task(batcher(images(0.2)))
        await asyncio.sleep(0)
        with pytest.raises(Problem) as refused:
            await batcher(images(0.3))
        second.cancel()
        engine.go.set()
        await first
        await batcher(images(0.4, 0.5))
        await batcher.stop()
        return refused.value

    refused = asyncio.run(scene())
    assert (refused.status, refused.headers) == (503, {"Retry-After": "1"})
    assert engine.sizes == [1, 2]


def test_images_that_wait_have_a_limit_in_bytes() -> None:
    engine = Echo()

    async def scene() -> None:
        batcher = Batcher(engine, most_bytes=3 * images(0.1).nbytes)
        batcher.start()
        running = asyncio.create_task(batcher(images(*[0.5] * 9)))  # alone it is let in
        while not engine.sizes:
            await asyncio.sleep(0)
        waiting = asyncio.create_task(batcher(images(0.1, 0.2)))
        await asyncio.sleep(0)
        with pytest.raises(Problem, match="too many requests are waiting"):
            await batcher(images(0.3, 0.4))
        third = asyncio.create_task(batcher(images(0.5)))
        engine.go.set()
        await asyncio.gather(running, waiting, third)
        await batcher.stop()

    asyncio.run(scene())
    assert engine.sizes == [9, 3]


def test_a_failure_is_told_to_all_who_wait_and_the_next_batch_is_computed() -> None:
    engine = Echo()
    engine.error = ValueError("broken")
    engine.go.set()

    async def scene() -> Any:
        batcher = Batcher(engine)
        batcher.start()
        failed = await asyncio.gather(batcher(images(0.1)), batcher(images(0.2)), return_exceptions=True)
        assert [type(one) for one in failed] == [ValueError, ValueError]
        engine.error = None
        answer = await batcher(images(0.3))
        await batcher.stop()
        return answer

    assert asyncio.run(scene())[0, 0] == pytest.approx(0.3)
