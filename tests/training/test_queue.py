"""The queue between processes: each run claimed once, one place on a machine, no dead owner in the way."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from cnnviz.errors import CnnvizError
from cnnviz.runs import Run, RunStore, Status
from cnnviz.runs.locks import take
from cnnviz.training import stop
from cnnviz.training.execute import train
from cnnviz.training.launcher import start
from cnnviz.training.queue import claim_next, enqueue, free_slot, is_waiting, parallel_runs, somebody_waits, withdraw
from cnnviz.training.standby import has_standby, standby_lock
from tests.training.helpers import output_of, python, tiny_spec, wait_until


def queued(home: Path) -> Run:
    store = RunStore(home)
    run = store.create(tiny_spec(), Status("queued"))
    enqueue(store, run)
    return run


def test_the_longest_waiting_run_is_claimed_first(home: Path) -> None:
    runs = [queued(home) for _ in range(4)]
    for age, run in enumerate(reversed(runs)):
        os.utime(home / "runs" / ".queue" / run.id, ns=(age * 10**9, age * 10**9))
    claimed = [claim_next(RunStore(home)) for _ in range(5)]
    assert [run.id if run else None for run in claimed] == [*(run.id for run in reversed(runs)), None]


def test_a_run_is_queued_from_start_to_claim_and_after(home: Path) -> None:
    run = queued(home)
    assert run.state == "queued"
    claimed = claim_next(RunStore(home))
    assert claimed is not None
    assert run.state == "queued", "taken by a living process that has not begun yet"
    assert not is_waiting(RunStore(home))


def test_a_run_whose_claimer_died_is_interrupted(home: Path) -> None:
    run = queued(home)
    code = "import sys; from cnnviz.training.queue import claim_next; from cnnviz.runs import RunStore\n"
    output_of(python(code + "assert claim_next(RunStore(sys.argv[1]))", home, home=home))
    assert run.state == "interrupted"
    assert "before it began" in run.status.message


def test_what_is_no_run_does_not_block_the_queue(home: Path) -> None:
    (home / "runs" / ".queue").mkdir(parents=True)
    (home / "runs" / ".queue" / "no-such-run").touch()
    run = queued(home)
    claimed = claim_next(RunStore(home))
    assert claimed is not None
    assert claimed.id == run.id
    assert not is_waiting(RunStore(home))


def test_what_lies_in_the_queue_and_is_no_marker_is_left_alone(home: Path) -> None:
    store, run = RunStore(home), queued(home)
    other = store.create(tiny_spec(), Status("stopped"))
    (store.queue / "a-folder").mkdir()
    (store.queue / other.id).mkdir()
    os.mkfifo(store.queue / "a-pipe")
    (store.queue / "a-link").symlink_to(store.queue / run.id)
    (store.queue / "no-such-run").touch()
    assert not withdraw(store, other.id)
    claimed = claim_next(store)
    assert claimed is not None
    assert claimed.id == run.id
    assert claim_next(store) is None
    assert not is_waiting(store)
    assert other.state == "stopped"
    assert {path.name for path in store.queue.iterdir()} == {"a-folder", "a-pipe", "a-link", other.id}


CLAIM_ALL = """
import json, sys, time
from pathlib import Path
from cnnviz.runs import RunStore
from cnnviz.training.queue import claim_next
store, mine = RunStore(sys.argv[1]), []
Path(sys.argv[1], sys.argv[2]).touch()
while not Path(sys.argv[1], "go").exists():
    time.sleep(0.001)
while (run := claim_next(store)) is not None:
    mine.append(run.id)
