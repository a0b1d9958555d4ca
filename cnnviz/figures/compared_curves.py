"""The learning curves of several runs on one axis: by epochs, by steps, or by the seconds they took."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import plotly.graph_objects as go

from cnnviz.figures.learning_curve import Metric, Values, curve, finite_or_nan, loss_bound
from cnnviz.figures.theme import Mode, run_colors, template
from cnnviz.words import joined

if TYPE_CHECKING:
    from cnnviz.runs import History, Run

__all__ = [
    "AXES",
    "DASHES",
    "SPLITS",
    "Axis",
    "ComparedCurves",
    "Learned",
    "Split",
    "compared_curves",
    "curves_caption",
    "draw_compared",
    "learned",
]

Axis = Literal["epochs", "steps", "seconds"]
Split = Literal["validation", "training"]
AXES: tuple[Axis, ...] = get_args(Axis)
SPLITS: tuple[Split, ...] = get_args(Split)

DASHES = ("solid", "dash", "dot", "dashdot")  # one for each of RUN_ROLES: colours alone are not for everybody
_SYMBOLS = ("circle", "diamond", "square", "cross")
_TITLES = {"epochs": "epoch", "steps": "step", "seconds": "seconds of training"}
_MOST_MARKS = 40
_OUTLIER = 3.0  # one run that went astray must not press all the others flat


@dataclass(frozen=True, eq=False)
class Learned:
    """How a run learned.

    Attributes:
        letter: what it is called beside the others.
        history: its curves.
        epochs: how many it has or is to have.
        steps: in an epoch; None where nobody knows.
    """

    letter: str
    history: "History"
    epochs: float
    steps: float | None = None


@dataclass(frozen=True, eq=False)
class Line:
    """One run's curve.

    Attributes:
        place: of the run among those compared, from 0: it has that colour, dash and mark.
        letter: what it is called.
        x: (points,) on the axis chosen.
        y: (points,) loss or accuracy; nan where unknown.
    """

    place: int
    letter: str
    x: Values
    y: Values


@dataclass(frozen=True, eq=False)
class ComparedCurves:
    """One metric of several runs, ready to draw.

    Attributes:
        metric: "loss" or "accuracy".
        split: of which images.
        axis: what x counts.
        lines: of the runs that have any.
        end: the right end of the x axis.
        low, bound: the ends of the y axis, near what the curves reach: small differences are what this is about.
        beyond: letters of the runs whose curve leaves the chart at its top.
    """

    metric: Metric
    split: Split
    axis: Axis
    lines: tuple[Line, ...]
    end: float
    low: float
    bound: float
    beyond: tuple[str, ...]


def learned(letter: str, run: "Run") -> Learned:
    """Return how a run learned; the steps of an epoch are those of its snapshots, else of its plan.

    Args:
        letter: what it is called beside the others.
        run: the run.
    """
    status = run.status
    moments = [(item.step, item.position) for item in run.snapshots() if item.position > 0]
    if not moments and status.steps and status.epochs:
        moments = [(status.steps, status.epochs)]
    steps = moments[-1][0] / moments[-1][1] if moments else None
    return Learned(letter, run.history(), max(status.epochs or run.spec.train.epochs, 1), steps)


def compared_curves(runs: Sequence[Learned], metric: Metric, split: Split, axis: Axis) -> ComparedCurves:
    """Bring one metric of several runs onto one axis.

    Args:
        runs: at most four; their histories may be empty or end anywhere.
        metric: "loss" or "accuracy".
        split: "validation" by epoch, or "training" by batch and smoothed, by epoch where batches were not kept.
        axis: what to count in x. A run whose steps or seconds nobody knows has no line there.

    Returns:
        The record; runs without such a curve are left out.
    """
    lines = []
    for place, run in enumerate(runs):
        positions, values = _values(run, metric, split)
        x = _on_axis(run, positions, axis)
        if x is not None and len(x) and np.isfinite(values).any():
            lines.append(Line(place, run.letter, x, values))
    highest = [_highest(line.y) for line in lines]
    low, bound = _ends(metric, [float(np.nanmin(line.y)) for line in lines], highest)
    return ComparedCurves(
        metric=metric,
        split=split,
        axis=axis,
        lines=tuple(lines),
        end=max((float(line.x[-1]) for line in lines), default=1.0) or 1.0,
        low=low,
        bound=bound,
        beyond=tuple(line.letter for line, value in zip(lines, highest, strict=True) if value > bound),
    )


def _values(run: Learned, metric: Metric, split: Split) -> tuple[Values, Values]:
    """Return positions in epochs and values of a run's curve."""
    record = curve(run.history, metric, run.epochs)
    if split == "training" and len(record.position):
        return record.position, record.smoothed
    values = record.train if split == "training" else record.validation
    return np.arange(1, len(values) + 1, dtype=np.float64), values


