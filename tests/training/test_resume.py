"""Stopping, being killed, and going on as if nothing had happened."""

import hashlib
import json
import os
import shutil
import signal
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from cnnviz.arrays import pack_arrays
from cnnviz.errors import RunError
from cnnviz.runs import Event, Run, RunStore, Status, load_checkpoint, process_fields, write_status
from cnnviz.runs.locks import run_lock
from cnnviz.runs.views import read_views
from cnnviz.training.execute import continue_run, train
from cnnviz.training.reopen import reopened
from tests.training.helpers import (
    busy_spec,
    curves,
    output_of,
    python,
    same_weights,
    stop_at,
    strong_spec,
    tiny_spec,
)


def messages(run: Run) -> list[str]:
    lines = (run.folder / "events.jsonl").read_text().splitlines()
    return [event["message"] for event in map(json.loads, lines) if event["kind"] == "status" and event["message"]]


def tear(path: Path) -> str:
    path.write_bytes(path.read_bytes()[:-20])
    return path.name


def check_same(run: Run, reference: Run) -> None:
    """The resumed run is the uninterrupted one, down to the last bit."""
    assert run.state == "completed"
    assert curves(run) == curves(reference)
    assert [vars(item) for item in run.snapshots()] == [vars(item) for item in reference.snapshots()]
    for snapshot in reference.snapshots():
        same_weights(run, reference, snapshot.number)
        ours, theirs = run.predictions(snapshot.number), reference.predictions(snapshot.number)
        assert ours.predicted.tolist() == theirs.predicted.tolist()
        assert ours.confidence.tolist() == theirs.confidence.tolist()
    assert run.evaluation() == reference.evaluation()
    positions = run.history().batches["position"]
    assert positions == sorted(set(positions))
    assert positions[-1] == 3.0


@pytest.mark.usefixtures("step_by_step")
@pytest.mark.parametrize("step", [2, 13, 27, 40])
def test_stop_and_resume_is_the_uninterrupted_run(home: Path, busy: Run, step: int) -> None:
    run = train(busy_spec(), home, stop_at(home, step))
    status = run.status
    assert (status.state, status.step) == ("stopped", step)
    assert status.message == f"Stopped in epoch {step // 27 + 1} of 3."
    assert run.evaluation() is None  # the test set is measured at the end, and this is none
    run.model()
    continue_run(Run(run.folder))
    check_same(run, busy)
    assert any(message.startswith(f"Resumed at epoch {step / 27:.2f}.") for message in messages(run))


