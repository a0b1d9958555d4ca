"""What the pages under Judge read of a run, cached for all sessions until a file of it changes."""

import threading
from contextlib import suppress

import streamlit as st

from cnnviz.arrays import sealed
from cnnviz.data.compact import compact_test
from cnnviz.data.findings.kept import findings_path
from cnnviz.errors import CnnvizError
from cnnviz.evaluation import Evaluation, Judged, LearningOrder, evaluate_judged, judge, learning_order
from cnnviz.runs import Run
from cnnviz.ui.address import rerun
from cnnviz.ui.components.image_grid import Source
from cnnviz.ui.importing import BackgroundImport
from cnnviz.ui.loaders import class_names, dataset_changed, datasets, held_images, home, modified
from cnnviz.ui.network import test_split
from cnnviz.ui.sheets import serve_images, thumbnail_shape

__all__ = [
    "evaluation",
    "judged",
    "learning",
    "metrics_ready",
    "pictures_of",
    "state_of",
    "wait_for_metrics",
]

_METRICS = BackgroundImport("scikit-learn", ["sklearn.metrics"])
_TICK_S = 0.4


def judged(run: Run, snapshot: int | None = None) -> Judged:
    """Return what a run predicted for every test image, beside what is true; read-only and shared by all sessions.

    Args:
        run: the run.
        snapshot: a snapshot's number; None for the run's model, or for the newest snapshot that was measured where the
            run has no model to measure yet: its `snapshot` says which.

    Raises:
        RunError: nothing was predicted yet, a file is damaged, or the data set is gone or has changed.
    """
    return _judged(run, snapshot, state_of(run, snapshot))


def evaluation(run: Run, snapshot: int | None = None) -> Evaluation:
    """Return the report on what `judged` returns. The first one of a server imports scikit-learn: see `metrics_ready`.

    Raises:
        RunError: as for `judged`.
    """
    return _evaluation(judged(run, snapshot), snapshot, state_of(run, snapshot))


def learning(run: Run) -> LearningOrder:
    """Return what a run predicted at all its snapshots; read-only and shared by all sessions.

    Raises:
        RunError: as for `judged`.
    """
    return _learning(run, state_of(run))


def state_of(run: Run, snapshot: int | None = None) -> str:
    """Name the files that a judgement is made of, as they are now: the key of whatever is computed from one.

    Args:
        run: the run.
        snapshot: as for `judged`.
    """
    predictions = run.folder / "predictions"
    number = "" if snapshot is None else f"{snapshot:04d}.npz"  # the folder itself changes with every new snapshot
    name = run.spec.data.name
    found = findings_path(name, home())  # says which test images are among the training images
    files = (predictions / number, predictions / "final.npz", run.folder / "spec.json", found)
    changed = (*map(modified, files), dataset_changed(name))
    return "|".join([str(run.folder), number, *map(str, changed), *class_names(run)])


@st.cache_resource(max_entries=16, show_spinner=False)
def _judged(_run: Run, snapshot: int | None, state: str) -> Judged:
    return sealed(judge(_run, snapshot, home()))


@st.cache_resource(max_entries=32, show_spinner=False)
def _evaluation(_judged: Judged, snapshot: int | None, state: str) -> Evaluation:
    return evaluate_judged(_judged)


@st.cache_resource(max_entries=8, show_spinner=False)
def _learning(_run: Run, state: str) -> LearningOrder:
    return sealed(learning_order(_run, home()))


# --- pictures -------------------------------------------------------------------------------------------------------


def pictures_of(run: Run) -> Source | None:
    """Say where the pictures of a run's test images are; None where there are none on this machine."""
    data, held = run.spec.data, held_images(run)
    if held is None:
        return None
    if held == "compressed":
        _decode_soon()
    info = next(info for info in datasets() if info.name == data.name)
    height, width = thumbnail_shape(*info.shape[:2])
    key = f"test|{home()}|{data.name}|{data.classes}|{dataset_changed(data.name)}|{held}"
    return Source(serve_images(key, lambda: test_split(run).images), height, width)


@st.cache_resource(show_spinner=False)
def _decode_soon() -> None:
    """Begin to decode the copies that come with cnnviz: the browser asks for the first of them in a moment."""
    threading.Thread(target=_decode, daemon=True).start()


def _decode() -> None:
    with suppress(CnnvizError):  # said where they are shown
        compact_test()


# --- scikit-learn: imported in the background, so that what needs none of it is drawn at once -----------------------


def metrics_ready() -> bool:
    """Say whether scikit-learn can be used at once; never waits. The first call starts its import.

    Raises:
        MissingExtraError: it cannot be imported.
    """
    return _METRICS.ready()


def wait_for_metrics(height: int) -> None:
    """Hold the place, so many pixels high, of what needs scikit-learn, and run the page again once it is there."""
    st.fragment(_hold_place, run_every=_TICK_S)(height)


def _hold_place(height: int) -> None:
    if metrics_ready():
        rerun()
    st.skeleton(height=height)
