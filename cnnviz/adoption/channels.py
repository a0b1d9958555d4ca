"""Networks with their channels first, turned round: the same weights, the channels last, as images have them here.

Kernels are kept in the same order whichever axis the channels are on, and Keras' Flatten puts the channels last before
it flattens, so only settings change. The process that opens the model holds its answers to those of the model as it
came.
"""

from typing import Any

from cnnviz.errors import DataError

__all__ = ["channels_last"]

_AXES = frozenset({"BatchNormalization", "LayerNormalization", "GroupNormalization", "Concatenate", "Softmax"})
_TURNED = {1: -1, -3: -1, 2: 1, 3: 2, -2: 1, -1: 2}  # of (images, channels, height, width)
_WHATEVER = frozenset(
    {
        "Activation",
        "AdaptiveAveragePooling2D",
        "AdaptiveMaxPooling2D",
        "Add",
        "AlphaDropout",
        "Average",
        "AveragePooling2D",
        "Conv2D",
        "Conv2DTranspose",
        "Cropping2D",
        "Dense",
        "DepthwiseConv2D",
        "Dropout",
        "ELU",
        "Flatten",
        "GaussianDropout",
        "GaussianNoise",
        "GlobalAveragePooling2D",
        "GlobalMaxPooling2D",
        "Identity",
        "InputLayer",
        "LeakyReLU",
        "MaxPooling2D",
        "Maximum",
        "Minimum",
        "Multiply",
        "ReLU",
        "Rescaling",
        "SeparableConv2D",
        "SpatialDropout2D",
        "Subtract",
        "UpSampling2D",
        "ZeroPadding2D",
    }
)
_BUILT = frozenset({"build_config", "build_input_shape"})  # shapes that follow from the input


def channels_last(config: dict[str, Any], name: str) -> tuple[dict[str, Any], bool]:
    """Turn a model round that has its channels first.

    Args:
        config: of a model, checked and in the form of Keras 3.
        name: what to call it in messages.

    Returns:
        The configuration, and whether it was turned round.

    Raises:
        DataError: a layer depends on the order of its axes in a way that cannot be turned round.
    """
    layers = _layers(config)
    formats = {layer["config"].get("data_format") for layer in layers if isinstance(layer.get("config"), dict)}
    if "channels_first" not in formats:
        return config, False
    shown = repr(name[-60:])
    if "channels_last" in formats:
        raise DataError(f"the model {shown} mixes channels first and channels last; build it with channels last")
    turned: dict[str, Any] = _turned(config, shown)
    return turned, True


def _layers(config: dict[str, Any]) -> list[dict[str, Any]]:
    inner = config.get("config")
    layers = inner.get("layers") if isinstance(inner, dict) else None
    if not isinstance(layers, list):
        return [config]
    return [found for layer in layers if isinstance(layer, dict) for found in _layers(layer)]


def _turned(layer: dict[str, Any], shown: str) -> dict[str, Any]:
    made = {key: value for key, value in layer.items() if key not in _BUILT}
    settings = {key: value for key, value in layer["config"].items() if key not in _BUILT}
    kind = layer.get("class_name")
    if isinstance(settings.get("layers"), list):
        return {**made, "config": {**settings, "layers": [_turned(one, shown) for one in settings["layers"]]}}
    if settings.get("data_format") == "channels_first":
        settings["data_format"] = "channels_last"
    shape = settings.get("batch_shape")
    if kind == "InputLayer" and isinstance(shape, list) and len(shape) == 4:
        settings["batch_shape"] = [shape[0], shape[2], shape[3], shape[1]]
    if kind in _AXES:
        settings["axis"] = _axis(settings.get("axis", -1), _rank(layer), shown)
    elif kind not in _WHATEVER:
        raise DataError(
            f"the model {shown} has its channels first and {str(kind)[:60]!r} in it, which depends on that; build it "
            "with channels last and copy the weights, which have the same order"
        )
    return {**made, "config": settings}


def _rank(layer: dict[str, Any]) -> int | None:
    """How many axes a layer's input has, the images' own included; None where it does not say."""
    built = layer.get("build_config")
    shape = built.get("input_shape") if isinstance(built, dict) else None
    while isinstance(shape, list) and shape and isinstance(shape[0], list):
        shape = shape[0]
    return len(shape) if isinstance(shape, list) else None


def _axis(axis: Any, rank: int | None, shown: str) -> int:
    """Where an axis of (images, channels, height, width) lies when the channels are last."""
    one = axis[0] if isinstance(axis, list) and len(axis) == 1 else axis
    if one not in _TURNED:
        raise DataError(
            f"the model {shown} has its channels first and an axis {str(axis)[:40]!r}; build it with channels last"
        )
    # -1 is the features' axis behind a Flatten; where it is not, the answers show it, which the child compares
    return -1 if rank == 2 or (one == -1 and rank is None) else _TURNED[one]