print(json.dumps(mine))
"""


def test_every_run_is_claimed_by_one_of_many_processes(home: Path) -> None:
    runs = {queued(home).id for _ in range(40)}
    processes = [python(CLAIM_ALL, home, f"ready{number}", home=home) for number in range(3)]
    wait_until(lambda: len(list(home.glob("ready*"))) == 3, "all three are ready")
    (home / "go").touch()
    claimed = [run for process in processes for run in json.loads(output_of(process))]
    assert sorted(claimed) == sorted(runs)


def test_withdrawing_is_heard_by_one(home: Path) -> None:
    run = queued(home)
    assert [withdraw(RunStore(home), run.id) for _ in range(3)] == [True, False, False]


def test_a_waiting_run_is_stopped_at_once(home: Path) -> None:
    run = queued(home)
    stop(run, home)
    assert (run.state, run.status.message) == ("stopped", "Stopped before its turn came.")
    assert claim_next(RunStore(home)) is None


def test_one_place_by_default_and_more_when_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = RunStore(home)
    first = free_slot(store, give_up=lambda: True)
    assert first is not None
    assert free_slot(store, give_up=lambda: True) is None
    monkeypatch.setenv("CNNVIZ_PARALLEL_RUNS", "2")
    second = free_slot(store, give_up=lambda: True)
    assert second is not None
    assert free_slot(store, give_up=lambda: True) is None
    first.release()
    assert free_slot(store, give_up=lambda: True) is not None


def test_homes_of_a_machine_share_the_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = free_slot(RunStore(tmp_path / "one"), give_up=lambda: True)
    assert first is not None
    assert free_slot(RunStore(tmp_path / "two"), give_up=lambda: True) is None
    monkeypatch.setenv("CNNVIZ_PLACES", str(tmp_path / "other places"))
    assert free_slot(RunStore(tmp_path / "two"), give_up=lambda: True) is not None


def test_without_a_place_for_the_machine_the_home_has_one(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a file").touch()
    monkeypatch.setenv("CNNVIZ_PLACES", str(tmp_path / "a file" / "places"))
    assert free_slot(RunStore(home), give_up=lambda: True) is not None
    assert (home / "runs" / ".slots" / "0.lock").exists()


HOLD_A_PLACE = """
import signal, sys
from cnnviz.runs import RunStore
from cnnviz.training.queue import free_slot
slot = free_slot(RunStore(sys.argv[1]), lambda: True)
print("taken", flush=True)
signal.pause()
"""


def test_a_place_is_free_when_its_owner_is_dead(home: Path) -> None:
    owner = python(HOLD_A_PLACE, home, home=home)
    assert owner.stdout is not None
    assert owner.stdout.readline() == "taken\n"
    assert free_slot(RunStore(home), give_up=lambda: True) is None
    owner.kill()
    owner.communicate()
    assert free_slot(RunStore(home), give_up=lambda: True) is not None


WAIT_FOR_A_PLACE = """
import sys
from cnnviz.runs import RunStore
from cnnviz.training.queue import free_slot
free_slot(RunStore(sys.argv[1]), lambda: False)
print("taken", flush=True)
"""


def test_whoever_holds_a_place_sees_that_another_process_waits_for_it(tmp_path: Path) -> None:
    here, other = RunStore(tmp_path / "one"), tmp_path / "two"
    slot = free_slot(here, give_up=lambda: True)
    assert slot is not None
    assert free_slot(here, give_up=lambda: True) is None  # to ask is not to wait
    assert not somebody_waits(here)
    waits = python(WAIT_FOR_A_PLACE, other, home=other)
    wait_until(lambda: somebody_waits(here), "the mark of the other process")
    slot.release()
    assert output_of(waits) == "taken\n"
    assert not somebody_waits(here)

    slot = free_slot(here, give_up=lambda: True)
    killed = python(WAIT_FOR_A_PLACE, other, home=other)
    wait_until(lambda: somebody_waits(here), "the mark of the other process")
    killed.kill()
    killed.communicate()
    assert not somebody_waits(here)


@pytest.mark.parametrize(
    "setting", ["0", "-1", "two", "", "1.5", "²", " 1", "10000", "9" * 5000], ids=lambda setting: setting[:6]
)
def test_a_limit_that_is_none_is_refused_before_anything_is_written(
    home: Path, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    monkeypatch.setenv("CNNVIZ_PARALLEL_RUNS", setting)
    actions: tuple[Any, ...] = (parallel_runs, lambda: start(tiny_spec(), home), lambda: train(tiny_spec(), home))
    for act in actions:
        with pytest.raises(CnnvizError, match=r"CNNVIZ_PARALLEL_RUNS is .{2,80}; give a whole number from 1 to 9999"):
            act()
    assert RunStore(home).ids() == ()


def test_standby_is_known_by_its_lock(home: Path) -> None:
    store = RunStore(home)
    assert not has_standby(store)
    with standby_lock(store):
        assert has_standby(store)
        assert has_standby(store)
    assert not has_standby(store)


def test_taking_a_lock_says_whether_it_was_free(tmp_path: Path) -> None:
    mine, other = FileLock(tmp_path / "a.lock"), FileLock(tmp_path / "a.lock")
    assert take(mine)
    assert not take(other)
    mine.release()
    assert take(other)
