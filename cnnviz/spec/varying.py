"""A network with one thing changed throughout: its blocks, its filters, its kernels, its functions, its dropout.

A search goes through such changes, so each says what a network has now (`..._of`, None where its layers differ or have
none) and returns the layers with another value. Only convolutions that learn are touched.
A block is what ends with a pooling, and the dropouts right behind that.
"""

from collections.abc import Sequence
from itertools import takewhile
from typing import TypeGuard, TypeVar

from cnnviz.spec.layers import (
    Activation,
    BatchNormalization,
    Convolution,
    Dense,
    Dropout,
    Flatten,
    Function,
    GlobalPooling,
    Layer,
    Pooling,
)

__all__ = [
    "activation_of",
    "blocks_of",
    "dropout_of",
    "ending_of",
    "filters_of",
    "kernel_size_of",
    "normalised",
    "normalised_of",
    "units_of",
    "with_activation",
    "with_blocks",
    "with_dropout",
    "with_ending",
    "with_filters",
    "with_kernel_size",
    "with_normalisation",
    "with_units",
]

Layers = tuple[Layer, ...]
T = TypeVar("T")

MOST_FILTERS = 512  # of a block that is added: each has twice those of the one before


def blocks_of(layers: Layers) -> int:
    """Return how many blocks there are."""
    return len(_blocks(layers)[0])


def with_blocks(layers: Layers, count: int) -> Layers:
    """Return layers with another number of blocks.

    Args:
        layers: without any block they stay as they are.
        count: from 1. The first blocks are kept; each that is added is like the last, with twice its filters and
            without its convolutions that do not learn.
    """
    blocks, rest = _blocks(layers)
    while blocks and len(blocks) < count:
        last = [layer for layer in blocks[-1] if _learns(layer) or not isinstance(layer, Convolution)]
        blocks.append(tuple(map(_doubled, last)))
    return (*(layer for block in blocks[:count] for layer in block), *rest)


def _blocks(layers: Layers) -> tuple[list[Layers], Layers]:
    blocks: list[Layers] = []
    rest = layers
    while any(isinstance(layer, Pooling) for layer in rest):
        end = next(place for place, layer in enumerate(rest) if isinstance(layer, Pooling)) + 1
        end += len(list(takewhile(lambda layer: isinstance(layer, Dropout), rest[end:])))
        blocks.append(rest[:end])
        rest = rest[end:]
    return blocks, rest


def _doubled(layer: Layer) -> Layer:
    if not isinstance(layer, Convolution):
        return layer
    return layer.changed(filters=max(layer.filters, min(2 * layer.filters, MOST_FILTERS)))


def filters_of(layers: Layers) -> int | None:
    """Return how many filters the first convolution has that learns."""
    return next((layer.filters for layer in layers if _learns(layer)), None)


def with_filters(layers: Layers, count: int) -> Layers:
    """Return layers whose first convolution has so many filters, the others more or fewer in the same proportion."""
    first = filters_of(layers)
    if first is None:
        return layers
    return tuple(
        layer.changed(filters=max(1, round(layer.filters * count / first))) if _learns(layer) else layer
        for layer in layers
    )


def kernel_size_of(layers: Layers) -> int | None:
    """Return the side of all kernels, in pixels; None where they differ."""
    return _only([layer.kernel_size for layer in layers if _learns(layer)])


def with_kernel_size(layers: Layers, side: int) -> Layers:
    """Return layers whose kernels all have that side, in pixels."""
    return tuple(layer.changed(kernel_size=side) if _learns(layer) else layer for layer in layers)


def activation_of(layers: Layers) -> Function | None:
    """Return the function that bends all values; None where there are several."""
    return _only([function for layer in layers if (function := _bends(layer)) is not None])


def with_activation(layers: Layers, function: Function) -> Layers:
    """Return layers in which that function takes the place of all others."""

    def changed(layer: Layer) -> Layer:
        if _bends(layer) is None:
            return layer
        if isinstance(layer, Activation):
            return layer.changed(function=function)
        return layer.changed(activation=function)

    return tuple(map(changed, layers))


