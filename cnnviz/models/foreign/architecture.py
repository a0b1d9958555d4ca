"""Which architectures are built from a stranger's configuration: known layers, in bearable numbers and sizes.

A configuration names classes, and Keras would import and call what it names. So every class must be on a list of layers
that compute and do nothing else: none that runs code of its own, reads a file, or fetches anything.
"""

from collections.abc import Iterator
from typing import Any

from cnnviz.errors import DataError

__all__ = ["cleaned"]

MOST_LAYERS = 1000
MOST_DEPTH = 40
LARGEST_SIZE = 65_536

_LAYERS = frozenset({
    "Activation", "Add", "AlphaDropout", "Average", "AveragePooling2D", "BatchNormalization", "CenterCrop",
    "Concatenate", "Conv2D", "Conv2DTranspose", "Cropping2D", "Dense", "DepthwiseConv2D", "Dropout", "ELU", "Flatten",
    "GaussianDropout", "GaussianNoise", "GlobalAveragePooling2D", "GlobalMaxPooling2D", "GroupNormalization",
    "Identity", "InputLayer", "LayerNormalization", "LeakyReLU", "MaxPooling2D", "Maximum", "Minimum", "Multiply",
    "Normalization", "PReLU", "Permute", "RandomBrightness", "RandomContrast", "RandomCrop", "RandomFlip",
    "RandomRotation", "RandomTranslation", "RandomZoom", "ReLU", "Rescaling", "Reshape", "Resizing", "SeparableConv2D",
    "Softmax", "SpatialDropout2D", "Subtract", "UnitNormalization", "UpSampling2D", "ZeroPadding2D",
})  # fmt: skip
_ALLOWED: dict[str, frozenset[str]] = {
    "keras.layers": _LAYERS,
    "keras": frozenset({"Sequential", "Functional", "Model", "DTypePolicy"}),
    "keras.models": frozenset({"Sequential", "Functional", "Model"}),
    "keras.src.models.functional": frozenset({"Functional"}),
    "keras.src.models.sequential": frozenset({"Sequential"}),
    "keras.initializers": frozenset({
        "Constant", "GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "Identity", "LecunNormal",
        "LecunUniform", "Ones", "Orthogonal", "RandomNormal", "RandomUniform", "TruncatedNormal", "VarianceScaling",
        "Zeros",
    }),
    "keras.regularizers": frozenset({"L1", "L2", "L1L2", "OrthogonalRegularizer"}),
    "keras.constraints": frozenset({"MaxNorm", "MinMaxNorm", "NonNeg", "UnitNorm"}),
    # arithmetic between layers, such as `x + y`, which Keras keeps as operations
    "keras.src.ops.numpy": frozenset({
        "Absolute", "Add", "Clip", "Concatenate", "Divide", "Exp", "Maximum", "Mean", "Minimum", "Multiply", "Negative",
        "Sqrt", "Square", "Subtract", "Tanh", "TrueDivide",
    }),
    "keras.src.ops.nn": frozenset({
        "Elu", "Gelu", "HardSigmoid", "HardSilu", "LeakyRelu", "Relu", "Relu6", "Selu", "Sigmoid", "Silu", "Softmax",
        "Softplus",
    }),
}  # fmt: skip
# Good layers of networks that take no images: what such a file is can be said, instead of what is wrong with it.
_NO_IMAGES = frozenset({
    "Bidirectional", "Conv1D", "Conv3D", "ConvLSTM2D", "Embedding", "GRU", "LSTM", "Masking", "SimpleRNN",
    "TextVectorization", "TimeDistributed",
})  # fmt: skip
_MARKERS = frozenset({"__keras_tensor__", "__tuple__", "__dict__"})  # how Keras writes tensors and tuples; no classes
_ACTIVATIONS = frozenset({
    "celu", "elu", "exponential", "gelu", "glu", "hard_shrink", "hard_sigmoid", "hard_silu", "hard_swish",
    "hard_tanh", "leaky_relu", "linear", "log_sigmoid", "log_softmax", "mish", "relu", "relu6", "selu", "sigmoid",
    "silu", "soft_shrink", "softmax", "softplus", "softsign", "sparse_plus", "squareplus", "swish", "tanh",
    "tanh_shrink", "threshold",
})  # fmt: skip
_NO_SIZES = frozenset({"seed", "shared_object_id"})  # whole numbers of any size, which allocate nothing
_TRAINING = frozenset({"compile_config"})  # optimiser, loss and metrics, which are never built
_REGISTERED = frozenset({"registered_name"})


