"""What a threshold would do: ROC and precision-recall curves, of the one class or of each against the rest."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.evaluation.judged import Judged, whole

__all__ = ["Curve", "precision_recall", "roc"]

_MOST_POINTS = 300  # more than a chart has pixels to show

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Curve:
    """One class's curve.

    Attributes:
        class_name: the class that is told from the rest.
        x: (points,) float64 in [0, 1], rising: the false-positive rate of a ROC curve, else the recall.
        y: (points,) float64 in [0, 1]: the true-positive rate (recall) of a ROC curve, else the precision.
        area: under the whole curve, before it was thinned for drawing: the probability that an image of the class
            scores above another one; for precision and recall the average precision.
    """

    class_name: str
    x: Floats
    y: Floats
    area: float


def roc(judged: Judged) -> tuple[Curve, ...]:
    """Return ROC curves: how many others are let in as more of a class are found (Fawcett 2006).

    Args:
        judged: predictions with the probabilities of all classes.

    Returns:
        One curve for two classes, that of the second; else one for each class. Classes without a test image, or
        without any other, are left out.

    Raises:
        RunError: only the winning class's probability was kept.
    """
    from sklearn.metrics import roc_auc_score, roc_curve

    def one(true: NDArray[np.bool_], score: Floats) -> tuple[Floats, Floats, float]:
        x, y, _ = roc_curve(true, score)
        return x, y, float(roc_auc_score(true, score))

    return tuple(_curves(judged, one))


def precision_recall(judged: Judged) -> tuple[Curve, ...]:
    """Return precision-recall curves: how many of those found are right as more of a class are found.

    Args:
        judged: predictions with the probabilities of all classes.

    Returns:
        As for `roc`.

    Raises:
        RunError: only the winning class's probability was kept.
    """
    from sklearn.metrics import average_precision_score, precision_recall_curve

    def one(true: NDArray[np.bool_], score: Floats) -> tuple[Floats, Floats, float]:
        y, x, _ = precision_recall_curve(true, score)
        return x[::-1], y[::-1], float(average_precision_score(true, score))

    return tuple(_curves(judged, one))


def _curves(
    judged: Judged, one: Callable[[NDArray[np.bool_], Floats], tuple[Floats, Floats, float]]
) -> Iterator[Curve]:
    probabilities = whole(judged)
    labels = [1] if len(judged.class_names) == 2 else range(len(judged.class_names))
    for label in labels:
        true = judged.labels == label
        if true.any() and not true.all():
            x, y, area = one(true, probabilities[:, label])
            yield Curve(judged.class_names[label], *_thinned(x, y), area)


def _thinned(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Keep points that are evenly apart along the curve, both ends among them."""
    if len(x) <= _MOST_POINTS:
        return x, y
    along = np.concatenate([[0], np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y)))])
    kept = np.unique(np.searchsorted(along, np.linspace(0, along[-1], _MOST_POINTS)).clip(max=len(x) - 1))
    return x[kept], y[kept]
