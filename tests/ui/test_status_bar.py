from dataclasses import replace

import pytest

from cnnviz.runs import Status
from cnnviz.ui.loaders import ActiveRun
from cnnviz.ui.status_bar import duration, progress_in_words

RUNNING = Status("running", epoch=2, epochs=10, seconds_left=41.3)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0, "0 s"), (-3, "0 s"), (41.3, "41 s"), (99, "99 s"), (100, "2 min"), (3600, "60 min"), (7500, "2 h 5 min")],
)
def test_duration(seconds: float, expected: str) -> None:
    assert duration(seconds) == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (RUNNING, "epoch 3 of 10 · 41 s left"),
        (replace(RUNNING, seconds_left=None), "epoch 3 of 10"),
        (replace(RUNNING, epoch=10), "epoch 10 of 10 · 41 s left"),
        (replace(RUNNING, state="stopping"), "stopping"),
    ],
)
def test_progress_in_words(status: Status, expected: str) -> None:
    assert progress_in_words(ActiveRun("x", "x", status)) == expected
