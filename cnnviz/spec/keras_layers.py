"""A layer of Keras, described without Keras: what a network is built from, and what its code is written from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["FirstWeights", "KerasLayer", "Penalty", "Seed", "differing"]


@dataclass(frozen=True)
class KerasLayer:
    """A class of `keras.layers` and what it is given, Keras' own defaults left out.

    A value is a number, a text or a flag as Keras takes it, or one of `Seed`, `FirstWeights` and `Penalty`.

    Attributes:
        name: of the class, such as "Conv2D".
        values: what it is given by place.
        options: what it is given by name.
    """

    name: str
    values: tuple[Any, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Seed:
    """A number of the layer's own that follows from the run's seed."""


@dataclass(frozen=True)
class FirstWeights:
    """Random first weights (Glorot and Bengio 2010) from the layer's own seed."""


@dataclass(frozen=True)
class Penalty:
    """A penalty on the squares of the weights.

    Attributes:
        l2: its factor.
    """

    l2: float


def differing(options: Mapping[str, Any], usual: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that are not what Keras takes without being told.

    Args:
        options: by name.
        usual: Keras' defaults by name.
    """
    return {name: value for name, value in options.items() if name not in usual or value != usual[name]}
