"""Which images are nearest to one, in the network's own features, and how far away they are."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["NEIGHBOURS", "distances", "nearest"]

NEIGHBOURS = 10  # one alone may be a label gone wrong
_BLOCK_VALUES = 16_000_000  # 64 MB of distances at a time


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


def distances(
    features: NDArray[np.floating], queries: NDArray[np.floating], k: int = NEIGHBOURS
) -> NDArray[np.float64]:
    """Say how far images are from the images of a training: large for what is like none of them.

    Source: Sun et al. 2022, "Out-of-Distribution Detection with Deep Nearest Neighbors"; they take the Euclidean
    distance of features of length 1, which grows with the cosine distance taken here.

    Args:
        features: (n, features), those of the training images, n at least 1.
        queries: (images, features).
        k: which neighbour's distance is taken, the nearest being 1; the furthest one where there are fewer.

    Returns:
        (images,) cosine distance to the k-th nearest, in [0, 2].
    """
    known = _directions(features).T  # (features, n)
    place = min(max(k, 1), len(features)) - 1
    step = max(1, _BLOCK_VALUES // len(features))
    found = [
        1 - np.partition(_directions(queries[start : start + step]) @ known, -1 - place, axis=1)[:, -1 - place]
        for start in range(0, len(queries), step)
    ]
    return np.clip(np.concatenate([np.zeros(0), *found]).astype(np.float64), 0, 2)


def _directions(features: NDArray[np.floating]) -> NDArray[np.float32]:
    """Rows of length 1; what is all zero stays so, and is at distance 1 from everything."""
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    return np.asarray(features / np.where(lengths > 0, lengths, 1), np.float32)
