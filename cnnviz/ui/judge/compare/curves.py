"""The runs' learning curves on one axis; while one of them trains, they grow."""

from collections.abc import Sequence
from pathlib import Path

import plotly.graph_objects as go
import streamlit as st

from cnnviz.figures.compared_curves import (
    AXES,
    SPLITS,
    Axis,
    ComparedCurves,
    Learned,
    Split,
    compared_curves,
    draw_compared,
)
from cnnviz.figures.learning_curve import Metric
from cnnviz.runs import Run
from cnnviz.ui.address import read, rerun
from cnnviz.ui.choosers import segments
from cnnviz.ui.components import live_chart
from cnnviz.ui.judge.compare.selection import ComparedRun, ComparePlace
from cnnviz.ui.judge.readings import state_of
from cnnviz.ui.messages import reported
from cnnviz.words import joined

__all__ = ["curves"]

_Progress = tuple[tuple[bool, str], ...]
_HEIGHT = 250
_TICK_S = 1.0


def curves(runs: Sequence[ComparedRun]) -> None:
    """Draw accuracy and loss of all runs; what x counts and which images is chosen above, and in the URL."""
    place = read(ComparePlace)
    with st.container(horizontal=True, gap="small", key="compare-over"):
        segments("Which images", "split", place.split, SPLITS)
        segments("Over what", "axis", place.axis, AXES)
    active = any(one.run.status.active for one in runs)
    tick, progress = (_TICK_S, _progress(runs)) if active else (None, None)
    st.fragment(_draw, run_every=tick)(runs, place.split, place.axis, progress)


@reported(way_back=None)
def _draw(runs: Sequence[ComparedRun], split: Split, axis: Axis, before: _Progress | None) -> None:
    if before is not None and _progress(runs) != before:
        rerun()  # what is said above the curves changed, too
    drawn = [_drawn(runs, metric, split, axis) for metric in ("accuracy", "loss")]
    for column, (record, figure) in zip(st.columns(2, gap="medium"), drawn, strict=True):
        with column:
            if record.lines:
                alt = f"{split} {record.metric} of {joined([line.letter for line in record.lines])}, by {axis}"
                live_chart(figure, key=f"compare-{record.metric}", height=_HEIGHT, alt=alt)
    st.caption(_caption(runs, drawn[0][0], drawn[1][0]))


def _progress(runs: Sequence[ComparedRun]) -> _Progress:
    """What the page above the curves depends on: which runs train, and what each has predicted."""
    return tuple((one.run.status.active, state_of(one.run)) for one in runs)


def _caption(runs: Sequence[ComparedRun], record: ComparedCurves, loss: ComparedCurves) -> str:
    """Say how to read the curves, and which runs have none."""
    missing = [one.letter for one in runs if one.letter not in [line.letter for line in record.lines]]
    if len(missing) == len(runs):
        return f"None of the runs has a {record.split} curve yet; it begins with the first epoch."
    how = {
        "validation": "One mark an epoch, on images held back from training",
        "training": "Smoothed over the batches; on the images learned from, as augmented",
    }[record.split]
    parts = [f"{how}; the same stroke is the same run everywhere on this page."]
    if missing:
        parts.append(f"{joined(missing)} {'has' if len(missing) == 1 else 'have'} no such curve.")
    if loss.beyond:
        parts.append(f"The loss of {joined(loss.beyond)} leaves the chart at its top.")
    return " ".join(parts)


def _drawn(runs: Sequence[ComparedRun], metric: Metric, split: Split, axis: Axis) -> tuple[ComparedCurves, go.Figure]:
    state = tuple((one.run.id, _size(one.run.folder / "events.jsonl")) for one in runs)
    return _cached(runs, metric, split, axis, state)


@st.cache_resource(max_entries=64, show_spinner=False)
def _cached(
    _runs: Sequence[ComparedRun], metric: Metric, split: Split, axis: Axis, state: tuple[tuple[str, int], ...]
) -> tuple[ComparedCurves, go.Figure]:
    record = compared_curves([_learned(one) for one in _runs], metric, split, axis)
    revision = "-".join([*(one.run.id for one in _runs), metric, split])
    return record, draw_compared(record, revision=revision)


def _learned(chosen: ComparedRun) -> Learned:
    run = chosen.run
    status = run.status
    epochs = max(status.epochs or run.spec.train.epochs, 1)
    return Learned(chosen.letter, run.history(), epochs, _steps(run))


def _steps(run: Run) -> float | None:
    """How many steps an epoch of a run has, by its snapshots, else by its plan."""
    moments = [(item.step, item.position) for item in run.snapshots() if item.position > 0]
    status = run.status
    if not moments and status.steps and status.epochs:
        moments = [(status.steps, status.epochs)]
    return moments[-1][0] / moments[-1][1] if moments else None


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
