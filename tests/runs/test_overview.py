"""All runs as rows of a table: right, and read again only when a file changes."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from cnnviz.runs import EventReader, Run, RunStore, Status, overviews, process_fields, started_at, write_status
from tests.runs.folders import SPEC, batch, epoch, make_run, put, write_events


def only(home: Path) -> object:
    (row,) = overviews(home)
    return row


def test_a_row_says_how_it_learned(home: Path) -> None:
    run = make_run(home, Status("completed", epoch=2, epochs=2), SPEC.changed(name="The first"))
    write_events(run, batch(0.5), epoch(1, val_accuracy=0.25), batch(1.5), epoch(2, val_accuracy=0.75))
    (run.folder / "evaluation.json").write_text('{"accuracy": 0.7}')
    run.describe(tags=["mine"])
    (row,) = overviews(home)
    assert (row.summary.run_id, row.summary.name, row.summary.tags) == (run.id, "The first", ("mine",))
    assert (row.summary.state, row.summary.test_accuracy, row.summary.epochs_done) == ("completed", 0.7, 2)
    assert (row.accuracies, row.validated, row.seconds) == ((0.25, 0.75), True, 2.0)
    assert row.parameters == sum(part.parameters for part in SPEC.model.rows)
    assert row.started == datetime.strptime(run.id[:15], "%Y%m%d-%H%M%S")
    assert [one.summary for one in overviews(home)] == list(RunStore(home).list())


def test_without_validation_the_training_images_count(home: Path) -> None:
    write_events(make_run(home), epoch(1), epoch(2))
    (row,) = overviews(home)
    assert (row.accuracies, row.validated) == ((0.5, 0.5), False)


def test_nothing_learned_yet(home: Path) -> None:
    make_run(home, Status("failed"))
    (row,) = overviews(home)
    assert (row.accuracies, row.seconds) == ((), None)


def test_what_a_resumed_run_did_twice_counts_once(home: Path) -> None:
    run = make_run(home)
    resumed = {"kind": "status", "state": "running", "message": "", "resumed_from": 1.0}
    values = [epoch(number, val_accuracy=share) for number, share in ((1, 0.1), (2, 0.2), (2, 0.3), (3, 0.4))]
    write_events(run, values[0], values[1], resumed, values[2], values[3])
    (row,) = overviews(home)
    assert row.accuracies == (0.1, 0.3, 0.4)


def test_a_damaged_run_has_a_row_that_says_so(home: Path) -> None:
    run = make_run(home)
    for path in run.folder.iterdir():
        path.write_bytes(b"{")
    (row,) = overviews(home)
    assert "no readable spec.json" in row.summary.problem
    assert (row.accuracies, row.parameters, row.summary.state) == ((), None, "interrupted")


def test_files_are_read_again_only_when_they_change(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = make_run(home)
    write_events(run, epoch(1))
    first = only(home)
    with monkeypatch.context() as patch:
        patch.setattr("cnnviz.runs.overview.summarise", None)
        patch.setattr("cnnviz.runs.overview.EventReader", None)
        assert only(home) is first
    run.describe(tags=["new"])
    (row,) = overviews(home)
    assert row.summary.tags == ("new",)
    write_events(run, epoch(2))
    (row,) = overviews(home)
    assert row.accuracies == (0.5, 0.5)
    (run.folder / "evaluation.json").write_text('{"accuracy": 0.25}')
    (row,) = overviews(home)
    assert row.summary.test_accuracy == 0.25


def test_a_run_whose_process_ends_is_seen_although_no_file_changes(home: Path) -> None:
    run = make_run(home)
    write_status(run.folder, Status("running", epoch=1, epochs=3, **process_fields()))
    assert overviews(home)[0].summary.state == "running"
    put(run, pid=2**22 - 1)
    assert overviews(home)[0].summary.state == "interrupted"


def test_those_that_came_with_cnnviz_are_last_and_undated(home: Path, tmp_path: Path, monkeypatch: object) -> None:
    bundled = tmp_path / "no bundled runs"
    make_run(home)
    other = make_run(tmp_path / "other")
    bundled.mkdir()
    other.folder.rename(bundled / "a-bundled-run")
    own, came = overviews(home)
    assert (own.summary.bundled, came.summary.bundled, came.started) == (False, True, None)
    Run(bundled / "a-bundled-run", bundled=True, home=home).describe(tags=["kept in the home"])
    assert overviews(home)[1].summary.tags == ("kept in the home",)


@pytest.mark.parametrize("run_id", ["a-bundled-run", "20261399-000000-x", "", "2026"])
def test_an_id_that_begins_with_no_moment(run_id: str) -> None:
    assert started_at(run_id) is None


def test_a_log_is_read_without_its_batches(tmp_path: Path, home: Path) -> None:
    run = make_run(home)
    told = {"kind": "error", "message": 'it said "kind": "batch"'}
    write_events(run, batch(0.5), told, epoch(1), batch(1.5))
    kinds = [event["kind"] for event in EventReader(run.folder / "events.jsonl", batches=False).read()]
    assert kinds == ["error", "epoch"]
    assert json.loads((run.folder / "events.jsonl").read_text().splitlines()[0])["kind"] == "batch"
