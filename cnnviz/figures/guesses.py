"""What a model makes of a few images, in words and numbers a tile can show."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.errors import SpecError

__all__ = ["Guess", "guesses", "percent"]


@dataclass(frozen=True)
class Guess:
    """What the network predicts for one image.

    Attributes:
        truth: the true class's name.
        name: the predicted class's name; None before the first prediction, and where probabilities are not finite.
        probability: of the predicted class, 0 to 1.
        right: whether the two are the same.
    """

    truth: str
    name: str | None
    probability: float
    right: bool


def guesses(
    labels: NDArray[np.integer], probabilities: NDArray[np.floating] | None, class_names: Sequence[str]
) -> tuple[Guess, ...]:
    """Name the most probable class of each image.

    Args:
        labels: integers (n,), the true classes.
        probabilities: float (n, classes), or None before the first prediction.
        class_names: one name a class.

    Returns:
        One prediction an image, in the same order.

    Raises:
        SpecError: the three do not fit each other.
    """
    expected = (len(labels), len(class_names))
    if probabilities is not None and probabilities.shape != expected:
        raise SpecError(
            f"probabilities have shape {probabilities.shape}, expected {expected} for {expected[0]} images "
            f"of {expected[1]} classes; pass one row an image and one column a class"
        )
    if len(labels) and not 0 <= int(labels.min()) <= int(labels.max()) < len(class_names):
        raise SpecError(f"labels reach from {labels.min()} to {labels.max()}, expected 0 to {len(class_names) - 1}")
    rows = [None] * len(labels) if probabilities is None else list(probabilities)
    return tuple(_guess(int(label), row, class_names) for label, row in zip(labels, rows, strict=True))


def _guess(label: int, row: NDArray[np.floating] | None, names: Sequence[str]) -> Guess:
    if row is None or not np.isfinite(row).all():
        return Guess(names[label], None, 0.0, False)
    best = int(row.argmax())
    return Guess(names[label], names[best], min(max(float(row[best]), 0.0), 1.0), best == label)


def percent(probability: float) -> str:
    """A probability for reading: whole per cents, and never a certainty that is none."""
    whole = round(100 * probability)
    if whole == 100 and probability < 1:
        return "> 99 %"
    if whole == 0 and probability > 0:
        return "< 1 %"
    return f"{math.floor(whole)} %"
