"""Networks that take images of any size, given one; and batches of a fixed size, which only training had."""

from typing import Any

from cnnviz.adoption.refusals import OpenSizeError
from cnnviz.errors import DataError

__all__ = ["LEAST_SIDE", "MOST_SIDE", "sized"]

LEAST_SIDE, MOST_SIDE = 4, 512
_BUILT = ("build_config", "build_input_shape")  # shapes that follow from the input


def sized(config: dict[str, Any], size: int | None, name: str) -> dict[str, Any]:
    """Give a network the size of its images, where it leaves that open.

    Args:
        config: of a model, in the form of Keras 3.
        size: pixels of a side; None leaves open what is open.
        name: what to call it in messages.

    Returns:
        A copy whose input takes images one by one, of this size.

    Raises:
        OpenSizeError: the network leaves it open, and so does the caller.
        DataError: the size is none, or the network has another.
    """
    shown = repr(name[-60:])
    if size is not None and not LEAST_SIDE <= size <= MOST_SIDE:
        raise DataError(f"the size {size} was given for the model {shown}; give {LEAST_SIDE} to {MOST_SIDE} pixels")
    layers = config.get("config", {}).get("layers")
    if not isinstance(layers, list):
        return config
    made = [_sized(layer, size, shown) if _is_input(layer) else layer for layer in layers]
    changed = any(new is not old for new, old in zip(made, layers, strict=True))
    if not changed:
        return config
    # what was built for other sizes is built anew
    inner = {key: value for key, value in config["config"].items() if key not in _BUILT}
    outer = {key: value for key, value in config.items() if key not in _BUILT}
    return {**outer, "config": {**inner, "layers": [_unbuilt(layer) for layer in made]}}


def _is_input(layer: Any) -> bool:
    return isinstance(layer, dict) and layer.get("class_name") == "InputLayer" and isinstance(layer.get("config"), dict)


def _sized(layer: dict[str, Any], size: int | None, shown: str) -> dict[str, Any]:
    shape = layer["config"].get("batch_shape")
    if not isinstance(shape, list) or len(shape) not in (3, 4):
        return layer
    height, width, *channels = shape[1:]
    if size is None and None in (height, width):
        raise OpenSizeError(
            f"the model {shown} takes images of any size, so say which: the one it was trained on, such as --size 224"
        )
    if size is not None and any(side not in (None, size) for side in (height, width)):
        raise DataError(f"the size {size} was given for the model {shown}, which takes {height}x{width}; leave it out")
    new = [None, height or size, width or size, *channels]
    return layer if new == shape else {**layer, "config": {**layer["config"], "batch_shape": new}}


def _unbuilt(layer: Any) -> Any:
    """A layer without the shapes that it was built for, nested models included."""
    if not isinstance(layer, dict):
        return layer
    made = {key: value for key, value in layer.items() if key not in _BUILT}
    inner = made.get("config")
    if isinstance(inner, dict) and isinstance(inner.get("layers"), list):
        kept = {key: value for key, value in inner.items() if key not in _BUILT}
        made["config"] = {**kept, "layers": [_unbuilt(one) for one in inner["layers"]]}
    return made
