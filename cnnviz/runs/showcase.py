"""The showcase: what a bundled run makes of one photo, worked out beforehand, so that nobody waits for TensorFlow."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.arrays import Arrays, pack_arrays, read_arrays
from cnnviz.runs.run import Run

__all__ = ["SHOWCASE", "Showcase", "ShownLayer", "packed_showcase", "read_showcase"]

SHOWCASE = "showcase.npz"

_ROUNDING = 1e-3  # probabilities are kept in half precision


@dataclass(frozen=True, eq=False)
class ShownLayer:
    """A few feature maps of one layer.

    Attributes:
        name: the layer's name.
        shape: of its whole output: (height, width, filters).
        filters: (n,) which filters, in the order of the maps.
        maps: (height, width, n) float32, their activations.
    """

    name: str
    shape: tuple[int, int, int]
    filters: NDArray[np.integer[Any]]
    maps: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Showcase:
    """What a network makes of one photo.

    Attributes:
        example: the photo, one of `cnnviz.data.example_photos.EXAMPLES`, of which the network sees the centre.
        image: (height, width, channels) uint8, the photo as the network is given it.
        probabilities: (classes,) float32 in [0, 1].
        layers: some of its convolutions, the first one first.
    """

    example: str
    image: NDArray[np.uint8]
    probabilities: NDArray[np.float32]
    layers: tuple[ShownLayer, ...]


def packed_showcase(showcase: Showcase) -> bytes:
    """Return a showcase as the bytes of its file; maps and probabilities in half precision."""
    arrays: Arrays = {
        "example": np.array(showcase.example),
        "image": showcase.image,
        "probabilities": showcase.probabilities.astype(np.float16),
        "layers": np.array([layer.name for layer in showcase.layers]),
    }
    for layer in showcase.layers:
        arrays[f"{layer.name}/shape"] = np.array(layer.shape)
        arrays[f"{layer.name}/filters"] = layer.filters
        arrays[f"{layer.name}/maps"] = layer.maps.astype(np.float16)
    return pack_arrays(arrays)


def read_showcase(run: Run) -> Showcase | None:
    """Return a run's showcase; None where it has none, and where its file makes no sense."""
    try:
        arrays = read_arrays(run.folder / SHOWCASE)
        showcase = Showcase(
            example=str(arrays["example"]),
            image=arrays["image"],
            probabilities=arrays["probabilities"].astype(np.float32),
            layers=tuple(_layer(str(name), arrays) for name in arrays["layers"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return showcase if _is_whole(showcase) else None


def _layer(name: str, arrays: Arrays) -> ShownLayer:
    height, width, filters = (int(number) for number in arrays[f"{name}/shape"])
    return ShownLayer(
        name, (height, width, filters), arrays[f"{name}/filters"], arrays[f"{name}/maps"].astype(np.float32)
    )


def _is_whole(showcase: Showcase) -> bool:
    image, probabilities = showcase.image, showcase.probabilities
    return (
        image.ndim == 3
        and image.dtype == np.uint8
        and image.shape[2] in (1, 3)
        and probabilities.ndim == 1
        and _within(probabilities, -_ROUNDING, 1 + _ROUNDING)
        and len(showcase.layers) > 0
        and all(map(_is_layer, showcase.layers))
    )


def _is_layer(layer: ShownLayer) -> bool:
    height, width, filters = layer.shape
    return (
        layer.maps.shape == (height, width, len(layer.filters))
        and layer.maps.size > 0
        and bool(np.isfinite(layer.maps).all())
        and layer.filters.dtype.kind in "iu"
        and _within(layer.filters, 0, filters - 1)
    )


def _within(values: NDArray[Any] | Sequence[float], least: float, most: float) -> bool:
    """Whether there are values and all of them lie in a range; what is not a number does not."""
    array = np.asarray(values)
    return array.size > 0 and bool(((array >= least) & (array <= most)).all())
