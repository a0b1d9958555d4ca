"""What pages read, cached for all sessions. Only what never changes is shared; every error is a CnnvizError."""

import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from cnnviz.data import (
    Dataset,
    DatasetInfo,
    Pictures,
    class_names_of,
    find_pictures,
    held_pictures,
    list_datasets,
    load_dataset,
)
from cnnviz.data.large import MANIFEST
from cnnviz.data.pictures import Held
from cnnviz.errors import CnnvizError
from cnnviz.home import datasets_folder, resolve_home, runs_folder
from cnnviz.runs import Run, RunOverview, RunStore, RunSummary, Status
from cnnviz.runs import overviews as read_overviews
from cnnviz.runs.weights import MODEL, snapshot_path
from cnnviz.runs.words import run_in_words

__all__ = [
    "MOST_OFFERED",
    "SAMPLE",
    "ActiveRun",
    "active_runs",
    "class_names",
    "dataset",
    "dataset_changed",
    "datasets",
    "held_images",
    "home",
    "judgeable",
    "look_again",
    "lookable",
    "modified",
    "open_run",
    "overviews",
    "pictures",
    "readable",
    "run_ids",
    "run_label",
    "runs",
    "trained",
]

SAMPLE = "cifar10-sample"  # the data set that is always there

# A run that trains writes its status every second; one that was silent for longer is asked for nothing on every page.
_RECENT_S = 300.0
MOST_OFFERED = 60  # runs in a list to choose from


@dataclass(frozen=True)
class ActiveRun:
    """A run that waits or trains.

    Attributes:
        run_id, name: its id and what people call it.
        status: where it was when somebody looked.
    """

    run_id: str
    name: str
    status: Status


def home() -> Path:
    """Return the home folder of this server."""
    return resolve_home()


def datasets() -> tuple[DatasetInfo, ...]:
    """List the data sets; reads no images."""
    return list_datasets(home())


def dataset(name: str) -> Dataset:
    """Load a data set, or return the one that is loaded already; read-only and shared by all sessions.

    Args:
        name: its name. One that is not on this machine would be downloaded: ask `datasets` whether it is available.

    Raises:
        CnnvizError: it does not exist or cannot be had.
    """
    return _dataset(str(home()), name, dataset_changed(name))


def dataset_changed(name: str) -> int:
    """Return when a data set's file was changed, in nanoseconds; 0 where it has none."""
    folder = datasets_folder(home())
    return modified(folder / f"{name}.npz") or modified(folder / name / MANIFEST)


def held_images(run: Run) -> Held | None:
    """Say which of a run's test images can be shown: its data set's own, compressed copies, or none; reads none."""
    return held_pictures(run.spec.data.name, home())


def pictures(run: Run) -> Pictures:
    """Return the test images that a run is measured on, in the order of its predictions, or compressed copies of them.

    Raises:
        DataError: there are none on this machine.
    """
    data = run.spec.data
    if data.classes is None:
        return find_pictures(data.name, home(), load=dataset)
    return _pictures(str(home()), data.name, data.classes, held_images(run), dataset_changed(data.name))


def runs() -> tuple[RunSummary, ...]:
    """Return a row for every run as it is now, newest first, bundled ones last."""
    return RunStore(home()).list()


def overviews() -> tuple[RunOverview, ...]:
    """Return what a table of all runs shows, newest first, bundled ones last; up to a second old, as `run_ids`."""
    return _overviews(str(home()))


def run_ids() -> tuple[str, ...]:
    """Return the ids of all runs, newest first, bundled ones last; up to a second old, as with `active_runs`."""
    return _run_ids(str(home()))


def lookable() -> tuple[str, ...]:
    """Return the ids of the runs that have weights to look at, newest first; opens none of them."""
    return _holding(str(home()), (MODEL, snapshot_path(Path(), 0).as_posix()))


def trained() -> tuple[str, ...]:
    """Return the ids of the runs that have a network to begin with, newest first; opens none of them."""
    return _holding(str(home()), (MODEL,))


def judgeable(*, snapshots: bool = False) -> tuple[str, ...]:
    """Return the ids of the runs that predicted the test images, newest first; opens none of them.

    Args:
        snapshots: only those that did so at snapshots, which a network from elsewhere has not.
    """
    return _holding(str(home()), ("predictions/[0-9]*.npz" if snapshots else "predictions/*.npz",))


