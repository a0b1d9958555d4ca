"""Curves from events, those of abandoned attempts left out."""

import threading
from pathlib import Path
from typing import Any

import pytest

from cnnviz.runs import EventLog, History, Timeline
from tests.runs.folders import batch, epoch, make_run, snapshot, write_events


def test_events_become_curves() -> None:
    timeline = Timeline([snapshot(0, 0.0), batch(0.5, 2.0), batch(1.0, 1.5), epoch(1, val_loss=3.0), snapshot(1, 1.0)])
    history = timeline.history
    assert history.batches == {
        "position": [0.5, 1.0],
        "loss": [2.0, 1.5],
        "accuracy": [0.5, 0.5],
        "seconds": [0.5, 1.0],
    }
    assert history.epochs == {"loss": [1.0], "accuracy": [0.5], "val_loss": [3.0], "seconds": [1.0]}
    assert history.n_epochs == 1
    assert [(item.number, item.name, item.position) for item in timeline.snapshots] == [
        (0, "0000", 0.0),
        (1, "0001", 1.0),
    ]


@pytest.mark.parametrize(
    ("given", "found", "told"),
    [(4, 4, " of 4 images"), (1, 1, " of 1 image"), (5000, 5000, " of 5,000 images"), (None, None, "")]
    + [(wrong, None, "") for wrong in (0, -3, True, "4", 2.5, 10**12)],
)
def test_how_many_images_the_validation_is_of(given: Any, found: int | None, told: str) -> None:
    history = Timeline([epoch(1, val_accuracy=1.0, **({} if given is None else {"val_images": given}))]).history
    assert (history.val_images, history.of_validation) == (found, told)


def test_the_images_of_the_first_epoch_are_the_training_images() -> None:
    reports = [{**batch(position), "images": count} for position, count in ((0.5, 60), (1.0, 4), (1.5, 60))]
    assert Timeline(reports).history.train_images is None  # no epoch has ended
    assert Timeline([*reports, epoch(1)]).history.train_images == 64
    assert Timeline([batch(1.0), epoch(1)]).history.train_images is None


def test_nothing_yet_is_an_empty_history() -> None:
    assert Timeline().history == History({}, {})
    assert Timeline().history.n_epochs == 0


def test_feeding_in_parts_is_feeding_at_once() -> None:
    events = [batch(0.5), epoch(1), {"kind": "status", "resumed_from": 0.5}, batch(0.75), epoch(1), snapshot(1, 1.0)]
    whole, parts = Timeline(events), Timeline()
    for event in events:
        parts.extend([event])
    assert parts.history == whole.history
    assert parts.snapshots == whole.snapshots


def test_what_a_resumed_run_superseded_is_dropped() -> None:
    first = [batch(0.5), batch(1.0), epoch(1), snapshot(1, 1.0), batch(1.5), batch(2.0), epoch(2), snapshot(2, 2.0)]
    again = [{"kind": "status", "resumed_from": 1.0}, batch(1.25, 9.0), batch(2.0, 9.0), epoch(2), snapshot(2, 2.0)]
    timeline = Timeline([snapshot(0, 0.0), *first, *again])
    assert timeline.history.batches["position"] == [0.5, 1.0, 1.25, 2.0]
    assert timeline.history.batches["loss"] == [1.0, 1.0, 9.0, 9.0]
    assert timeline.history.n_epochs == 2
    assert [item.number for item in timeline.snapshots] == [0, 1, 2]
    timeline.extend([{"kind": "status", "resumed_from": 0.0}])
    assert timeline.history.batches == {}
    assert [item.number for item in timeline.snapshots] == [0]


def test_rounding_drops_no_batch_before_the_checkpoint() -> None:
    position = 1 + 2 / 3  # the log rounds it up to 1.666667
    timeline = Timeline([batch(round(position, 6)), {"kind": "status", "resumed_from": position}])
    assert timeline.history.batches["position"] == [1.666667]


