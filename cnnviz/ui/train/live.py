"""A run as it learns: where it is, its curves, its first kernels, and what it makes of a few images."""

from dataclasses import dataclass

import plotly.graph_objects as go
import streamlit as st

from cnnviz.figures import Mosaic, in_words, loss_and_accuracy
from cnnviz.figures.curves import marks_epochs
from cnnviz.runs import Run, RunStore, Status
from cnnviz.spec import RunSpec
from cnnviz.training import waiting_before
from cnnviz.ui import loaders
from cnnviz.ui.address import rerun
from cnnviz.ui.components import live_chart, live_kernels, watched
from cnnviz.ui.glossary import words
from cnnviz.ui.live_view import has_kernels, live_view
from cnnviz.ui.messages import plain
from cnnviz.ui.train.verdict import verdict
from cnnviz.ui.words import progress_in_words, queue_in_words

__all__ = ["run_view"]

TICK_S = 0.5
FIRST_TICK_S = 0.2  # until the first step: nobody should wait for the first point
CHART_HEIGHT = 230


def run_view(run: Run, *, wide: bool = True) -> None:
    """Draw a run; while it is active the drawing follows it, in place, and the page runs once more when it ends.

    Args:
        run: from `cnnviz.ui.loaders.open_run`, shared by every tab that looks at it.
        wide: whether it has the page to itself.

    Raises:
        RunError: its settings cannot be read.
    """
    spec = run.spec
    active = run.status.active
    waiting = active and run.status.step == 0
    tick = FIRST_TICK_S if waiting else TICK_S
    st.fragment(_draw, run_every=tick if active else None)(run, spec, active, wide, waiting)


def _draw(run: Run, spec: RunSpec, was_active: bool, wide: bool, was_waiting: bool) -> None:
    """One tick: reads what is new and sends it to nodes that stay."""
    status = run.status
    if (was_active and not status.active) or (was_waiting and status.step > 0):
        rerun()  # the next tick is a slower one, or none
    with st.container(key="train-live", gap="small"):
        drawn = _drawn(str(run.folder), _size(run), _epochs(spec, status), spec.model.classes, run)
        _progress(run, status, drawn.position)
        _curves(drawn, "; marks: whole epochs" if marks_epochs(_epochs(spec, status)) else "")
        _looks(run, status, wide)


def _progress(run: Run, status: Status, position: float) -> None:
    line = progress_in_words(status, position)
    if status.state == "queued":
        training = [one for one in loaders.active_runs() if one.status.state != "queued"]
        before = waiting_before(RunStore(loaders.home()), run.id)
        line = queue_in_words(before, training[0].name if training else None)
    with st.container(key="train-state", gap="xsmall"):
        if not status.active:
            verdict(run, status)
            return
        st.markdown(f"**{plain(line)}**" if status.state != "queued" else plain(line))
        st.progress(min(max(status.position, position, 0.0) / max(status.epochs, 1), 1.0))


def _epochs(spec: RunSpec, status: Status) -> int:
    return max(status.epochs or spec.train.epochs, 1)


@dataclass(frozen=True, eq=False)
class _Drawn:
    """The curves of a run, what they show in words, and the moment they reach, in epochs."""

    loss: go.Figure
    accuracy: go.Figure
    alt: str
    position: float


@st.cache_resource(max_entries=16, show_spinner=False)
def _drawn(folder: str, size: int, epochs: int, classes: int, _run: Run) -> _Drawn:
    """Draw a run's curves: once for all tabs each time its log has grown."""
    history = _run.history()
    loss, accuracy = loss_and_accuracy(history, epochs, classes=classes, revision=_run.id)
    position = history.batches.get("position", [0.0])[-1]
    return _Drawn(loss, accuracy, in_words(history, epochs), position)


def _curves(drawn: _Drawn, marks: str) -> None:
    left, right = st.columns(2, gap="small")
    with left:
        live_chart(drawn.loss, key="train-loss", height=CHART_HEIGHT, alt=drawn.alt)
    with right:
        live_chart(drawn.accuracy, key="train-accuracy", height=CHART_HEIGHT, alt=drawn.alt)
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", gap="small"):
        st.caption(
            f"Thin line: batch by batch; thick line: the same, smoothed{marks}. "
            "Training measures the images it learns from, validation images it never learns from.",
            width="stretch",
        )
        words("loss", "accuracy", "batch", "epoch", "validation", "kernel", "probabilities", key="train-words")


def _looks(run: Run, status: Status, wide: bool) -> None:
    view, mosaic = live_view(run)
    left, right = st.columns((2, 3), gap="medium") if wide else (st.container(), st.container())
    with left, st.container(key="train-kernels", gap="xsmall"):
        _kernels(run, mosaic, status)
    with right, st.container(key="train-watched", gap="xsmall"):
        st.markdown(f"**Test images and what it {'predicts now' if status.active else 'predicted last'}**")
        if view is None:
            _nothing_yet("Eight test images with its predictions", status)
        else:
            watched(
                view.images,
                view.labels,
                view.probabilities,
                loaders.class_names(run),
                key="train-guesses",
                size=64,
            )


def _kernels(run: Run, mosaic: Mosaic | None, status: Status) -> None:
    st.markdown("**Kernels of the first convolution**")
    if not has_kernels(run):
        st.caption("This network has no convolution, and so no kernels to look at.")
    elif mosaic is None:
        _nothing_yet("The kernels of the first convolution", status)
    else:
        live_kernels(mosaic, key="train-mosaic")


def _nothing_yet(what: str, status: Status) -> None:
    st.caption(f"{what} appear here as soon as it trains." if status.active else f"{what} were not kept.")


def _size(run: Run) -> int:
    try:
        return (run.folder / "events.jsonl").stat().st_size
    except OSError:
        return 0