def _on_axis(run: Learned, positions: Values, axis: Axis) -> Values | None:
    """Return positions in epochs as steps or seconds; None where nobody knows them."""
    if axis == "epochs":
        return positions
    if axis == "steps":
        return positions * run.steps if run.steps else None
    known = [_clock(run.history.batches, "position"), _clock(run.history.epochs, None)]
    moments = sorted(pair for pairs in known for pair in pairs)
    if not moments:
        return None
    at, seconds = np.array([(0.0, 0.0), *moments]).T
    return np.asarray(np.interp(positions, at, np.maximum.accumulate(seconds)))


def _clock(columns: dict[str, list[float]], position: str | None) -> list[tuple[float, float]]:
    """Pairs of position and seconds, as far as both are numbers."""
    seconds = finite_or_nan(columns.get("seconds", ()))
    at = finite_or_nan(columns.get(position, ())) if position else np.arange(1.0, len(seconds) + 1)
    return [(p, s) for p, s in zip(at.tolist(), seconds.tolist(), strict=False) if math.isfinite(p + s)]


def _highest(values: Values) -> float:
    return float(np.nanmax(values)) or 1.0


def _ends(metric: Metric, lowest: Sequence[float], highest: Sequence[float]) -> tuple[float, float]:
    """Return the ends of the y axis; they move in steps while curves grow."""
    if not lowest:
        return 0.0, 1.0
    if metric == "accuracy":
        low, bound = math.floor(10 * min(lowest)) / 10, math.ceil(10 * max(highest)) / 10
        return max(0.0, min(low, bound - 0.1)), min(1.0, bound)
    bound = loss_bound([min(value, _OUTLIER * min(highest)) for value in highest])
    return math.floor(0.95 * max(min(lowest), 0.0) / (bound / 5)) * (bound / 5), bound


def curves_caption(letters: Sequence[str], record: ComparedCurves, loss: ComparedCurves) -> str:
    """Say how to read the curves, and which runs have none.

    Args:
        letters: of all runs that are compared.
        record: the accuracy.
        loss: the loss.
    """
    missing = [letter for letter in letters if letter not in [line.letter for line in record.lines]]
    if len(missing) == len(letters):
        return f"None of the runs has a {record.split} curve yet; it begins with the first epoch."
    how = {
        "validation": "One mark an epoch, on validation images, which are never trained on",
        "training": "Smoothed over the batches; on the images learned from, as augmented",
    }[record.split]
    parts = [f"{how}; the same stroke is the same run everywhere on this page."]
    if missing:
        parts.append(f"{joined(missing)} {'has' if len(missing) == 1 else 'have'} no such curve.")
    if loss.beyond:
        parts.append(f"The loss of {joined(loss.beyond)} leaves the chart at its top.")
    return " ".join(parts)


def draw_compared(record: ComparedCurves, mode: Mode = "light", *, revision: str = "") -> go.Figure:
    """Draw several runs' curves over each other.

    Args:
        record: from `compared_curves`.
        mode: light or dark.
        revision: while it stays the same a zoom survives new data.

    Returns:
        A figure without a height of its own; its title names the lines in place of a legend.
    """
    figure = go.Figure()
    figure.update_layout(
        template=template(mode),
        uirevision=f"{revision}-{record.axis}",
        showlegend=False,
        hovermode="closest",
        hoverdistance=40,
        margin={"l": 52, "r": 14, "t": 38, "b": 44},
        title={"text": _title(record, mode), "y": 1, "pad": {"t": 8}, "yanchor": "top"},
    )
    figure.update_xaxes(title_text=_TITLES[record.axis], range=[0, record.end], showgrid=False, nticks=8)
    shares = record.metric == "accuracy"
    figure.update_yaxes(
        range=[record.low, record.bound], tickformat=".0%" if shares else None, ticklabelstandoff=4, nticks=6
    )
    for line in record.lines:
        color = run_colors(mode)[line.place]
        marked = record.split == "validation" and len(line.x) <= _MOST_MARKS
        number = "%{y:.1%}" if shares else "%{y:.3f}"
        where = {"epochs": "epoch %{x:.1f}", "steps": "step %{x:,.0f}", "seconds": "%{x:.0f} s"}[record.axis]
        figure.add_scatter(
            x=line.x,
            y=line.y,
            name=line.letter,
            mode="lines+markers" if marked else "lines",
            line={"color": color, "width": 2.5, "dash": DASHES[line.place]},
            cliponaxis=not marked,
            marker={"color": color, "size": 7, "symbol": _SYMBOLS[line.place]},
            hovertemplate=f"{line.letter} · {where} · {record.split} {record.metric} {number}<extra></extra>",
        )
    return figure


def _title(record: ComparedCurves, mode: Mode) -> str:
    """The chart's name and the runs' letters in their colours and dashes."""
    strokes = ("━━", "╍╍", "┅┅", "━ ╍")
    spans = [
        f'<span style="color:{run_colors(mode)[line.place]};font-size:14px;font-weight:400">'
        f"{strokes[line.place]} {line.letter}</span>"
        for line in record.lines
    ]
    return "   ".join([f"{record.split.capitalize()} {record.metric}", *spans])
