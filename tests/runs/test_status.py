"""States come from files and from whether the process lives."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from cnnviz.runs import Status, process_fields, read_status, write_status
from tests.runs.folders import make_run, put


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    """A process that does nothing until it is killed."""
    running = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield running
    running.kill()
    running.communicate()


def fields_of(process: subprocess.Popen[bytes]) -> dict[str, Any]:
    started = psutil.Process(process.pid).create_time()
    return {"pid": process.pid, "process_started": started, "host": socket.gethostname()}


def test_a_status_survives_the_round_trip(home: Path) -> None:
    status = Status(
        "running",
        epoch=3,
        epochs=10,
        step=77,
        steps=200,
        position=3.5,
        images_per_second=812.5,
        seconds_left=12.0,
        message="Schön.",
        **process_fields(),
    )
    run = make_run(home)
    before = time.time()
    write_status(run.folder, status)
    found = read_status(run.folder)
    assert before <= found.heartbeat <= time.time()
    assert found == Status(**{**vars(status), "heartbeat": found.heartbeat})


def test_a_living_process_runs(home: Path, process: subprocess.Popen[bytes]) -> None:
    run = make_run(home, Status("running", **fields_of(process)))
    assert run.state == "running"
    (run.folder / "stop").touch()
    assert run.state == "stopping"


@pytest.mark.parametrize("state", ["queued", "running"])
def test_a_killed_process_is_interrupted_at_once_zombie_or_not(
    home: Path, process: subprocess.Popen[bytes], state: Any
) -> None:
    run = make_run(home, Status(state, epoch=2, epochs=9, step=50, seconds_left=3.0, **fields_of(process)))
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # dead, and still a zombie that nobody fetched
    assert psutil.Process(process.pid).status() == psutil.STATUS_ZOMBIE
    status = run.status
    assert status.state == "interrupted"
    assert ("before it began" if state == "queued" else "in epoch 3 of 9") in status.message
    assert (status.seconds_left, status.epoch, status.step) == (None, 2, 50)
    process.communicate()
    assert not psutil.pid_exists(process.pid)
    assert run.state == "interrupted"


def test_a_reused_process_id_is_another_process(home: Path, process: subprocess.Popen[bytes]) -> None:
    started = psutil.Process(process.pid).create_time()
    for lag, state in ((0.0, "running"), (1.0, "running"), (-60.0, "interrupted"), (60.0, "interrupted")):
        fields = {**fields_of(process), "process_started": started + lag}
        assert make_run(home, Status("running", **fields)).state == state


def test_setting_the_clock_ends_no_run(
    home: Path, process: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = fields_of(process)
    started, booted = fields["process_started"], psutil.boot_time()
    since_boot = round(started - booted, 3)
    run = make_run(home, Status("running", **fields, process_since_boot=since_boot))
    old = make_run(home, Status("running", **fields))
    assert (run.state, old.state) == ("running", "running")

    create_time = psutil.Process.create_time
    for step in (-3600.0, 3600.0):  # Linux counts process start times from the machine's start, which moves
        with monkeypatch.context() as patch:
            patch.setattr(psutil, "boot_time", lambda step=step: booted + step)
            patch.setattr(psutil.Process, "create_time", lambda self, step=step: create_time(self) + step)
            assert (run.state, old.state) == ("running", "interrupted")
    with monkeypatch.context() as patch:  # macOS keeps the start times and moves the machine's
        patch.setattr(psutil, "boot_time", lambda: booted - 3600)
        assert run.state == "running"
    other = {**fields, "process_started": started - 60, "process_since_boot": since_boot - 60}
    assert make_run(home, Status("running", **other)).state == "interrupted"


def test_this_process_s_fields_hold_both_start_times() -> None:
    fields = process_fields()
    assert fields["process_since_boot"] == pytest.approx(fields["process_started"] - psutil.boot_time(), abs=0.01)


def test_a_living_process_that_says_nothing_is_told(home: Path, process: subprocess.Popen[bytes]) -> None:
    run = make_run(home, Status("running", message="Working.", **fields_of(process)))
    assert run.status.message == "Working."
    put(run, heartbeat=time.time() - 47)
    assert (run.state, run.status.message) == ("running", "Its process has not answered for 47 s.")
    (run.folder / "stop").touch()
    assert (run.state, run.status.message[:28]) == ("stopping", "Its process has not answered")
    put(run, heartbeat=0.0)  # never said
    assert run.status.message == "Working."


def test_a_run_that_never_began_says_so(home: Path) -> None:
    run = make_run(home, Status("queued", epochs=3))
    status = run.status
    assert (status.state, status.epochs) == ("interrupted", 3)
    assert status.message.startswith("Its process ended before it began without saying why")


def test_a_run_in_the_queue_waits_whoever_put_it_there(home: Path, process: subprocess.Popen[bytes]) -> None:
    run = make_run(home, Status("queued", **fields_of(process)))
    queue = run.folder.parent / ".queue"
    queue.mkdir()
    (queue / run.id).touch()
    process.kill()
    process.communicate()
    assert run.state == "queued"
    (queue / run.id).unlink()
    assert run.state == "interrupted"


def test_another_machine_s_worker_speaks_for_itself(home: Path) -> None:
    run = make_run(home, Status("running"))
    put(run, pid=1, process_started=1.0, host="elsewhere.example", heartbeat=time.time() - 5)
    assert run.state == "running"
    put(run, heartbeat=time.time() - 120)
    assert run.state == "interrupted"


@pytest.mark.parametrize("state", ["stopped", "completed", "failed", "diverged"])
def test_an_ended_run_needs_no_process(home: Path, state: Any) -> None:
    run = make_run(home, Status(state, pid=2**22 - 1, process_started=1.0))
    (run.folder / "stop").touch()
    assert run.state == state


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"state": "dancing"}',
        b'{"state": ["running"]}',
        b'{"state": "running", "step": "many"}',
        b'{"state": "running", "pid": "1; rm", "process_started": 1}',
        b'{"state": "running", "pid": 1, "process_started": "yesterday"}',
        b'{"state": "running", "pid": -4, "process_started": 1}',
        b'{"state": "running", "pid": 1e400, "process_started": 1}',
        b'{"state": "running", "pid": 1, "process_started": 1, "process_since_boot": "a while"}',
        b'{"state": "completed", "epoch": NaN}',
        b'{"state": "completed", "epoch": -1}',
        b'{"state": "completed", "epoch": 1.5}',
        b'{"state": "completed", "message": {"html": "<script>"}}',
        b'{"state": "completed", "seconds_left": "soon"}',
        b'{"state": "completed", "host": 3}',
        b'{"state": "completed", "heartbeat": true}',
        b"\x00" * 1000,
    ],
    ids=lambda content: repr(content[:60]),
)
def test_a_damaged_status_is_said_and_never_raised(home: Path, content: bytes) -> None:
    run = make_run(home)
    (run.folder / "status.json").write_bytes(content)
    assert run.status == Status("interrupted", message="Its status file is missing or damaged; resume it or delete it.")


def test_a_missing_status_is_interrupted(home: Path) -> None:
    run = make_run(home)
    (run.folder / "status.json").unlink()
    assert run.state == "interrupted"


def test_unknown_fields_of_a_newer_version_are_passed_over(home: Path) -> None:
    run = make_run(home)
    put(run, mood="good", epoch=7)
    assert (run.state, run.status.epoch) == ("completed", 7)


@pytest.mark.parametrize("pid", [2**31, 2**52])
def test_an_impossible_process_id_is_nobody(home: Path, pid: int) -> None:
    run = make_run(home)
    put(run, state="running", pid=pid, process_started=1.0, host=socket.gethostname())
    assert run.state == "interrupted"
