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
        first = asyncio.create_task(batcher(images(0.1), 10))
        while not engine.sizes:
            await asyncio.sleep(0)
        rest = [asyncio.create_task(batcher(images(*values), 10)) for values in ((0.2, 0.3), (0.4,), (0.5, 0.6, 0.7))]
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
        waiting = [asyncio.create_task(batcher(images(0.1), 10)) for _ in range(5)]
        await asyncio.sleep(0)
        engine.go.set()
        await asyncio.gather(*waiting)
        await batcher.stop()

    asyncio.run(scene())
    assert max(engine.sizes) == 2
    assert sum(engine.sizes) == 5


def test_too_many_are_told_to_come_again_and_who_waits_too_long_is_told() -> None:
    engine = Echo()

    async def scene() -> tuple[Problem, Problem]:
        batcher = Batcher(engine, most_waiting=1)
        batcher.start()
        first = asyncio.create_task(batcher(images(0.1), 10))
        while not engine.sizes:
            await asyncio.sleep(0)
        second = asyncio.create_task(batcher(images(0.2), 0.01))
        await asyncio.sleep(0)
        with pytest.raises(Problem) as refused:
            await batcher(images(0.3), 10)
        with pytest.raises(Problem) as late:
            await second
        engine.go.set()
        await first
        await batcher.stop()
        return refused.value, late.value

    refused, late = asyncio.run(scene())
    assert (refused.status, refused.headers) == (503, {"Retry-After": "1"})
    assert (late.status, "within 0.01 s" in late.detail) == (504, True)


def test_a_failure_is_told_to_all_who_wait_and_the_next_batch_is_computed() -> None:
    engine = Echo()
    engine.error = ValueError("broken")
    engine.go.set()

    async def scene() -> Any:
        batcher = Batcher(engine)
        batcher.start()
        failed = await asyncio.gather(batcher(images(0.1), 10), batcher(images(0.2), 10), return_exceptions=True)
        assert [type(one) for one in failed] == [ValueError, ValueError]
        engine.error = None
        answer = await batcher(images(0.3), 10)
        await batcher.stop()
        return answer

    assert asyncio.run(scene())[0, 0] == pytest.approx(0.3)
