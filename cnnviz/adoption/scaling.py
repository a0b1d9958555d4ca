"""What pixels a stranger's network was trained on: guessed from what it is, or measured where images are here."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.adoption.foreign import Foreign
from cnnviz.models.scaling import COLOUR, SCALINGS, Scaling

__all__ = ["SCALINGS", "Guess", "Scaling", "guessed_scaling", "scalings_for", "spread"]

# What Keras' own networks were trained on, by the beginning of their names; the longer first.
_KNOWN: tuple[tuple[str, Scaling], ...] = (
    ("resnet50v2", "symmetric"),
    ("resnet101v2", "symmetric"),
    ("resnet152v2", "symmetric"),
    ("resnet", "caffe"),
    ("vgg", "caffe"),
    ("mobilenetv3", "pixels"),
    ("mobilenet", "symmetric"),
    ("inception", "symmetric"),
    ("xception", "symmetric"),
    ("nasnet", "symmetric"),
    ("densenet", "imagenet"),
    ("efficientnet", "pixels"),
    ("convnext", "pixels"),
)
_OPERATIONS = "keras.src.ops.numpy."
_NUMBERS = tuple(_OPERATIONS + name for name in ("Add", "Divide", "Multiply", "Subtract", "TrueDivide"))
_CONVOLUTIONS = ("Conv2D", "SeparableConv2D", "DepthwiseConv2D")


@dataclass(frozen=True)
class Guess:
    """A guess at what a network was trained on.

    Attributes:
        scaling: the guess.
        sure: whether the network itself says so.
        why: a sentence, or of a guess the reason, which goes on after a colon.
    """

    scaling: Scaling
    sure: bool
    why: str


def guessed_scaling(foreign: Foreign) -> Guess:
    """Guess what a network takes, and say how sure that is."""
    if _scales(foreign.config):
        return Guess("pixels", True, "It scales pixels itself, before its first convolution.")
    names = [name.replace("_", "").replace("-", "").lower() for name in _names(foreign.config)]
    for beginning, scaling in _KNOWN:
        if any(name.startswith(beginning) for name in names) and scaling in scalings_for(foreign):
            return Guess(
                scaling,
                False,
                f"it has the name of Keras' own {beginning}, which is trained on this; whoever trained it anew may "
                "have chosen another.",
            )
    return Guess(
        "unit",
        False,
        "most are trained on this, but nothing in it says so, and no data set could check it. Where its answers make "
        "no sense, bring it in with another.",
    )


def scalings_for(foreign: Foreign) -> tuple[Scaling, ...]:
    """Return the scalings that fit a network's channels."""
    colour = foreign.input_shape[2] == 3
    return tuple(scaling for scaling in SCALINGS if colour or scaling not in COLOUR)


def spread(labels: NDArray[Any], most: int) -> NDArray[np.intp]:
    """Choose images of which each class has its share, the same ones each time.

    Args:
        labels: (n,) of all images.
        most: how many at most.

    Returns:
        Their numbers, ascending.
    """
    order = np.argsort(labels, kind="stable")
    return np.sort(order[np.unique(np.linspace(0, len(order) - 1, min(most, len(order))).astype(int))])


def _scales(config: dict[str, Any]) -> bool:
    """Whether pixels are scaled before the first convolution."""
    for layer in _in_order(config):
        kind = layer.get("class_name")
        operation = f"{layer.get('module')}.{kind}"
        if kind in ("Rescaling", "Normalization") or (operation in _NUMBERS and _with_numbers(layer)):
            return True
        if kind in _CONVOLUTIONS:
            return False
    return False


def _with_numbers(layer: dict[str, Any]) -> bool:
    """Whether an operation has a number or a constant on one of its sides, rather than two layers."""
    nodes = layer.get("inbound_nodes")
    given = nodes[0].get("args", []) if isinstance(nodes, list) and nodes and isinstance(nodes[0], dict) else []
    return any(not isinstance(one, dict) or one.get("class_name") == "__tensor__" for one in given)


def _in_order(config: dict[str, Any]) -> list[dict[str, Any]]:
    """The layers and operations as they stand, nested models in their place."""
    inner = config.get("config")
    layers = inner.get("layers") if isinstance(inner, dict) else None
    if not isinstance(layers, list):
        return [config]
    return [one for layer in layers if isinstance(layer, dict) for one in _in_order(layer)]


def _names(config: dict[str, Any]) -> list[str]:
    """What a model and the models inside it are called."""
    inner = config.get("config")
    layers = inner.get("layers") if isinstance(inner, dict) else None
    if not isinstance(inner, dict) or not isinstance(layers, list):
        return []
    return [
        str(inner.get("name", "")),
        *(name for layer in layers if isinstance(layer, dict) for name in _names(layer)),
    ]