def cleaned(config: dict[str, Any], name: str) -> dict[str, Any]:
    """Check a model's configuration and return what is needed to build it.

    Args:
        config: as `config.json` of a .keras file has it.
        name: what to call the model in messages.

    Returns:
        A copy without registered names and without training settings, which may be whatever they are.

    Raises:
        DataError: a class, a size, the depth or the number of layers is not acceptable; the sentence names it.
    """
    shown = repr(name[-60:])
    _check_depth(config, shown)
    config = _without(config, _TRAINING)
    layers = 0
    for part in _objects(config):
        if "class_name" in part:
            layers += _check_class(part, shown)
        _check_sizes(part, shown)
    if layers > MOST_LAYERS:
        raise DataError(f"the model {shown} has {layers:,} layers and operations; at most {MOST_LAYERS:,} are accepted")
    kind = config.get("class_name")
    if kind not in ("Sequential", "Functional", "Model"):
        raise DataError(
            f"the model {shown} is a {_word(kind)}; a Sequential or functional model is accepted, since a class of "
            "your own cannot be built without your code"
        )
    built: dict[str, Any] = _without(config, _REGISTERED)
    return built


def _check_depth(value: Any, shown: str) -> None:
    level = [value]
    for _ in range(MOST_DEPTH):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return
    raise DataError(f"the configuration of the model {shown} is nested deeper than {MOST_DEPTH}; flatten the model")


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every JSON object in a configuration, whose depth was checked."""
    if isinstance(value, dict):
        yield value
    for inner in _inside(value):
        yield from _objects(inner)


def _check_class(part: dict[str, Any], shown: str) -> int:
    """Refuse a class that is not on the list; say whether it is a layer, as 0 or 1."""
    kind, module, registered = part["class_name"], part.get("module"), part.get("registered_name")
    words = isinstance(kind, str) and isinstance(module, str | None)
    if words and kind in _MARKERS and module is None:
        return 0
    if words and kind in _NO_IMAGES and module == "keras.layers":
        raise DataError(
            f"the model {shown} has the layer {_word(kind)}, which is for texts, series or volumes; a classifier of "
            "images, with 2-D convolutions, fits"
        )
    known = words and kind in _ALLOWED.get(module or "", ())
    if not known or registered not in (None, kind):
        where = f" of {_word(module)}" if module else ""
        raise DataError(
            f"the model {shown} uses {_word(kind)}{where}, which is not among the layers that are safe to build from a "
            "file; replace it with an ordinary Keras layer and save again"
        )
    if module == "keras.layers":
        _check_activation(part.get("config"), shown)
    return int(module == "keras.layers" or str(module).startswith("keras.src.ops"))


def _check_activation(settings: Any, shown: str) -> None:
    """Refuse activations that are no names of Keras' own functions."""
    for key in ("activation", "recurrent_activation"):
        chosen = settings.get(key) if isinstance(settings, dict) else None
        if chosen is None or (isinstance(chosen, dict) and chosen.get("module") == "keras.layers"):
            continue  # a layer as activation is checked as one
        if not isinstance(chosen, str) or chosen not in _ACTIVATIONS:
            raise DataError(
                f"the model {shown} has the activation {_word(chosen)}, which is none of Keras' own; replace it and "
                "save again"
            )


def _check_sizes(part: dict[str, Any], shown: str) -> None:
    for key, value in part.items():
        if key in _NO_SIZES:
            continue
        for number in _numbers(value):
            if type(number) is int and abs(number) > LARGEST_SIZE:
                raise DataError(
                    f"the model {shown} has {_word(key)} {number:.3g}; sizes up to {LARGEST_SIZE:,} are accepted"
                )


def _numbers(value: Any) -> Iterator[Any]:
    """A value, or what a list of lists holds."""
    if isinstance(value, list):
        for inner in value:
            yield from _numbers(inner)
    else:
        yield value


def _without(value: Any, dropped: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return {key: _without(inner, dropped) for key, inner in value.items() if key not in dropped}
    return [_without(inner, dropped) for inner in value] if isinstance(value, list) else value


def _word(value: Any) -> str:
    """A word from a stranger's file, short and printable."""
    text = value if isinstance(value, str) else type(value).__name__
    return repr("".join(character if character.isprintable() else " " for character in text)[:60])
