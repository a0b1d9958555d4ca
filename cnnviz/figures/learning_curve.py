"""A learning curve as a record: one metric of a run, reduced to what a chart can show.

Nothing in it moves when the run goes on: bins are fixed in epochs, smoothing looks only back, and the bound
of the loss axis grows in steps.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from cnnviz.runs import History

__all__ = ["MAX_POINTS", "Curve", "Metric", "Values", "curve", "finite_or_nan", "loss_bound"]

Metric = Literal["loss", "accuracy"]
Values = NDArray[np.float64]

MAX_POINTS = 600  # one a pixel of a half-width chart; more cost time and show nothing
SMOOTHING = 1 / 80  # of the x axis: what the eye still sees as "here"
_STEPS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


@dataclass(frozen=True, eq=False)
class Curve:
    """One metric of a run, ready to draw.

    Attributes:
        metric: "loss" or "accuracy".
        epochs: the right end of the x axis.
        position: (points,) where each bin of batches ends, in epochs.
        batch: (points,) the bin's mean.
        smoothed: (points,) the same, smoothed over the batches before it.
        train: (epochs done,) by epoch, nan where unknown.
        validation: (epochs done,) by epoch; empty without validation.
        bound: the upper end of the y axis; never shrinks while a run grows.
    """

    metric: Metric
    epochs: float
    position: Values
    batch: Values
    smoothed: Values
    train: Values
    validation: Values
    bound: float


def curve(history: "History", metric: Metric, epochs: float, classes: int | None = None) -> Curve:
    """Reduce a history to what a chart of one metric shows.

    Args:
        history: the run's history; empty, torn to different lengths and not finite values are all right.
        metric: "loss" or "accuracy".
        epochs: how many epochs the run is to have, at least what it has.
        classes: with it, the loss axis starts at the loss of guessing, ln(classes).

    Returns:
        The record; at most `MAX_POINTS` points by batch.
    """
    position, value = _batches(history, metric)
    end = max([float(epochs), *position[-1:], float(len(history.epochs.get(metric, ()))), 1.0])
    smoothed = _smooth(position, value, end * SMOOTHING)
    train, validation = (finite_or_nan(history.epochs.get(name, ())) for name in (metric, f"val_{metric}"))
    ends, means, last = _bins(position, value, end)
    guessing = math.log(classes) if classes and classes > 1 else 0.0
    bound = loss_bound([guessing, *smoothed, *train, *validation]) if metric == "loss" else 1.0
    return Curve(metric, end, ends, means, smoothed[last], train, validation, bound)


def loss_bound(losses: Sequence[float]) -> float:
    """The upper end of a loss axis: the largest finite loss, rounded up to a step.

    Args:
        losses: every loss so far; not finite ones are skipped. More of them can only raise the bound.

    Returns:
        0.1, 0.2, ... 0.6, 0.8, 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8 or 10, for larger losses times a power of
        ten; 1 of nothing.
    """
    finite = [value for value in losses if math.isfinite(value) and value > 0]
    if not finite:
        return 1.0
    highest = max(finite)
    decade = 10.0 ** max(0, math.ceil(math.log10(highest)) - 1)
    return next((step * decade for step in _STEPS if highest <= step * decade), 15 * decade)


def finite_or_nan(values: Sequence[float]) -> Values:
    """Numbers as an array; what is missing or infinite is nan, which Plotly leaves out."""
    array = np.array([math.nan if value is None else value for value in values], dtype=np.float64)
    array[~np.isfinite(array)] = math.nan
    return array


def _batches(history: "History", metric: Metric) -> tuple[Values, Values]:
    """Position and value of every batch that has both, by position."""
    position, value = (finite_or_nan(history.batches.get(name, ())) for name in ("position", metric))
    both = min(len(position), len(value))  # a reader may meet a half-written history
    position, value = position[:both], value[:both]
    known = np.isfinite(position) & np.isfinite(value)
    order = np.argsort(position[known], kind="stable")  # a resumed run may have done a few batches twice
    return position[known][order], value[known][order]


def _smooth(position: Values, value: Values, width: float) -> Values:
    """Exponential mean over the past, with the start's bias taken out.

    Args:
        position: (n,) ascending.
        value: (n,) finite.
        width: the distance over which a value's weight falls to 1/e.

    Returns:
        (n,); adding values later changes none of these.
    """
    keep = np.exp(-np.diff(position, prepend=position[:1]) / width)
    total, weight = 0.0, 0.0
    smoothed = np.empty_like(value)
    for index, (factor, new) in enumerate(zip(keep.tolist(), value.tolist(), strict=True)):
        total, weight = total * factor + new, weight * factor + 1.0
        smoothed[index] = total / weight
    return smoothed


def _bins(position: Values, value: Values, end: float) -> tuple[Values, Values, NDArray[np.intp]]:
    """Mean of the batches in each of `MAX_POINTS` equal parts of the x axis, empty parts left out.

    Returns:
        Where each part's last batch is, the part's mean, and that batch's index.
    """
    if not len(position):
        return position, value, np.zeros(0, dtype=np.intp)
    part = np.clip((position / end * MAX_POINTS).astype(np.intp), 0, MAX_POINTS - 1)
    first = np.flatnonzero(np.diff(part, prepend=-1))
    last = np.append(first[1:], len(part)) - 1
    means = np.add.reduceat(value, first) / (last - first + 1)
    return position[last], means, last
