"""The runs' learning curves on one axis; while one of them trains, they grow."""

from collections.abc import Sequence

import plotly.graph_objects as go
import streamlit as st

from cnnviz.figures.compared_curves import (
    AXES,
    SPLITS,
    Axis,
    ComparedCurves,
    Split,
    compared_curves,
    curves_caption,
    draw_compared,
    learned,
)
from cnnviz.figures.learning_curve import Metric
from cnnviz.files import stamp
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
    st.caption(curves_caption([one.letter for one in runs], drawn[0][0], drawn[1][0]))


def _progress(runs: Sequence[ComparedRun]) -> _Progress:
    """What the page above the curves depends on: which runs train, and what each has predicted."""
    return tuple((one.run.status.active, state_of(one.run)) for one in runs)


def _drawn(runs: Sequence[ComparedRun], metric: Metric, split: Split, axis: Axis) -> tuple[ComparedCurves, go.Figure]:
    state = tuple((one.run.id, stamp(one.run.folder / "events.jsonl")) for one in runs)
    return _cached(runs, metric, split, axis, state)


@st.cache_resource(max_entries=64, show_spinner=False)
def _cached(
    _runs: Sequence[ComparedRun],
    metric: Metric,
    split: Split,
    axis: Axis,
    state: tuple[tuple[str, tuple[int, ...]], ...],
) -> tuple[ComparedCurves, go.Figure]:
    record = compared_curves([learned(one.letter, one.run) for one in _runs], metric, split, axis)
    revision = "-".join([*(one.run.id for one in _runs), metric, split])
    return record, draw_compared(record, revision=revision)
