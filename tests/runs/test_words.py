"""What a run and its state are called, and how long it takes, in words."""

from datetime import datetime
from pathlib import Path

import pytest

from cnnviz.runs import RunStore, Status
from cnnviz.runs.words import progress_in_words, queue_in_words, started_in_words, state_in_words
from cnnviz.training import waiting_before
from cnnviz.words import duration, joined
from tests.ui_train.prepared import prepared_run

RUNNING = Status("running", epoch=2, epochs=10, step=25, position=2.5, images_per_second=8900.4, seconds_left=41.3)


@pytest.mark.parametrize(
    ("seconds", "said"), [(-1, "0 s"), (41.4, "41 s"), (59.6, "1 min 00 s"), (200, "3 min 20 s"), (3900, "1 h 05 min")]
)
def test_a_time(seconds: float, said: str) -> None:
    assert duration(seconds) == said


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (Status("queued", epochs=10), "waiting"),
        (Status("running", epochs=10), "getting ready"),
        (Status("running", epochs=10, step=5, position=2.4), "epoch 3 of 10"),
        (Status("running", epochs=10, step=5, position=10.0), "epoch 10 of 10"),
        (Status("stopping", epochs=10, step=5), "stopping"),
        (Status("completed", epoch=1, epochs=1, step=5), "completed 1 epoch"),
        (Status("completed", epoch=10, epochs=10, step=5), "completed 10 epochs"),
        (Status("stopped", epoch=3, epochs=10, step=5), "stopped in epoch 4 of 10"),
        (Status("stopped", epoch=3, epochs=10, step=5, position=3.7), "stopped in epoch 4 of 10"),
        (Status("stopped", epochs=10), "stopped before it began"),
        (Status("failed"), "failed"),
        (Status("diverged", epoch=2, epochs=10, step=5), "diverged in epoch 3 of 10"),
        (Status("interrupted", epoch=2, epochs=10, step=5), "interrupted in epoch 3 of 10"),
    ],
)
def test_a_state(status: Status, said: str) -> None:
    assert state_in_words(status) == said


def test_curves_may_be_ahead_of_the_status() -> None:
    assert state_in_words(Status("running", epochs=10), position=1.2) == "epoch 2 of 10"
    assert progress_in_words(RUNNING, position=3.1).startswith("epoch 4 of 10 · ")


def test_progress_says_what_is_left_and_how_fast_where_there_is_room() -> None:
    assert progress_in_words(RUNNING) == "epoch 3 of 10 · 8,900 images/s · 41 s left"
    assert progress_in_words(RUNNING, speed=False) == "epoch 3 of 10 · 41 s left"
    assert progress_in_words(Status("running", epoch=2, epochs=10, step=25)) == "epoch 3 of 10"
    assert progress_in_words(Status("stopping", epochs=10, step=25, seconds_left=3)) == "stopping"


def test_before_its_first_step_it_says_what_it_does() -> None:
    message = "Passing images through the frozen layers: 340 of 1,120."
    assert progress_in_words(Status("running", epochs=10)) == "getting ready"
    assert progress_in_words(Status("running", epochs=10, message=message)) == message.removesuffix(".")
    assert progress_in_words(Status("running", epochs=10, step=25, position=0.5, message=message)) == "epoch 1 of 10"


def test_the_place_in_the_queue(home: Path) -> None:
    waiting = [prepared_run(home, "queued", epochs_done=0) for _ in range(3)]
    store = RunStore(home)
    places = sorted(waiting_before(store, run.id) or 0 for run in waiting)
    assert places == [0, 1, 2]
    assert waiting_before(store, "20990101-000000-gone-0000") is None
    assert queue_in_words(0, None).startswith("Its turn is now")
    assert queue_in_words(2, "first") == "Waiting for first to end; 2 more runs are before this one."


def test_lists_are_sentences() -> None:
    assert [joined(list(text)) for text in ("", "a", "ab", "abc")] == ["", "a", "a and b", "a, b and c"]


@pytest.mark.parametrize(
    ("run_id", "words"),
    [
        ("20261120-140509-two-conv-ab12", "today 14:05"),
        ("20261103-140509-two-conv-ab12", "3 Nov"),
        ("20251120-140509-two-conv-ab12", "20 Nov 2025"),
        ("20269920-140509-two-conv-ab12", ""),
        ("bundled-two-conv", ""),
    ],
)
def test_when_a_run_was_started(run_id: str, words: str) -> None:
    assert started_in_words(run_id, datetime(2026, 11, 20, 15)) == words
