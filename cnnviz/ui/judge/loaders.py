"""What the pages under Judge read of a run, cached for all sessions until a file of it changes."""

import streamlit as st

from cnnviz.arrays import sealed
from cnnviz.evaluation import Evaluation, Judged, LearningOrder, evaluate_judged, judge, learning_order
from cnnviz.home import datasets_folder
from cnnviz.runs import Run
from cnnviz.ui.loaders import class_names, home, modified

__all__ = ["evaluation", "judged", "learning", "state_of"]

_FINAL = "final.npz"


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
    files = (
        predictions / number,
        predictions / _FINAL,
        run.folder / "spec.json",
        datasets_folder(home()) / f"{run.spec.data.name}.npz",
    )
    return "|".join([str(run.folder), number, *(str(modified(file)) for file in files), *class_names(run)])


@st.cache_resource(max_entries=16, show_spinner=False)
def _judged(_run: Run, snapshot: int | None, state: str) -> Judged:
    return sealed(judge(_run, snapshot, home()))


@st.cache_resource(max_entries=32, show_spinner=False)
def _evaluation(_judged: Judged, snapshot: int | None, state: str) -> Evaluation:
    return evaluate_judged(_judged)


@st.cache_resource(max_entries=8, show_spinner=False)
def _learning(_run: Run, state: str) -> LearningOrder:
    return sealed(learning_order(_run, home()))
