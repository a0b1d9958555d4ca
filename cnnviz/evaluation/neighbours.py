"""Which images are nearest to one, in the network's own features."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["nearest"]


def nearest(
    features: NDArray[np.floating], query: NDArray[np.floating], k: int = 12
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Find the rows that point in the direction of another most closely.

    Args:
        features: (n, features), one row for each image.
        query: (features,), those of the image whose neighbours are asked for.
        k: how many; fewer where there are no more.

    Returns:
        (k,) int64 indices, the nearest first, equal ones in their order; and (k,) float64 cosine distances: 0 the same
        direction, 1 nothing in common, 2 opposite. Features that are all zero have nothing in common with any.
    """
    lengths = np.linalg.norm(features, axis=1) * np.linalg.norm(query)  # (n,)
    cosines = features @ query / np.where(lengths > 0, lengths, 1)
    distances = np.clip(1 - cosines.astype(np.float64), 0, 2)
    some = min(max(k, 0), len(distances))
    if some < len(distances):
        limit = np.partition(distances, some)[some]
        candidates = np.flatnonzero(distances <= limit)
    else:
        candidates = np.arange(len(distances))
    found = candidates[np.argsort(distances[candidates], kind="stable")][:some]
    return found.astype(np.int64), distances[found]
