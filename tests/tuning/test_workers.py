"""Processes that are given runs one after the other; here they answer at once, hang, or die, as a run's name says."""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cnnviz.runs import Run
from cnnviz.tuning import workers as module
from cnnviz.tuning.workers import LocalWorkers

SCRIPT = """
import os, signal, sys, time
for line in sys.stdin:
    if "hangs" in line:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print(os.getpid(), line.strip(), sys.argv[1:], os.environ["CNNVIZ_HOME"], file=sys.stderr, flush=True)
    if "dies" in line:
        sys.exit(3)
    if "hangs" in line:
        time.sleep(60)
    if "slow" in line:
        time.sleep(0.3)
    print("ready", flush=True)
print("left", file=sys.stderr, flush=True)
"""


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    program = tmp_path / "program"
    program.write_text(f"#!{sys.executable}\n{SCRIPT}")
    program.chmod(0o755)
    monkeypatch.setattr(module.sys, "executable", str(program))
    monkeypatch.setattr(module, "_PATIENCE_S", 2.0)
    return tmp_path / "log"


@pytest.fixture
def workers(home: Path, log: Path) -> Iterator[LocalWorkers]:
    made = LocalWorkers(home, log, places=2, threads=1)
    yield made
    made.close()


def run(home: Path, name: str) -> Run:
    return Run(home / "runs" / name)


def until(something: Callable[[], bool]) -> None:
    ends = time.monotonic() + 20
    while not something():
        assert time.monotonic() < ends
        time.sleep(0.005)


def lines(log: Path) -> list[list[str]]:
    return [line.split(maxsplit=3) for line in log.read_text().splitlines() if line != "left"]


def test_a_process_takes_one_run_after_the_other(workers: LocalWorkers, home: Path, log: Path) -> None:
    for name in ("first", "second"):
        workers.begin(run(home, name))
        assert not workers.has("another")
        until(lambda name=name: not workers.has(name))  # type: ignore[misc]
    workers.begin(run(home, "second"), "test")
    until(lambda: not workers.has("second"))
    told = lines(log)
    assert len({pid for pid, *_ in told}) == 1
    assert [(task, name) for _, task, name, _ in told] == [("train", "first"), ("train", "second"), ("test", "second")]
    assert told[0][3] == f"['-m', 'cnnviz.tuning.trial_worker', '--home', '{home}', '--threads', '1'] {home}"


def test_runs_beside_each_other_have_a_process_each(workers: LocalWorkers, home: Path, log: Path) -> None:
    workers.begin(run(home, "slow-1"))
    workers.begin(run(home, "slow-2"))
    assert workers.has("slow-1")
    assert workers.has("slow-2")
    until(lambda: not workers.has("slow-1") and not workers.has("slow-2"))
    assert len({pid for pid, *_ in lines(log)}) == 2


def test_a_process_that_dies_is_followed_by_another(workers: LocalWorkers, home: Path, log: Path) -> None:
    workers.begin(run(home, "it-dies"))
    until(lambda: not workers.has("it-dies"))
    workers.begin(run(home, "next"))
    until(lambda: not workers.has("next"))
    assert len({pid for pid, *_ in lines(log)}) == 2


def test_at_the_end_every_process_ends(home: Path, log: Path) -> None:
    workers = LocalWorkers(home, log, places=3, threads=1)
    for name in ("quick", "slow", "hangs"):
        workers.begin(run(home, name))
    until(lambda: not workers.has("quick") and len(lines(log)) == 3)
    processes = [worker.process for worker in workers._workers]
    workers.close()
    quick, slow, hangs = (process.returncode for process in processes)
    assert slow == -15  # a real one stops its run at that signal, and keeps what it has
    assert quick in (0, -15)
    assert hangs == -9
    workers.close()  # closing twice is closing once
