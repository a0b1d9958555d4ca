"""What a network says about the test images."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Predictions", "predictions_path"]


def predictions_path(folder: Path, snapshot: int | None) -> Path:
    """Return where a run keeps what a snapshot said about the test images.

    Args:
        folder: the run's.
        snapshot: its number; None for the run's model.
    """
    return folder / "predictions" / f"{'final' if snapshot is None else f'{snapshot:04d}'}.npz"


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
