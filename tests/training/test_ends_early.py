"""Runs that end before they trained much: stopped in the queue or during a download, out of time, or broken."""

from pathlib import Path
from typing import Any

import pytest

from cnnviz.data import Dataset, Progress, load_dataset
from cnnviz.runs import Run, RunStore, Status, process_fields
from cnnviz.training import loading, resume, stop
from cnnviz.training.budget import Plan
from cnnviz.training.execute import continue_run, execute, train
from cnnviz.training.recorder import Recorder
from tests.training.helpers import busy_spec, stop_at, tiny_spec


def queued(home: Path) -> Run:
    return RunStore(home).create(tiny_spec(), Status("queued", epochs=1, **process_fields()))


@pytest.mark.usefixtures("step_by_step")
def test_a_run_stopped_while_it_waits_again_keeps_what_it_reached(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnviz.training.launcher.ensure_worker", lambda store: None)
    run = train(busy_spec(), home, stop_at(home, 30))
    before = run.status
    resume(run, home)
    stop(run, home)
    after = run.status
    assert (after.state, after.message) == ("stopped", "Stopped before its turn came.")
    assert (after.epoch, after.step, after.epochs) == (before.epoch, before.step, before.epochs) == (1, 30, 3)
    assert continue_run(run).state == "completed"


def test_a_stop_ends_a_download(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = queued(home)
    said = []

    def slow(name: str, home: Any = None, *, on_progress: Progress | None = None) -> Dataset:
        assert on_progress is not None
        on_progress(1_000_000, 3_000_000)
        said.append(run.status.message)
        (run.folder / "stop").touch()
        on_progress(2_000_000, 3_000_000)
        return load_dataset(name, home)

    monkeypatch.setattr(loading, "load_dataset", slow)
    execute(run)
    assert said == ["Getting tiny: 1 of 3 MB."]
    assert (run.state, run.status.message) == ("stopped", "Stopped before its first step: getting tiny.")


def test_a_time_that_is_up_in_the_first_epoch_still_gives_one(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = busy_spec(seconds=1000.0)
    monkeypatch.setattr("cnnviz.training.fit.plan_for_seconds", lambda *_: Plan(5, 216, 8))
    run = train(spec, home, lambda event: late(event, monkeypatch))
    assert run.state == "completed"
    assert run.history().n_epochs == 1
    images = sum(run.history().batches["images"])
    assert 0 < images < 216
    assert (run.status.epoch, run.status.epochs, run.status.position) == (1, 1, 1.0)
    assert run.evaluation() is not None


def late(event: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    if event["kind"] == "batch":
        monkeypatch.setattr(Recorder, "seconds", property(lambda recorder: 2000.0))


def test_an_unexpected_error_is_told_and_its_traceback_kept(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = queued(home)
    monkeypatch.setattr(loading, "prepare", lambda *_: 1 / 0)
    execute(run)
    assert run.state == "failed"
    assert "An unexpected ZeroDivisionError ended it; worker.log" in run.status.message
    assert "ZeroDivisionError: division by zero" in (run.folder / "worker.log").read_text()
