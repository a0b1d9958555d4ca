"""Choosing and ordering test images: the mistakes or the others, by class, by confidence, by when they were learned."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from cnnviz.errors import RunError, SpecError
from cnnviz.evaluation.confusion import Pair, pair_of
from cnnviz.evaluation.judged import Judged, whole
from cnnviz.evaluation.learning import LearningOrder

__all__ = ["SHOWN", "SORTS", "Query", "Shown", "Sort", "pairs", "select"]

Shown = Literal["mistakes", "correct", "all"]
Sort = Literal["confidence", "loss", "margin", "learned", "index"]
SHOWN: tuple[Shown, ...] = get_args(Shown)
SORTS: tuple[Sort, ...] = get_args(Sort)


@dataclass(frozen=True)
class Query:
    """Which test images, in which order.

    Attributes:
        true: only images of this label; None for all.
        predicted: only images taken for this label; None for all.
        least, most: only images of which the network is this confident, in [0, 1].
        shown: the mistakes, the correct ones, or all.
        sort: by the prediction's "confidence"; by the true class's "loss" or "margin" over the best other class; by
            when it was "learned" for good, the forgotten and then the never learned being last; by "index", the data
            set's order.
        descending: the largest first.
        by_pair: first by pair of true and predicted class, the pair with the most images first.
        leaked: only images that are among the training images too, as far as that is known.

    Raises:
        SpecError: a value that is none of these.
    """

    true: int | None = None
    predicted: int | None = None
    least: float = 0.0
    most: float = 1.0
    shown: Shown = "mistakes"
    sort: Sort = "confidence"
    descending: bool = True
    by_pair: bool = False
    leaked: bool = False

    @property
    def filtered(self) -> bool:
        """Whether some images are left out by class, confidence, or for being among the training images."""
        return (self.true, self.predicted, self.least, self.most, self.leaked) != (None, None, 0, 1, False)

    def __post_init__(self) -> None:
        for what, value, known in (("show", self.shown, SHOWN), ("sort by", self.sort, SORTS)):
            if value not in known:
                raise SpecError(f"the gallery cannot {what} {value!r:.40}; choose one of {', '.join(known)}")
        if not 0 <= self.least <= self.most <= 1:
            raise SpecError(
                f"confidence from {self.least} to {self.most} was asked for; give two shares from 0 to 1, the smaller "
                "one first"
            )


def select(judged: Judged, query: Query, order: LearningOrder | None = None) -> NDArray[np.int64]:
    """Choose and order test images.

    Args:
        judged: predictions and true classes.
        query: which images, in which order.
        order: needed only to sort by "learned".

    Returns:
        (k,) int64 indices of test images; equal ones in the data set's order.

    Raises:
        SpecError: there is no such class.
        RunError: the order needs what the run did not keep.
    """
    chosen = np.flatnonzero(_asked_for(judged, query))
    value = _VALUES[query.sort](judged, order)[chosen]
    keys = [-value if query.descending else value]
    if query.by_pair:
        keys += _by_pair(judged, chosen)
    return chosen[np.lexsort(keys)]  # the last key counts first


def pairs(judged: Judged, indices: NDArray[np.int64]) -> tuple[Pair, ...]:
    """Count the pairs of true and predicted class among some images, the most frequent first.

    Args:
        judged: predictions and true classes.
        indices: (k,) of test images, as from `select`.
    """
    classes, names = len(judged.class_names), judged.class_names
    cells, counts = np.unique(_cells(judged, indices), return_counts=True)
    support = np.bincount(judged.labels, minlength=classes)
    found = [(*divmod(int(cells[at]), classes), int(counts[at])) for at in np.argsort(-counts, kind="stable")]
    return tuple(pair_of(true, predicted, count, int(support[true]), names) for true, predicted, count in found)


def _asked_for(judged: Judged, query: Query) -> NDArray[np.bool_]:
    """(n,) whether an image passes every filter."""
    asked = (judged.confidence >= query.least) & (judged.confidence <= query.most)
    if query.shown != "all":
        asked &= judged.right == (query.shown == "correct")
    if query.leaked:
        asked &= np.isin(np.arange(len(judged)), [] if judged.leaked is None else judged.leaked)
    for label, of in ((query.true, judged.labels), (query.predicted, judged.predicted)):
        if label is None:
            continue
        if not 0 <= label < len(judged.class_names):
            last = len(judged.class_names) - 1
            raise SpecError(f"there is no class {label}; the run {judged.run_id} has the classes 0 to {last}")
        asked &= of == label
    return asked


def _learned(judged: Judged, order: LearningOrder | None) -> NDArray[np.int64]:
    """(n,) how late an image is learned for good; after all of them where it is not."""
    if order is None or len(order.labels) != len(judged):
        raise RunError(
            f"sorting by when images were learned needs the predictions of all snapshots of the run {judged.run_id}; "
            "sort by something else"
        )
    return order.lateness


def _needed(judged: Judged, values: NDArray[np.float64] | None) -> NDArray[np.float64]:
    whole(judged)
    assert values is not None  # whole() has said it
    return values


_VALUES: dict[Sort, Callable[[Judged, LearningOrder | None], NDArray[Any]]] = {
    "confidence": lambda judged, _: judged.confidence,
    "loss": lambda judged, _: _needed(judged, judged.losses),
    "margin": lambda judged, _: _needed(judged, judged.margins),
    "learned": _learned,
    "index": lambda judged, _: np.arange(len(judged)),
}


def _cells(judged: Judged, indices: NDArray[np.int64]) -> NDArray[np.int64]:
    """(k,) each image's cell of the confusion matrix, counted row by row."""
    return judged.labels[indices] * len(judged.class_names) + judged.predicted[indices]


def _by_pair(judged: Judged, indices: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """The keys that put images of one pair beside each other, the largest pair first."""
    cells = _cells(judged, indices)
    counts = np.bincount(cells, minlength=1)
    return [cells, -counts[cells]]
