"""Which class is taken for which: the confusion matrix, over a run's snapshots too, and its largest cells in words."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.evaluation.judged import Judged
from cnnviz.evaluation.learning import LearningOrder

__all__ = ["Pair", "confusion_matrix", "most_confused", "over_snapshots", "pair_of"]


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