def active_runs() -> tuple[ActiveRun, ...]:
    """Return the runs that wait or train, those that train first; up to a second old: all sessions share one look."""
    return _active_runs(str(home()))


def look_again() -> None:
    """Forget which runs there are and which are active; called after every change, so that it is seen at once."""
    _run_ids.clear()
    _holding.clear()
    _overviews.clear()
    _active_runs.clear()


def class_names(run: Run) -> tuple[str, ...]:
    """Return the names of the classes that a run tells apart, by label; numbers where nobody knows them any more."""
    return class_names_of(run, home())


def open_run(run_id: str) -> Run:
    """Open a run. All sessions share the object, so that its events are read once.

    Args:
        run_id: a run id, a unique beginning of one, or "latest".

    Raises:
        RunError: there is none, or more than one.
    """
    folder, bundled = runs_folder(home()) / run_id, False
    if run_id not in run_ids() or not folder.is_dir():
        run = RunStore(home()).get(run_id)  # looks at all runs there are
        folder, bundled = run.folder, run.bundled
    return _run(str(folder), bundled, modified(folder / "spec.json"))


def readable(run_ids: Iterable[str]) -> Iterator[Run]:
    """Open those of some runs that are there and whose settings can be read, in their order, one when it is asked for.

    Args:
        run_ids: their ids.
    """
    for run_id in run_ids:
        with suppress(CnnvizError):
            run = open_run(run_id)
            _ = run.spec
            yield run


def run_label(run_id: str) -> str:
    """Return what a run is called in a list, as text, not Markdown; its id where it cannot be read.

    No two runs have the same one: the browser says by its label which run was chosen.
    """
    return _label(str(home()), run_id)


@st.cache_resource(max_entries=2, show_spinner=False)
def _dataset(home: str, name: str, modified: int) -> Dataset:
    return load_dataset(name, home)


@st.cache_resource(max_entries=4, show_spinner=False)
def _pictures(home: str, name: str, classes: tuple[str, ...], held: Held | None, modified: int) -> Pictures:
    return find_pictures(name, home, classes, load=dataset)


@st.cache_resource(max_entries=64, show_spinner=False)
def _run(folder: str, bundled: bool, modified: int) -> Run:
    return Run(Path(folder), bundled=bundled)


@st.cache_data(ttl=5, max_entries=256, show_spinner=False)
def _label(home: str, run_id: str) -> str:
    try:
        return run_in_words(open_run(run_id))
    except CnnvizError:
        return run_id


@st.cache_resource(ttl=1, max_entries=4, show_spinner=False)
def _overviews(home: str) -> tuple[RunOverview, ...]:
    return read_overviews(home)


@st.cache_data(ttl=1, max_entries=4, show_spinner=False)
def _run_ids(home: str) -> tuple[str, ...]:
    return RunStore(home).ids()  # thousands of runs take a tenth of a second


@st.cache_data(ttl=2, max_entries=12, show_spinner=False)
def _holding(home: str, files: tuple[str, ...]) -> tuple[str, ...]:
    """The ids of the newest runs with such a file."""
    found: list[str] = []
    store = RunStore(home)
    for run_id in _run_ids(home):
        folders = (store.folder / run_id, store.bundled_folder / run_id)
        if any(True for folder in folders for name in files for _ in folder.glob(name)):
            found.append(run_id)
        if len(found) == MOST_OFFERED:
            break
    return tuple(found)


@st.cache_data(ttl=1, max_entries=4, show_spinner=False)
def _active_runs(home: str) -> tuple[ActiveRun, ...]:
    store = RunStore(home)
    since_ns = time.time_ns() - int(_RECENT_S * 1e9)
    found = []
    for run_id in _run_ids(home):
        folder = store.folder / run_id
        # Two looks at the disk instead of opening the run: there may be thousands.
        if modified(folder / "status.json") > since_ns or modified(store.queue / run_id):
            run = Run(folder)
            status = run.status
            if status.active:
                found.append(ActiveRun(run_id, _name(run), status))
    return tuple(sorted(found, key=lambda active: active.status.state == "queued"))


def _name(run: Run) -> str:
    try:
        return run.name
    except CnnvizError:
        return run.id


def modified(path: Path) -> int:
    """When a file was changed, in nanoseconds; 0 where there is none."""
    try:
        return path.stat().st_mtime_ns
    except (OSError, ValueError):
        return 0
