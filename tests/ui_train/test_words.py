"""Where a run is, in words."""

from pathlib import Path

import pytest

from cnnviz.runs import RunStore, Status
from cnnviz.training import waiting_before
from cnnviz.ui.train.words import duration, queue_in_words, state_in_words
from tests.ui_train.prepared import prepared_run


@pytest.mark.parametrize(
    ("seconds", "said"), [(-1, "0 s"), (41.4, "41 s"), (59.6, "1 min 00 s"), (200, "3 min 20 s"), (3900, "1 h 05 min")]
)
def test_a_time(seconds: float, said: str) -> None:
    assert duration(seconds) == said


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (Status("running", epochs=10), "getting ready"),
        (Status("running", epochs=10, step=5, position=2.4), "epoch 3 of 10"),
        (Status("running", epochs=10, step=5, position=10.0), "epoch 10 of 10"),
        (Status("completed", epoch=1, epochs=1, step=5), "completed 1 epoch"),
        (Status("stopped", epoch=3, epochs=10, step=5), "stopped at epoch 4 of 10"),
        (Status("stopped", epochs=10), "stopped before it began"),
        (Status("failed", epochs=0), "failed in epoch 1"),
        (Status("queued", epochs=10), "waiting"),
    ],
)
def test_a_state(status: Status, said: str) -> None:
    assert state_in_words(status) == said


def test_curves_may_be_ahead_of_the_status() -> None:
    assert state_in_words(Status("running", epochs=10), position=1.2) == "epoch 2 of 10"


def test_the_place_in_the_queue(home: Path) -> None:
    waiting = [prepared_run(home, "queued", epochs_done=0) for _ in range(3)]
    store = RunStore(home)
    places = sorted(waiting_before(store, run.id) or 0 for run in waiting)
    assert places == [0, 1, 2]
    assert waiting_before(store, "20990101-000000-gone-0000") is None
    assert queue_in_words(0, None).startswith("Its turn is now")
    assert queue_in_words(2, "first") == "Waiting for first to end; 2 more runs are before this one."
