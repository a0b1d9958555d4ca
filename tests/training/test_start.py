"""Starting a run that cannot be started, and what a worker gets to know."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from cnnviz.errors import RunError, StorageError
from cnnviz.runs import Run, RunStore, Status, process_fields
from cnnviz.runs.processes import start_times
from cnnviz.training import launcher, resume, start, stop
from cnnviz.training.queue import is_waiting, withdraw
from tests.training.helpers import tiny_spec


def refuses(*_: Any) -> None:
    raise StorageError("cannot write it: the disk is full; free some space and try again")


@pytest.fixture
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "ensure_worker", lambda store: None)


def test_a_queue_that_cannot_be_written_leaves_no_run(home: Path) -> None:
    (home / "runs").mkdir(parents=True)
    (home / "runs" / ".queue").write_text("in the way")
    with pytest.raises(StorageError, match="a file of that name is in the way"):
        start(tiny_spec(), home)
    assert RunStore(home).ids() == ()
    assert [path.name for path in (home / "runs").iterdir()] == [".queue"]


def test_a_worker_that_cannot_be_started_leaves_no_run(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "ensure_worker", refuses)
    with pytest.raises(StorageError, match="the disk is full"):
        start(tiny_spec(), home)
    assert RunStore(home).ids() == ()
    assert not is_waiting(RunStore(home))


def test_a_run_that_another_worker_took_meanwhile_stays(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def taken_meanwhile(store: RunStore) -> None:
        withdraw(store, store.ids()[0])
        refuses()

    monkeypatch.setattr(launcher, "ensure_worker", taken_meanwhile)
    assert start(tiny_spec(), home).id == RunStore(home).ids()[0]


def test_a_resume_that_cannot_be_written_leaves_the_run_as_it_was(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = RunStore(home).create(tiny_spec(), Status("stopped"))
    monkeypatch.setattr(launcher, "write_status", refuses)
    with pytest.raises(StorageError, match="the disk is full"):
        resume(run, home)
    assert run.state == "stopped"
    assert not is_waiting(RunStore(home))


@pytest.mark.usefixtures("no_worker")
def test_a_run_that_never_came_into_the_queue_can_be_stopped_and_deleted(home: Path) -> None:
    run = RunStore(home).create(tiny_spec(), Status("queued", **process_fields()))
    assert run.state == "queued"
    stop(run, home)
    assert (run.state, run.status.message) == ("stopped", "Stopped before its turn came.")
    RunStore(home).delete(run.id)


def test_a_waiting_run_of_another_living_process_is_asked_and_not_ended(home: Path) -> None:
    started, since_boot = start_times(psutil.Process(os.getppid()))
    parent = {"pid": os.getppid(), "process_started": started, "process_since_boot": since_boot}
    run = RunStore(home).create(tiny_spec(), Status("queued", **{**process_fields(), **parent}))
    stop(run, home)
    assert run.state == "queued"
    assert (run.folder / "stop").exists()


@pytest.mark.usefixtures("no_worker")
def test_a_queue_that_refuses_is_a_sentence(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = start(tiny_spec(), home)

    def not_permitted(*_: Any) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("cnnviz.training.queue.os.unlink", not_permitted)
    with pytest.raises(StorageError, match="not permitted"):
        stop(run, home)


def test_a_worker_is_quiet_and_takes_graphics_memory_as_it_needs_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[dict[str, str]] = []

    class NoProcess:
        def __init__(self, _command: list[str], *, env: dict[str, str], **_: Any) -> None:
            given.append(env)

        def poll(self) -> int:
            return 0

    monkeypatch.setattr("cnnviz.training.launcher.subprocess.Popen", NoProcess)
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)
    launcher.ensure_worker(RunStore(home))
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "0")
    monkeypatch.setenv("TF_FORCE_GPU_ALLOW_GROWTH", "false")
    launcher.ensure_worker(RunStore(home))
    names = ("TF_CPP_MIN_LOG_LEVEL", "TF_FORCE_GPU_ALLOW_GROWTH")
    assert [tuple(env[name] for name in names) for env in given] == [("3", "true"), ("0", "false")]


def test_training_from_python_asks_tensorflow_to_be_quiet_before_it_is_imported(tmp_path: Path) -> None:
    (tmp_path / "keras.py").write_text("import os; raise SystemExit(os.environ['TF_CPP_MIN_LOG_LEVEL'])")
    path = os.pathsep.join((str(tmp_path), os.environ["PYTHONPATH"]))
    unset = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    for set_before, level in (({}, "3"), ({"TF_CPP_MIN_LOG_LEVEL": "1"}, "1")):
        environment = {**unset, **set_before, "PYTHONPATH": path}
        command = [sys.executable, "-c", "import cnnviz; cnnviz.train"]
        assert subprocess.run(command, env=environment, capture_output=True, text=True).stderr.strip() == level


def test_a_run_that_somebody_holds_is_not_trained_twice(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cnnviz.runs.locks import run_lock
    from cnnviz.training.execute import execute

    monkeypatch.setattr("cnnviz.runs.locks._PATIENCE_S", 0.1)
    run = RunStore(home).create(tiny_spec(), Status("queued", **process_fields()))
    with run_lock(run.folder), pytest.raises(RunError, match="is being trained already; wait for it or stop it"):
        execute(Run(run.folder))