@pytest.mark.usefixtures("step_by_step")
@pytest.mark.parametrize("averaging", ["lookahead", "ema"])
def test_averages_and_sides_are_resumed(home: Path, averaging: Literal["lookahead", "ema"]) -> None:
    spec = strong_spec(averaging=averaging)
    whole, run = train(spec, home), train(spec, home, stop_at(home, 33))
    assert (run.state, run.status.step) == ("stopped", 33)
    assert read_views(run) == ()
    continue_run(Run(run.folder))
    check_same(run, whole)
    for mine, theirs in zip(run.model().get_weights(), whole.model().get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert read_views(run) == read_views(whole) != ()


@pytest.mark.usefixtures("step_by_step")
def test_a_run_may_be_stopped_again_and_again(home: Path, busy: Run) -> None:
    run = train(busy_spec(), home, stop_at(home, 5))
    for step in (9, 30, 55, 80):
        assert run.state == "stopped"
        continue_run(run, stop_at(home, step))
    continue_run(run)
    check_same(run, busy)


@pytest.mark.usefixtures("step_by_step")
def test_predictions_of_a_stopped_run_are_those_of_its_snapshots(home: Path, busy: Run) -> None:
    run = train(busy_spec(), home, stop_at(home, 17))  # snapshot 1 is of step 10; the weights are those of step 17
    assert run.predictions(1).confidence.tolist() == busy.predictions(1).confidence.tolist()
    assert run.predictions(0).confidence.tolist() == busy.predictions(0).confidence.tolist()


@pytest.mark.usefixtures("step_by_step")
def test_a_torn_checkpoint_costs_only_itself(home: Path, busy: Run) -> None:
    run = train(busy_spec(), home, stop_at(home, 60))
    names = sorted(path.name for path in (run.folder / "checkpoint").iterdir())
    assert names == ["0000000054.ckpt", "0000000060.ckpt"]
    torn = tear(run.folder / "checkpoint" / names[-1])
    continue_run(run)
    check_same(run, busy)
    assert f"Resumed at epoch 2.00. Damaged and skipped: {torn}." in messages(run)


@pytest.mark.usefixtures("step_by_step")
@pytest.mark.parametrize("foreign", ["another network", "another place", "no numbers"])
def test_a_whole_checkpoint_of_something_else_counts_as_torn(home: Path, busy: Run, foreign: str) -> None:
    run = train(busy_spec(), home, stop_at(home, 60))
    folder = run.folder / "checkpoint"
    loaded = load_checkpoint(folder)
    assert loaded is not None
    changed = {
        "another network": {"variable_0000": np.zeros((9, 9))},
        "another place": {"place": np.array([-5, 2, 60, 3, 216])},
        "no numbers": {"seconds": np.array("soon")},
    }[foreign]
    content = pack_arrays({**loaded.arrays, **changed})
    (folder / "0000000060.ckpt").write_bytes(hashlib.sha256(content).hexdigest().encode() + b"\n" + content)
    continue_run(run)
    check_same(run, busy)
    assert "Resumed at epoch 2.00. Damaged and skipped: 0000000060.ckpt." in messages(run)


@pytest.mark.usefixtures("step_by_step")
def test_all_checkpoints_torn_begins_anew(home: Path, busy: Run) -> None:
    run = train(busy_spec(), home, stop_at(home, 60))
    for path in (run.folder / "checkpoint").iterdir():
        tear(path)
    continue_run(run, stop_at(home, 20))
    assert "There was no whole checkpoint to continue from, so it began anew." in messages(run)
    assert (run.state, run.history().n_epochs, run.status.step) == ("stopped", 0, 20)
    assert run.history().batches["position"][-1] == pytest.approx(20 / 27, abs=1e-6)
    assert [item.number for item in run.snapshots()] == [0, 1]
    continue_run(run)
    check_same(run, busy)


KILLED = """
import os, sys
from cnnviz.training.execute import train
from tests.training.helpers import busy_spec
import json
print(json.dumps([train(busy_spec(seed=seed), sys.argv[1]).id for seed in (5, 6)]), flush=True)
def kill(event):
    if event["kind"] == "batch" and event["epoch"] == 3:
        os.kill(os.getpid(), 9)
train(busy_spec(), sys.argv[1], kill)
"""
RESUMED = """
import sys
from cnnviz import open_run
from cnnviz.training.execute import continue_run
continue_run(open_run("latest", sys.argv[1]))
"""


def test_killed_by_signal_9_and_resumed_in_a_fresh_process(home: Path, busy: Run) -> None:
    process = python(KILLED, home, home=home)
    out, errors = process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL, errors
    same, other = (RunStore(home).get(name) for name in json.loads(out))
    # this process may have other threads, from a test before, and then its sums differ in their last bits
    assert curves(same)["loss"] == pytest.approx(curves(busy)["loss"], rel=1e-5)
    assert curves(other)["loss"] != pytest.approx(curves(busy)["loss"], rel=1e-5)

    run = RunStore(home).get("latest")
    status = run.status
    assert status.state == "interrupted"
    assert "in epoch 3 of 3" in status.message
    assert run.history().n_epochs == 2
    run.model(3)
    with (run.folder / "events.jsonl").open("ab") as file:
        file.write(b'{"seq": 999, "kind": "bat')  # what a power cut adds
    output_of(python(RESUMED, home, home=home))
    check_same(Run(run.folder), same)


def test_killed_before_the_first_checkpoint_begins_anew(home: Path, busy: Run) -> None:
    def dies(event: Event) -> None:
        if event["kind"] == "batch":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(busy_spec(), home, dies)
    run = RunStore(home).get("latest")
    assert load_checkpoint(run.folder / "checkpoint") is None
    write_status(run.folder, Status("interrupted"))
    continue_run(run)
    check_same(run, busy)


def test_killed_between_the_last_epoch_and_the_end(home: Path) -> None:
    spec = tiny_spec(epochs=20, learning_rate=0.1, early_stopping=1, seed=1)
    whole = train(spec, home)
    assert whole.history().n_epochs < 20

    def dies(event: Event) -> None:
        if event["kind"] == "status" and event["state"] == "completed":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(spec, home, dies)
    run = RunStore(home).get("latest")
    assert run.id != whole.id
    write_status(run.folder, Status("interrupted"))
    continue_run(run)
    assert run.status.message == whole.status.message == "The validation loss has not fallen for 1 epoch."
    assert curves(run) == curves(whole)
    assert run.evaluation() == whole.evaluation()


def test_control_c_stops_and_can_be_resumed(home: Path, busy: Run) -> None:
    def press(event: Event) -> None:
        if event["kind"] == "snapshot" and event["number"] == 1:
            signal.raise_signal(signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    run = train(busy_spec(), home, press)
    assert signal.getsignal(signal.SIGINT) is before
    assert (run.state, run.status.step) == ("stopped", 10)
    continue_run(run)
    check_same(run, busy)


@pytest.mark.parametrize("state", ["completed", "diverged", "running", "queued"])
def test_only_an_ended_run_can_be_resumed(home: Path, state: str) -> None:
    run = RunStore(home).create(tiny_spec(), Status(state, **process_fields()))  # type: ignore[arg-type]
    with pytest.raises(RunError, match=f"is {state}; only a stopped, interrupted or failed run can be resumed"):
        continue_run(run)


def test_a_run_that_is_being_trained_cannot_be_resumed_by_another(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnviz.runs.locks._PATIENCE_S", 0.1)
    run = RunStore(home).create(tiny_spec(), Status("stopped"))
    with (
        run_lock(run.folder),
        pytest.raises(RunError, match="is being trained already; wait for it or stop it"),
        reopened(Run(run.folder)),
    ):
        raise AssertionError("taken twice")


def test_a_bundled_or_deleted_run_cannot_be_resumed(home: Path) -> None:
    run = RunStore(home).create(tiny_spec(), Status("stopped"))
    with pytest.raises(RunError, match="came with cnnviz"):
        continue_run(Run(run.folder, bundled=True))
    RunStore(home).delete(run.id)
    with pytest.raises(RunError, match="does not exist any more"):
        continue_run(run)
    assert RunStore(home).ids() == ()


def test_stopped_while_waiting_for_its_turn(home: Path) -> None:
    from filelock import FileLock

    places = Path(os.environ["CNNVIZ_PLACES"])
    places.mkdir()
    with FileLock(places / "0.lock"):
        signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGINT))
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        run = train(tiny_spec(), home)
    assert (run.state, run.status.message) == ("stopped", "Stopped before its turn came.")
    assert run.history().n_epochs == 0
    continue_run(run)
    assert run.state == "completed"


def test_a_run_whose_folder_is_removed_while_it_trains_does_not_come_back(home: Path) -> None:
    def remove(event: Event) -> None:
        if event["kind"] == "epoch":
            shutil.rmtree(next((home / "runs").glob("[0-9]*")))

    run = train(tiny_spec(), home, remove)
    assert not run.folder.exists()
    assert RunStore(home).ids() == ()
