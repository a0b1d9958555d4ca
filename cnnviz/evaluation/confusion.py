"""Which class is taken for which: the confusion matrix, over a run's snapshots too, and its largest cells in words."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.evaluation.judged import Judged
from cnnviz.evaluation.learning import LearningOrder
from cnnviz.runs.weights import TRAINED_MODEL

__all__ = [
    "MatrixMoments",
    "Pair",
    "confusion_matrix",
    "largest_mistake",
    "matrix_moments",
    "most_confused",
    "over_snapshots",
    "pair_of",
]

_MOST_NUMBERS = 400_000  # of all moments together


@dataclass(frozen=True)
class Pair:
    """One class taken for another.

    Attributes:
        true, predicted: the labels of the two classes.
        count: how many images of `true` are taken for `predicted`.
        sentence: the same in words.
    """

    true: int
    predicted: int
    count: int
    sentence: str


def confusion_matrix(judged: Judged) -> NDArray[np.int64]:
    """Count how often each class is taken for each.

    Returns:
        (classes, classes) int64: rows are true classes, columns predicted ones.
    """
    return _counted(judged.labels, judged.predicted, len(judged.class_names))


def over_snapshots(order: LearningOrder) -> NDArray[np.int64]:
    """Return a run's confusion matrix at every snapshot.

    Args:
        order: from `learning_order`; its `snapshots` and `positions` say which moments these are.

    Returns:
        (snapshots, classes, classes) int64: rows are true classes, columns predicted ones.
    """
    classes = len(order.class_names)
    return np.stack([_counted(order.labels, predicted, classes) for predicted in order.predicted])


@dataclass(frozen=True, eq=False)
class MatrixMoments:
    """Confusion matrices that can be compared.

    Attributes:
        numbers: the snapshots, oldest first; None for the run's model, the last one.
        names: what each moment is called, such as "after epoch 3".
        counts: (moments, classes, classes) int64, rows are true classes.
    """

    numbers: tuple[int | None, ...]
    names: tuple[str, ...]
    counts: NDArray[np.int64]

    def place_of(self, judged: Judged) -> int | None:
        """Return which moment somebody looks at; None where it was left out."""
        return self.numbers.index(judged.snapshot) if judged.snapshot in self.numbers else None


def matrix_moments(order: LearningOrder, names: Sequence[str], model: Judged | None) -> MatrixMoments:
    """Return a run's confusion matrices, of many classes at fewer moments: a browser is sent them all.

    Args:
        order: what the run predicted at its snapshots.
        names: what these are called.
        model: what the run's model predicted; None where there is none.
    """
    counts = over_snapshots(order)
    most = max(2, _MOST_NUMBERS // counts[0].size)
    kept = np.unique(np.linspace(0, len(counts) - 1, min(most, len(counts))).round().astype(int)).tolist()
    found = MatrixMoments(tuple(int(order.snapshots[at]) for at in kept), tuple(names[at] for at in kept), counts[kept])
    if model is None:
        return found
    counts = np.concatenate([found.counts, confusion_matrix(model)[None]])
    return MatrixMoments((*found.numbers, None), (*found.names, TRAINED_MODEL), counts)


def most_confused(matrix: NDArray[np.int64], class_names: tuple[str, ...], most: int = 10) -> tuple[Pair, ...]:
    """Name the cells off the diagonal with the most images.

    Args:
        matrix: (classes, classes), rows are true classes.
        class_names: by label.
        most: how many at most.

    Returns:
        The largest first, equal ones by label; cells without images are left out.
    """
    mistakes = matrix.copy()
    np.fill_diagonal(mistakes, 0)
    largest = np.argsort(-mistakes, axis=None, kind="stable")[:most]
    cells = (divmod(int(cell), len(class_names)) for cell in largest)
    return tuple(
        pair_of(true, predicted, int(mistakes[true, predicted]), int(matrix[true].sum()), class_names)
        for true, predicted in cells
        if mistakes[true, predicted]
    )


def largest_mistake(matrix: NDArray[np.int64]) -> tuple[int, int]:
    """Return the true and the predicted class of the largest mistake, or of what is right where there is none.

    Args:
        matrix: (classes, classes), rows are true classes.
    """
    mistakes = matrix.copy()
    np.fill_diagonal(mistakes, 0)
    true, predicted = divmod(int((mistakes if mistakes.any() else matrix).argmax()), len(matrix))
    return true, predicted


def pair_of(true: int, predicted: int, count: int, of: int, class_names: tuple[str, ...]) -> Pair:
    """Say how many of a class's images are taken for another class, or recognised."""
    images = "image" if of == 1 else "images"
    verb = "is" if count == 1 else "are"
    what = "recognised" if true == predicted else f"taken for {class_names[predicted]}"
    share = f"({100 * count / of:.1f} %)"
    return Pair(true, predicted, count, f"{count:,} of {of:,} {images} of {class_names[true]} {verb} {what} {share}.")


def _counted(labels: NDArray[np.int64], predicted: NDArray[np.int64], classes: int) -> NDArray[np.int64]:
    cells = np.bincount(labels * classes + predicted, minlength=classes * classes)
    return cells.reshape(classes, classes).astype(np.int64)