@pytest.mark.parametrize(
    "bad",
    [
        {"kind": "batch"},
        {"kind": "batch", "position": "1", "loss": 1, "accuracy": 1, "seconds": 1},
        {"kind": "batch", "position": 1, "loss": None, "accuracy": 1, "seconds": 1},
        {"kind": "batch", "position": float("nan"), "loss": 1, "accuracy": 1, "seconds": 1},
        {"kind": "batch", "position": 1, "loss": float("inf"), "accuracy": 1, "seconds": 1},
        {"kind": "batch", "position": 1, "loss": 10**400, "accuracy": 1, "seconds": 1},
        {"kind": "batch", "position": 1, "loss": True, "accuracy": 1, "seconds": 1},
        {"kind": "epoch", "epoch": []},
        {"kind": "snapshot", "number": float("nan"), "position": 1, "step": 1},
        {"kind": "snapshot", "number": float("inf"), "position": 1, "step": 1},
        {"kind": "status", "resumed_from": None},
        {"kind": "status", "resumed_from": "now"},
        {"kind": "status", "resumed_from": float("nan")},
        {"kind": "snapshot", "number": -1, "position": 1, "step": 1},
        {"kind": "snapshot", "number": 10**299, "position": 1, "step": 1},
        {"kind": "snapshot", "number": 1e299, "position": 1, "step": 1},
        {"kind": "snapshot", "number": 1.5, "position": 1, "step": 1},
        {"kind": "snapshot", "number": True, "position": 1, "step": 1},
        {"kind": "snapshot", "number": 5, "position": 1e299, "step": 1},
        {"kind": "batch", "position": 1e299, "loss": 1, "accuracy": 1, "seconds": 1},
        {"kind": "batch", "position": -1, "loss": 1, "accuracy": 1, "seconds": 1},
        {"kind": "epoch", "epoch": 1e299, "loss": 1, "accuracy": 1},
        {"kind": "status", "resumed_from": -5},
        {"kind": "brainwave", "loss": 3},
    ],
    ids=str,
)
def test_an_event_that_makes_no_sense_changes_nothing(bad: dict[str, Any]) -> None:
    good = [snapshot(0, 0.0), batch(0.5), epoch(1)]
    assert Timeline([*good, bad]).history == Timeline(good).history
    assert Timeline([*good, bad]).snapshots == Timeline(good).snapshots


def test_curves_are_made_anew_only_when_there_is_more() -> None:
    timeline = Timeline([batch(0.5)])
    first = timeline.history
    timeline.extend([])
    assert timeline.history is first
    timeline.extend([batch(0.75)])
    assert timeline.history.batches["position"] == [0.5, 0.75]
    timeline.extend([{"kind": "status", "resumed_from": 0.5}])
    assert timeline.history.batches["position"] == [0.5]


def test_a_value_missing_in_one_epoch_leaves_the_column_out() -> None:
    history = Timeline([epoch(1, val_loss=1.0), epoch(2)]).history
    assert set(history.epochs) == {"loss", "accuracy", "seconds"}


def test_a_run_shows_only_snapshots_whose_file_is_there(home: Path) -> None:
    run = make_run(home)
    write_events(run, snapshot(0, 0.0), snapshot(1, 1.0))
    (run.folder / "snapshots").mkdir()
    (run.folder / "snapshots" / "0001.npz").touch()
    assert [item.number for item in run.snapshots()] == [1]


def test_many_readers_of_one_run_see_columns_of_one_length(home: Path) -> None:
    run = make_run(home)
    log = EventLog(run.folder / "events.jsonl")
    wrong: list[dict[str, list[float]]] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            batches = run.history().batches
            if len({len(values) for values in batches.values()}) > 1:
                wrong.append(batches)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for number in range(1500):
        log.append("batch", position=number / 100, loss=1.0, accuracy=0.5, seconds=1.0)
    done.set()
    for reader in readers:
        reader.join()
    log.close()
    assert not wrong
    assert len(run.history().batches["loss"]) == 1500


@pytest.mark.parametrize(("count", "told"), [(4, "Validation accuracy: 100 % of 4 images."), (None, "")])
def test_a_validation_accuracy_says_of_how_many_images(count: int | None, told: str) -> None:
    values = {"loss": [0.1], "accuracy": [0.99], "val_loss": [0.1], "val_accuracy": [1.0]}
    assert History(values, {}, count).validated_in_words == told
