"""Numbers of filters, from kernels alone: no model, no Keras, so that a run's snapshots can be read as arrays."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.errors import SpecError

__all__ = ["filter_changes", "filter_norms", "similarity_order"]

Kernels = NDArray[np.floating[Any]]


def filter_norms(kernels: Kernels) -> NDArray[np.float64]:
    """Return each filter's Euclidean norm.

    Args:
        kernels: (kernel height, kernel width, channels in, filters).

    Returns:
        (filters,) at least 0.

    Raises:
        SpecError: another number of axes.
    """
    return np.asarray(np.linalg.norm(_rows(kernels), axis=1))


def filter_changes(kernels: Kernels, before: Kernels) -> NDArray[np.float64]:
    """Return how far each filter moved: the norm of the difference to its earlier kernel.

    Args:
        kernels: (kernel height, kernel width, channels in, filters).
        before: the same shape, such as an earlier snapshot's.

    Returns:
        (filters,) at least 0; in units of weight.

    Raises:
        SpecError: the shapes differ.
    """
    if np.shape(kernels) != np.shape(before):
        raise SpecError(
            f"kernels of shape {np.shape(kernels)} cannot be compared with kernels of shape {np.shape(before)}; "
            "choose two snapshots of the same network and layer"
        )
    return np.asarray(np.linalg.norm(_rows(kernels) - _rows(before), axis=1))


def similarity_order(kernels: Kernels) -> NDArray[np.int64]:
    """Order filters so that neighbours are alike: from the strongest, always on to the most similar one left.

    Similarity is the cosine between two kernels; a kernel of zeros is similar to none and comes last.

    Args:
        kernels: (kernel height, kernel width, channels in, filters), at least one filter.

    Returns:
        (filters,) the filters' numbers in that order.

    Raises:
        SpecError: another number of axes.
    """
    rows = _rows(kernels)
    norms = np.linalg.norm(rows, axis=1)
    units = rows / np.where(norms > 0, norms, 1)[:, None]
    left = np.ones(len(rows), bool)
    order = [int(norms.argmax())]
    left[order[0]] = False
    while left.any():
        closeness = np.where(norms > 0, units @ units[order[-1]], -2)
        order.append(int(np.where(left, closeness, -3).argmax()))
        left[order[-1]] = False
    return np.array(order, np.int64)


def _rows(kernels: Kernels) -> NDArray[np.float64]:
    """Return (filters, weights of one), what is not finite counted as 0."""
    array = np.asarray(kernels, np.float64)
    if array.ndim != 4 or 0 in array.shape:
        raise SpecError(
            f"kernels have shape {array.shape}, expected (kernel height, kernel width, channels in, filters), none of "
            "them 0; pass the kernels of a 2-D convolution"
        )
    return np.nan_to_num(array.reshape(-1, array.shape[-1]).T, nan=0, posinf=0, neginf=0)
