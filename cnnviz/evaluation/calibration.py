"""How far a network's confidence can be believed: of what it says with 80 %, are 80 % right?

Source: Guo et al. 2017, "On calibration of modern neural networks".
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.evaluation.judged import Judged

__all__ = ["Calibration", "calibration_of"]


@dataclass(frozen=True, eq=False)
class Calibration:
    """Images by how confident the network is of them: a reliability diagram's bars.

    Attributes:
        edges: (bins + 1,) float64 from 0 to 1; a bin holds the confidences above its left edge, up to its right one.
        confidence: (bins,) float64, the mean confidence of its images; 0 where it has none.
        accuracy: (bins,) float64, the share of them that is right; 0 where it has none.
        counts: (bins,) int64, how many there are.
        expected_error: the expected calibration error: |accuracy - confidence|, averaged over all images, in [0, 1].
    """

    edges: NDArray[np.float64]
    confidence: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    counts: NDArray[np.int64]
    expected_error: float


def calibration_of(judged: Judged, bins: int = 15) -> Calibration:
    """Sort images into bins of equal width by confidence, and compare confidence with accuracy in each.

    Args:
        judged: predictions and true classes.
        bins: how many; 15 as in the paper.
    """
    edges = np.linspace(0, 1, bins + 1)
    of = np.clip(np.searchsorted(edges, judged.confidence, side="left") - 1, 0, bins - 1)  # (n,) which bin
    counts = np.bincount(of, minlength=bins)
    images = np.maximum(counts, 1)
    confidence = np.bincount(of, judged.confidence, minlength=bins) / images
    accuracy = np.bincount(of, judged.right, minlength=bins) / images
    error = float(counts @ np.abs(accuracy - confidence)) / len(judged)
    return Calibration(edges, confidence, accuracy, counts.astype(np.int64), error)
