"""RunStore: the runs of a home, and those that came with cnnviz."""

import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from cnnviz.errors import CnnvizError, RunError, StorageError
from cnnviz.files import read_json, stamp, storage_errors, write_json
from cnnviz.home import bundled_folder, runs_folder
from cnnviz.runs.about import read_about
from cnnviz.runs.locks import held
from cnnviz.runs.run import Run
from cnnviz.runs.status import Status, read_status, write_status
from cnnviz.spec import RunSpec

__all__ = ["RUN_ID", "RunStore", "RunSummary", "open_run", "summarise"]

RUN_ID = re.compile(r"[a-z0-9][a-z0-9-]{3,79}")
_SECOND = len("20260101-120000")
_PACKAGES = ("cnnviz", "keras", "tensorflow", "numpy")


@dataclass(frozen=True)
class RunSummary:
    """One row of a list of runs.

    Attributes:
        run_id, name: its id and what people call it.
        state: one of the states.
        dataset: the data set's name; empty where the spec cannot be read.
        epochs_done: finished epochs.
        test_accuracy: share of test images it gets right, in [0, 1]; None before it was measured.
        bundled: whether it came with cnnviz.
        problem: why it cannot be opened, in one sentence; empty where it can.
        tags: the words people sort it by.
    """

    run_id: str
    name: str
    state: str
    dataset: str
    epochs_done: int
    test_accuracy: float | None
    bundled: bool
    problem: str = ""
    tags: tuple[str, ...] = ()


class RunStore:
    """The runs of a home.

    Args:
        home: the home folder, or None for the usual one.
        bundled: the folder of read-only runs; None for `$CNNVIZ_BUNDLED`, or those in the package.
    """

    def __init__(self, home: str | Path | None = None, bundled: str | Path | None = None) -> None:
        self.folder = runs_folder(home)
        self.bundled_folder = bundled_folder(bundled)

    @property
    def queue(self) -> Path:
        """The folder with an empty file for each run that waits for a worker."""
        return self.folder / ".queue"

    @staticmethod
    def new_id(spec: RunSpec) -> str:
        """Return an id for a run of these settings."""
        slug = re.sub(r"[^a-z0-9]+", "-", (spec.name or spec.preset or "run").lower()).strip("-")[:40] or "run"
        return f"{time.strftime('%Y%m%d-%H%M%S')}-{slug}-{secrets.token_hex(2)}"

    def create(self, spec: RunSpec, status: Status, run_id: str | None = None) -> Run:
        """Make a run's folder.

        Args:
            spec: its settings; the package versions are added.
            status: its first status.
            run_id: from `new_id`, where somebody has to know it before; None for a new one.

        Raises:
            StorageError: the home cannot be written.
        """
        run_id = run_id or self.new_id(spec)
        run, partial = Run(self.folder / run_id), self.folder / f".new-{run_id}"
        try:
            shutil.rmtree(partial, ignore_errors=True)  # of a process that was killed just here, with the same id
            with storage_errors(run.folder):
                partial.mkdir(parents=True)
            write_json(partial / "spec.json", spec.changed(versions=_versions()).model_dump(mode="json"))
            write_status(partial, status)
            with storage_errors(run.folder):
                os.rename(partial, run.folder)  # in one step, so that nobody sees half a run
        except StorageError:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        return run

    def ids(self) -> tuple[str, ...]:
        """Return all run ids, newest first, bundled ones last."""
        own = sorted(_run_folders(self.folder), key=_made, reverse=True)
        return tuple(folder.name for folder in (*own, *sorted(_run_folders(self.bundled_folder))))

    def bundled(self) -> tuple[Run, ...]:
        """Open the runs that came with cnnviz, but for those whose id one's own run has."""
        ids = sorted(folder.name for folder in _run_folders(self.bundled_folder))
        return tuple(run for run in map(self._open, ids) if run.bundled)

    def get(self, text: str) -> Run:
        """Find one run.

        Args:
            text: a run id, a unique beginning of one, or "latest" for the one made last.

        Raises:
            RunError: there is none, or more than one.
        """
        ids = self.ids()
        if text == "latest":
            found = ids[:1]
        else:
            found = (text,) if text in ids else tuple(run_id for run_id in ids if text and run_id.startswith(text))
        if len(found) == 1:
            return self._open(found[0])
        if not found:
            what = (
                "there are no runs yet, so train one first"
                if not ids
                else "it may have been deleted, so choose another"
            )
            raise RunError(f"there is no run called {text[:80]!r}; {what}")
        raise RunError(f"{len(found)} runs begin with {text!r} ({found[0]}, {found[1]}, ...); give more of the id")

    def _open(self, run_id: str) -> Run:
        own = self.folder / run_id
        if own.is_dir():
            return Run(own)
        return Run(self.bundled_folder / run_id, bundled=True, home=self.folder.parent)

    def runs(self) -> Iterator[Run]:
        """Open every run, newest first, bundled ones last; a damaged one is found out when it is read."""
        return (self._open(run_id) for run_id in self.ids())

    def list(self) -> tuple[RunSummary, ...]:
        """Return a row for every run, newest first, bundled ones last; a damaged run has a row that says so."""
        return tuple(map(summarise, self.runs()))

    def delete(self, text: str) -> str:
        """Remove a run and all its files.

        Args:
            text: as for `get`.

        Returns:
            The id of the run that was removed.

        Raises:
            RunError: it does not exist, is bundled, still waits or runs, or is being resumed.
            StorageError: the home cannot be written.
        """
        run = self.get(text)
        if run.bundled:
            raise RunError(f"the run {run.id} came with cnnviz and cannot be deleted; only your own runs can")
        _refuse_active(run)
        # Whoever trains or resumes it holds the lock, whatever the files and clocks seem to say.
        with held(run.folder, f"the run {run.id} is in use by another process; stop it before deleting it") as lock:
            _refuse_active(run)
            self._bury(run)
            with suppress(OSError):
                os.unlink(lock.lock_file)
        return run.id

    def discard(self, run: Run) -> None:
        """Remove a run that was made just now and could not be started."""
        with suppress(StorageError):
            self._bury(run)

    def _bury(self, run: Run) -> None:
        grave = self.folder / f".deleted-{run.id}"
        with storage_errors(run.folder):
            os.replace(run.folder, grave)  # in one step, so that nobody sees half a run
            shutil.rmtree(grave)


