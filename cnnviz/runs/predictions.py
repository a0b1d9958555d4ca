"""What a network says about the test images."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Predictions"]


@dataclass(frozen=True)
class Predictions:
    """What a network says about every test image, in the data set's order.

    Attributes:
        predicted: (n,) the predicted class's index.
        confidence: (n,) its probability, in [0, 1].
        probabilities: (n, classes) in [0, 1]; None for snapshots, which keep only the winner.
        labels: (n,) the true classes; None for snapshots, and for runs of before they were kept.
    """

    predicted: NDArray[np.integer[Any]]
    confidence: NDArray[np.floating[Any]]
    probabilities: NDArray[np.floating[Any]] | None = None
    labels: NDArray[np.integer[Any]] | None = None
