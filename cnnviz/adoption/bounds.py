"""How large the network is that a configuration leads to: counted without building it, so nothing large is allocated.

A single number of a configuration says little: 83,000 long is the Flatten of a harmless network for 150x150 pixels,
while ten layers of modest numbers can ask for all memory there is. So the network is followed symbolically, as shapes
alone.
"""

import copy
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import keras

from cnnviz.adoption.archive import MOST_WEIGHTS
from cnnviz.errors import DataError
from cnnviz.keras_private import graph_of, layers_inside, outputs_of, without_values

__all__ = ["MOST_PARAMETERS", "Extent", "check_extent", "extent_of"]

MOST_PARAMETERS = MOST_WEIGHTS // 4  # single precision
MOST_MAPS = 2**29  # numbers that one image becomes in all layers together: 2 GiB
_OPEN = 512  # pixels of a side that the network leaves open


@dataclass(frozen=True)
class Extent:
    """What a network takes.

    Attributes:
        parameters: how many weights, those that are not trained included.
        maps: how many numbers one image becomes, in all layers together.
    """

    parameters: int
    maps: int


def extent_of(config: dict[str, Any]) -> Extent:
    """Count what a network takes, from its checked configuration.

    Raises:
        Exception: whatever Keras raises where layers do not fit each other.
    """
    with without_values():
        model = keras.saving.deserialize_keras_object(copy.deepcopy(config), safe_mode=True)
        parameters = sum(math.prod(variable.shape) for variable in model.variables)
        return Extent(parameters, sum(math.prod(side or _OPEN for side in shape[1:]) for shape in _shapes(model)))


def check_extent(extent: Extent) -> None:
    """Refuse what does not go into memory.

    Raises:
        DataError: too many weights, or maps too large; the sentence does not name the model.
    """
    if extent.parameters > MOST_PARAMETERS:
        raise DataError(
            f"it has {extent.parameters:,} weights; at most {MOST_PARAMETERS:,} (700 MiB) are accepted, so choose a "
            "smaller network"
        )
    if extent.maps > MOST_MAPS:
        raise DataError(
            f"one image becomes {extent.maps:,} numbers in its layers; at most {MOST_MAPS:,} (2 GiB) are accepted, so "
            "choose a smaller network or a smaller size"
        )


def _shapes(model: Any) -> Iterator[tuple[int | None, ...]]:
    """The shapes of whatever layers and operations make, nested models included."""
    for layer in (model, *layers_inside(model)):
        for operation in getattr(graph_of(layer), "operations", ()):
            yield from (tuple(tensor.shape) for tensor in outputs_of(operation))
