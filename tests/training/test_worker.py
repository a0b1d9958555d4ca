"""Real workers: started by a server, outliving it, killed, resumed, taking turns."""

import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from cnnviz.runs import Run, RunStore
from cnnviz.training import RESUMABLE, resume, start, stop
from cnnviz.training.standby import has_standby
from tests.dashboard import processes_of
from tests.training.helpers import curves, tiny_spec, wait_until

SERVER = """
import json, os, sys
from cnnviz.spec import RunSpec
from cnnviz.training import start, warm_up
from cnnviz.runs import RunStore
print(json.dumps("tensorflow" in sys.modules), flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    if asked == "warm":
        warm_up(os.environ["CNNVIZ_HOME"])
        print(json.dumps(None), flush=True)
    else:
        print(json.dumps(start(RunSpec(**asked), os.environ["CNNVIZ_HOME"]).id), flush=True)
"""

LONG = {"epochs": 1000, "learning_rate": 1e-5}


class Server:
    """Stands for the dashboard: a process that starts runs and knows nothing of TensorFlow."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._process = subprocess.Popen(
            [sys.executable, "-c", SERVER],
            env={**os.environ, "CNNVIZ_HOME": str(home)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._answer() is False

    def _answer(self) -> object:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())

    def ask(self, what: object) -> object:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def start(self, **train: object) -> Run:
        return RunStore(self.home).get(str(self.ask(tiny_spec(**train).model_dump(mode="json"))))

    def kill_and_leave_a_zombie(self) -> None:
        self._process.kill()
        os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT)

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()


@contextmanager
def serving(home: Path) -> Iterator[Server]:
    server = Server(home)
    try:
        yield server
    finally:
        server.end()


def workers(home: Path) -> list[psutil.Process]:
    return processes_of(home, "cnnviz.training.worker")


def is_training(run: Run) -> bool:
    status = run.status
    assert status.state in ("queued", "running"), (status, log_of(run))
    return status.state == "running" and status.step > 30


def log_of(run: Run) -> str:
    logs = (run.folder / "worker.log", run.folder.parent / ".worker.log")
    return "\n".join(path.read_text(errors="replace") for path in logs if path.exists())


def span(run: Run) -> tuple[float, float]:
    times = [json.loads(line)["time"] for line in (run.folder / "events.jsonl").read_text().splitlines()]
    return min(times), max(times)


@pytest.mark.slow
def test_runs_outlive_their_server_and_take_turns(home: Path) -> None:
    with serving(home) as server:
        first = server.start(**LONG)
        others = [server.start(epochs=2, seed=5), server.start(epochs=1)]
        wait_until(lambda: is_training(first), "the first run trains")
        assert [run.state for run in others] == ["queued", "queued"]
        server.kill_and_leave_a_zombie()
        step = first.status.step
        wait_until(lambda: first.status.step > step + 60, "the first run goes on without its server")
        assert [run.state for run in others] == ["queued", "queued"]

        stop(first, home)
        stop(first, home)
        assert first.state in ("stopping", "stopped")
        wait_until(lambda: first.state == "stopped", "it stops when asked")
        for run in others:
            wait_until(lambda run=run: run.state == "completed", f"the queue goes on: {log_of(run)}")
        wait_until(lambda: not workers(home), "nobody needs a worker any more")
    spans = [span(run) for run in (first, *others)]
    assert all(end <= begin for (_, end), (begin, _) in itertools.pairwise(spans))
    assert "training" in (others[0].folder / "worker.log").read_text()
    first.model()


@pytest.mark.slow
def test_a_killed_worker_is_noticed_and_its_run_resumed(home: Path) -> None:
    with serving(home) as server:
        server.ask("warm")
        wait_until(lambda: has_standby(RunStore(home)), "a worker waits")
        run = server.start(**LONG)
        # the marker leaves the queue before the first status of the training: no look in between may see it ended
        wait_until(lambda: is_training(run), "the run trains")
        assert run.history().n_epochs >= 1
        pid = run.status.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: run.state == "interrupted", "its end is noticed", timeout_s=10)
        assert run.state in RESUMABLE
        done = curves(run)

    resume(run)
    assert run.state == "queued"
    wait_until(lambda: run.state == "running" and run.history().n_epochs > len(done["loss"]), "it goes on")
    assert {key: values[: len(done[key])] for key, values in curves(run).items()} == done
    stop(run)
    wait_until(lambda: run.state == "stopped", "it stops")


@pytest.mark.slow
def test_a_waiting_worker_ends_with_its_server(home: Path) -> None:
    with serving(home) as server:
        server.ask("warm")
        wait_until(lambda: has_standby(RunStore(home)), "a worker waits")
        waiting = workers(home)
        server.ask("warm")
        assert len(workers(home)) == len(waiting) == 1
        server.kill_and_leave_a_zombie()
        wait_until(lambda: not workers(home), "it ends, though its server is still a zombie")
    assert not has_standby(RunStore(home))


def test_a_worker_that_cannot_start_tells_the_run_that_waits(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken"
    (broken / "tensorflow").mkdir(parents=True)
    (broken / "tensorflow" / "__init__.py").write_text("raise ImportError('no such processor instruction')")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(broken), os.environ["PYTHONPATH"])))
    # the launcher puts cnnviz' own folder first; the broken package is found before the installed one all the same
    run = start(tiny_spec(), home)
    wait_until(lambda: not run.status.active, "the run is told")
    assert run.state == "failed"
    assert "No worker could start (ImportError: no such processor instruction)" in run.status.message
    assert run.state in RESUMABLE
