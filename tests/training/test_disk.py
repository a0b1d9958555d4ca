"""A full and a read-only disk: a sentence, nothing half-written, and what was there still opens."""

import errno
import os
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from cnnviz.errors import CnnvizError, StorageError
from cnnviz.files import storage_errors, write_atomically
from cnnviz.models import named_weights, save_model
from cnnviz.runs import Event, EventLog, EventReader, Run, RunStore, save_checkpoint
from cnnviz.training import ensure_worker, resume, start, stop, warm_up
from cnnviz.training.execute import continue_run, train
from tests.training.helpers import stop_at, tiny_spec, write_tiny

Disks = Callable[..., Path]


def fill(disk: Path) -> None:
    """Leave not one byte free."""
    with suppress(OSError), (disk / "ballast").open("ab", buffering=0) as file:
        for size in (65536, 4096, 1):
            with suppress(OSError):
                while file.write(b"x" * size):
                    pass


def no_leftovers(folder: Path) -> None:
    assert [path.name for path in folder.rglob("*.part")] == []
    assert [path.name for path in folder.rglob(".model-*")] == []


@pytest.mark.usefixtures("step_by_step")
def test_a_full_disk_ends_the_run_and_costs_nothing_old(tiny_disk: Disks) -> None:
    disk = tiny_disk("4m")
    home = disk / "home"
    write_tiny(home)
    run = train(tiny_spec(), home, stop_at(home, 30))
    before = named_weights(run.model())

    def fill_later(event: Event) -> None:
        if event["kind"] == "batch" and event["step"] == 40:
            fill(disk)

    continue_run(run, fill_later)
    status = run.status
    assert status.state == "failed"
    assert status.message.startswith("Cannot write ")
    assert status.message.endswith(": the disk is full; free some space and try again.")
    no_leftovers(run.folder)
    for name, array in named_weights(run.model()).items():
        np.testing.assert_array_equal(array, before[name])
    assert run.history().n_epochs in (1, 2)  # the log may have had room left for the second
    with pytest.raises(StorageError, match="the disk is full"):
        train(tiny_spec(), home)
    assert RunStore(home).ids() == (run.id,)

    (disk / "ballast").unlink()
    continue_run(run)
    assert run.state == "completed"
    assert run.history().n_epochs == 3


def test_every_writer_leaves_the_old_on_a_full_disk(tiny_disk: Disks, busy: Run) -> None:
    disk = tiny_disk("1m")
    write_atomically(disk / "file", b"old")
    save_checkpoint(disk / "checkpoint", 1, {"a": np.arange(3)})
    model = busy.model()
    save_model(model, disk / "model.keras")
    saved = (disk / "model.keras").read_bytes()
    log = EventLog(disk / "events.jsonl")
    log.append("batch", n=1)
    fill(disk)
    for write in (
        lambda: write_atomically(disk / "file", b"x" * 100_000),
        lambda: write_atomically(disk / "new" / "file", b"x" * 100_000),
        lambda: save_checkpoint(disk / "checkpoint", 2, {"a": np.zeros(100_000)}),
        lambda: save_model(model, disk / "model.keras"),
        lambda: log.append("batch", text="x" * 100_000),
        lambda: log.append("status", text="x" * 100_000),
    ):
        with pytest.raises(StorageError, match="the disk is full; free some space and try again"):
            write()
    no_leftovers(disk)
    assert (disk / "file").read_bytes() == b"old"
    assert (disk / "model.keras").read_bytes() == saved
    assert [path.name for path in (disk / "checkpoint").iterdir()] == ["0000000001.ckpt"]
    (disk / "ballast").unlink()
    log.append("batch", n=2)
    log.close()
    assert [(event["seq"], event["n"]) for event in EventReader(disk / "events.jsonl").read()] == [(0, 1), (1, 2)]


def test_on_a_read_only_disk_looking_works_and_training_says_why(tiny_disk: Disks) -> None:
    disk = tiny_disk("4m")
    home = disk / "home"
    write_tiny(home)
    run = train(tiny_spec(epochs=1), home)
    (home / "runs" / ".slots").mkdir(exist_ok=True)
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)

    again = RunStore(home).get("latest")
    assert (again.state, again.history().n_epochs, len(again.snapshots())) == ("completed", 1, 3)
    again.model()
    assert again.predictions().probabilities is not None
    assert RunStore(home).list()[0].problem == ""

    warm_up(home)  # the dashboard asks for it at every start, and must not fail
    for act in (
        lambda: train(tiny_spec(), home),
        lambda: start(tiny_spec(), home),
        lambda: ensure_worker(RunStore(home)),
        lambda: again.rename("new"),
        lambda: RunStore(home).delete(again.id),
    ):
        with pytest.raises(StorageError) as caught:
            act()
        sentence = str(caught.value)
        assert sentence.isprintable()
        assert "the disk is read-only; choose another folder with --home or CNNVIZ_HOME" in sentence
    assert run.folder.is_dir()


def test_a_stopped_run_on_a_read_only_disk_is_not_resumed(tiny_disk: Disks) -> None:
    disk = tiny_disk("4m")
    home = disk / "home"
    write_tiny(home)
    run = train(tiny_spec(), home, stop_at(home, 2))
    assert run.state == "stopped"
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    for act in (lambda: continue_run(run), lambda: resume(run, home)):
        with pytest.raises(StorageError, match="the disk is read-only"):
            act()
    with pytest.raises(CnnvizError, match="is stopped; only a waiting or running one"):
        stop(run, home)
    assert run.state == "stopped"


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "the disk is full; free some space"),
        (errno.EDQUOT, "the disk quota is used up"),
        (errno.EROFS, "the disk is read-only"),
        (errno.EACCES, "not permitted"),
        (errno.EPERM, "not permitted"),
        (errno.ENOTDIR, "a file, not a folder"),
        (errno.EIO, f"the system said: {os.strerror(errno.EIO)}"),
    ],
)
def test_every_refusal_has_its_sentence(tmp_path: Path, number: int, said: str) -> None:
    with pytest.raises(StorageError, match=said) as caught, storage_errors(tmp_path / "x"):
        raise OSError(number, os.strerror(number))
    assert str(caught.value).startswith(f"cannot write {tmp_path / 'x'}: ")
    assert isinstance(caught.value.__cause__, OSError)