def _bends(layer: Layer) -> Function | None:
    function = (
        layer.function
        if isinstance(layer, Activation)
        else layer.activation
        if isinstance(layer, Dense) or _learns(layer)
        else "linear"
    )
    return None if function == "linear" else function


def dropout_of(layers: Layers) -> float | None:
    """Return the rate of all dropouts, 0 without any; None where they differ."""
    rates = [layer.rate for layer in layers if isinstance(layer, Dropout)]
    return _only(rates) if rates else 0.0


def with_dropout(layers: Layers, rate: float) -> Layers:
    """Return layers whose dropouts all have that rate; without any, one follows each pooling and dense layer."""
    places = any(isinstance(layer, Dropout) for layer in layers)
    made: list[Layer] = []
    for layer in layers:
        if not isinstance(layer, Dropout):
            made.append(layer)
        if rate and isinstance(layer, Dropout if places else Pooling | Dense):
            made.append(Dropout(rate=rate))
    return tuple(made)


def normalised(convolution: Convolution) -> Layers:
    """Return a convolution, its normalisation, which brings the bias, and then the activation."""
    bare = convolution.changed(activation="linear", bias=False)
    bend = (Activation(function=convolution.activation),) if convolution.activation != "linear" else ()
    return (bare, BatchNormalization(), *bend)


def normalised_of(layers: Layers) -> bool | None:
    """Return whether every convolution is normalised; None where some are."""
    return _only([_is_normalised(layers, place) for place, layer in enumerate(layers) if _learns(layer)])


def with_normalisation(layers: Layers, wanted: bool) -> Layers:
    """Return layers with or without batch normalisation: behind each convolution, or nowhere."""
    if normalised_of(layers) == wanted:
        return layers
    if not wanted:
        kept = [layer for layer in layers if not isinstance(layer, BatchNormalization)]
        return tuple(layer.changed(bias=True) if _learns(layer) else layer for layer in kept)
    made: list[Layer] = []
    for place, layer in enumerate(layers):
        if _learns(layer) and not _is_normalised(layers, place):
            made += normalised(layer)
        else:
            made.append(layer)
    return tuple(made)


def _is_normalised(layers: Layers, place: int) -> bool:
    """Whether a normalisation comes behind a convolution before anything else with weights does."""
    for layer in layers[place + 1 :]:
        if isinstance(layer, Convolution | Dense):
            return False
        if isinstance(layer, BatchNormalization):
            return True
    return False


def units_of(layers: Layers) -> int | None:
    """Return how many units all dense layers have; None without any, or where they differ."""
    return _only([layer.units for layer in layers if isinstance(layer, Dense)])


def with_units(layers: Layers, count: int) -> Layers:
    """Return layers whose dense layers all have so many units."""
    return tuple(layer.changed(units=count) if isinstance(layer, Dense) else layer for layer in layers)


def ending_of(layers: Layers) -> str | None:
    """Return how feature maps become numbers in a row: "flatten", or "average" or "max", their global pooling."""
    for layer in layers:
        if isinstance(layer, Flatten | GlobalPooling):
            return "flatten" if isinstance(layer, Flatten) else layer.mode
    return None


def with_ending(layers: Layers, ending: str) -> Layers:
    """Return layers in which feature maps become numbers in a row in that way; see `ending_of`."""
    new: Layer = Flatten() if ending == "flatten" else GlobalPooling(mode="max" if ending == "max" else "average")
    return tuple(new if isinstance(layer, Flatten | GlobalPooling) else layer for layer in layers)


def _learns(layer: Layer) -> TypeGuard[Convolution]:
    return isinstance(layer, Convolution) and not layer.frozen


def _only(values: Sequence[T]) -> T | None:
    """The value of all; None where there is none, or more than one."""
    return values[0] if values and all(value == values[0] for value in values) else None
