"""Layers for larger images than they were made for: strides and poolings grow, so that what comes after them does not.

A network for 32x32 pixels makes 186,000 numbers of a 224x224 image where its last feature maps are laid out in a row.
So an image's side is brought near 32 pixels by halving it once more for every doubling. The first halving is the first
convolution's stride, which spares most and skips no pixel as long as the stride is no larger than the kernel; the next
are the poolings' sizes, from the first to the last, and round again.
"""

import math
from collections.abc import Sequence

from cnnviz.errors import SpecError
from cnnviz.spec.layers import Convolution, Layer, Pooling, Shape

__all__ = ["MADE_FOR", "grown", "halvings"]

MADE_FOR = 32  # pixels: the side of the images that the presets were made for

_LARGEST_STRIDE, _LARGEST_POOLING = 8, 16


def halvings(shape: Shape) -> int:
    """Say how often an image has to be halved to come nearest to 32 pixels, on a logarithmic scale; 0 for smaller ones.

    Args:
        shape: (height, width, channels); of an image that is no square, the side of a square of the same area counts.
    """
    return max(0, round(math.log2(math.sqrt(max(shape[0] * shape[1], 1)) / MADE_FOR)))


def grown(layers: Sequence[Layer], shape: Shape, times: int) -> tuple[Layer, ...]:
    """Return layers that halve an image so many times more, or as often as they can take it.

    Args:
        layers: of a network.
        shape: (height, width, channels) of the images it is for.
        times: how often.
    """
    for count in range(times, 0, -1):
        tried = _halved(layers, count)
        if _take(tried, shape):
            return tried
    return tuple(layers)


def _halved(layers: Sequence[Layer], times: int) -> tuple[Layer, ...]:
    result = list(layers)
    first = next((place for place, layer in enumerate(layers) if isinstance(layer, Convolution)), None)
    poolings = [place for place, layer in enumerate(layers) if isinstance(layer, Pooling)]
    while times:
        before = times
        for place in [*([] if first is None else [first]), *poolings]:
            doubled = _doubled(result[place])
            if doubled is not None and times:
                result[place] = doubled
                times -= 1
        if times == before:  # nothing can grow any more
            break
    return tuple(result)


def _doubled(layer: Layer) -> Layer | None:
    if isinstance(layer, Convolution):
        stride = 2 * layer.stride
        return layer.changed(stride=stride) if stride <= min(layer.kernel_size, _LARGEST_STRIDE) else None
    if isinstance(layer, Pooling):
        return layer.changed(size=2 * layer.size) if 2 * layer.size <= _LARGEST_POOLING else None
    return None


def _take(layers: Sequence[Layer], shape: Shape) -> bool:
    try:
        for layer in layers:
            shape = layer.output_shape(shape)
    except SpecError:
        return False
    return True
