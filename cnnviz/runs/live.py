"""The live view: what can be looked at while a run trains, refused as a whole where its parts do not fit."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.arrays import Arrays
from cnnviz.spec import Convolution, ModelSpec

__all__ = ["LiveView", "live_view"]

_ROUNDING = 1e-3  # half precision, and sums of float32


@dataclass(frozen=True)
class LiveView:
    """What can be looked at while a run trains, renewed about twice a second.

    Attributes:
        position: the moment in epochs.
        kernels: (kernel height, kernel width, channels in, filters) float32, of the first convolution; None without
        one.
        watched: (n,) indices of the watched test images.
        images: (n, height, width, channels) uint8, those images.
        labels: (n,) their classes.
        probabilities: (n, classes) float32 in [0, 1], the current guess; a binary network has two columns.
    """

    position: float
    kernels: NDArray[np.float32] | None
    watched: NDArray[np.integer[Any]]
    images: NDArray[np.uint8]
    labels: NDArray[np.integer[Any]]
    probabilities: NDArray[np.float32]


def live_view(arrays: Arrays, model: ModelSpec | None) -> LiveView | None:
    """Make a live view of arrays from a file.

    Args:
        arrays: by name, as LiveView has them.
        model: the run's network, which the arrays must fit; None where it cannot be read.

    Returns:
        None where an array is missing, of the wrong kind or shape, or not a number.
    """
    try:
        position, kernels = arrays["position"], arrays.get("kernels")
        view = LiveView(
            position=float(position) if position.shape == () else -1.0,
            kernels=kernels,
            watched=arrays["watched"],
            images=arrays["images"],
            labels=arrays["labels"],
            probabilities=arrays["probabilities"],
        )
    except (KeyError, TypeError, ValueError):
        return None
    fits = _is_whole(view) and (kernels is None or _is_kernels(kernels)) and (model is None or _is_of(view, model))
    return view if fits else None


def _is_whole(view: LiveView) -> bool:
    """Whether the watched images, their labels and guesses belong together."""
    images, probabilities = view.images, view.probabilities
    if images.ndim != 4 or images.dtype != np.uint8 or not images.size or images.shape[3] not in (1, 3):
        return False
    if probabilities.ndim != 2 or not np.issubdtype(probabilities.dtype, np.floating) or not probabilities.size:
        return False
    count, classes = len(images), probabilities.shape[1]
    return (
        0 <= view.position < np.inf
        and len(probabilities) == count
        and bool(((probabilities >= -_ROUNDING) & (probabilities <= 1 + _ROUNDING)).all())
        and _are_indices(view.labels, count, classes)
        and _are_indices(view.watched, count, None)
    )


def _are_indices(array: NDArray[Any], count: int, end: int | None) -> bool:
    if array.shape != (count,) or not np.issubdtype(array.dtype, np.integer):
        return False
    return int(array.min()) >= 0 and (end is None or int(array.max()) < end)


def _is_kernels(array: NDArray[Any]) -> bool:
    numbers = np.issubdtype(array.dtype, np.floating)
    return array.ndim == 4 and array.size > 0 and numbers and bool(np.isfinite(array).all())


def _is_of(view: LiveView, model: ModelSpec) -> bool:
    """Whether a view can come from such a network."""
    first = next((layer for layer in model.layers if isinstance(layer, Convolution)), None)
    if view.kernels is not None and model.body is None:  # what a body's have, its rows do not say
        channels = model.input_shape[2]  # nothing before the first convolution changes them
        size = first and (first.kernel_size, first.kernel_size, channels, first.filters)
        if view.kernels.shape != size:
            return False
    return view.images.shape[1:] == model.input_shape and view.probabilities.shape[1] == model.classes