def _refuse_active(run: Run) -> None:
    status = read_status(run.folder)
    if status.active:
        raise RunError(f"the run {run.id} is {status.state}; stop it before deleting it")


def _run_folders(parent: Path) -> Iterator[Path]:
    """The run folders in a folder; links are not followed, so nothing outside the home is ever read or deleted."""
    try:
        entries = list(os.scandir(parent))
    except OSError:
        return
    for entry in entries:
        if RUN_ID.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False):
            yield Path(entry.path)


def _made(folder: Path) -> tuple[str, int, str]:
    """When a run was made, to sort by: the second in its id, then the time of the file that is written once."""
    try:
        return (folder.name[:_SECOND], (folder / "spec.json").stat().st_mtime_ns, folder.name)
    except OSError:
        return (folder.name[:_SECOND], 0, folder.name)


def summarise(run: Run) -> RunSummary:
    """Return a run's row; a damaged run has one that says so."""
    status, about = run.status, read_about(run.additions().folder)
    try:
        of_spec, dataset = _names_in_spec(run.folder, stamp(run.folder / "spec.json"))
        name, problem = (run.given_name if run.bundled else about.name) or of_spec or run.id, ""
    except CnnvizError as error:
        name, dataset, problem = run.id, "", str(error)
    accuracy = (read_json(run.folder / "evaluation.json") or {}).get("accuracy")
    return RunSummary(
        run_id=run.id,
        name=name,
        state=status.state,
        dataset=dataset,
        epochs_done=status.epoch,
        test_accuracy=float(accuracy) if isinstance(accuracy, int | float) and 0 <= accuracy <= 1 else None,
        bundled=run.bundled,
        problem=problem,
        tags=about.tags,
    )


@lru_cache(maxsize=20_000)
def _names_in_spec(folder: Path, version: tuple[int, ...]) -> tuple[str, str]:
    """The run's and the data set's name in its settings, read again only when the file's stamp is another.

    Raises:
        RunError: the settings cannot be read; that is not remembered.
    """
    run = Run(folder)
    return run.name_in_spec, run.spec.data.name


def _versions() -> dict[str, str]:
    """Versions of what decides a training's numbers, read without importing it."""
    versions = {}
    for package in _PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:  # cnnviz run from a checkout, as the README does
            continue
    return versions


def open_run(run_id: str, home: str | Path | None = None) -> Run:
    """Open a run.

    Args:
        run_id: a run id, a unique beginning of one, or "latest".
        home: the home folder; None for `$CNNVIZ_HOME` or `~/.cnnviz`.

    Raises:
        RunError: there is none, or more than one.
    """
    return RunStore(home).get(run_id)
