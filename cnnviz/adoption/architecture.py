"""Which architectures are built from a stranger's configuration: known layers, in bearable numbers and sizes.

A configuration names classes, and Keras would import and call what it names. So every class must be on a list of layers
that compute and do nothing else: none that runs code of its own, reads a file, or fetches anything.
"""

from collections.abc import Iterator
from typing import Any

from cnnviz.adoption.translating import ACTIVATIONS
from cnnviz.errors import DataError

__all__ = ["ALLOWED", "check_depth", "cleaned"]

MOST_LAYERS = 1500
MOST_DEPTH = 40
LARGEST_SIZE = 2**31  # of a single number; what they lead to together is bounded by `cnnviz.adoption.bounds`

# Layers that compute, and those that change images in training and pass them on afterwards.
_LAYERS = frozenset({
    "Activation", "ActivityRegularization", "AdaptiveAveragePooling2D", "AdaptiveMaxPooling2D", "Add",
    "AdditiveAttention", "AlphaDropout", "Attention", "AugMix", "AutoContrast", "Average", "AveragePooling1D",
    "AveragePooling2D", "BatchNormalization", "CenterCrop", "Concatenate",
    "ContrastLimitedAdaptiveHistogramEqualization", "Conv1D", "Conv2D", "Conv2DTranspose", "Cropping2D", "CutMix",
    "Dense", "DepthwiseConv2D", "Dot", "Dropout", "ELU", "EinsumDense", "Equalization", "Flatten", "GaussianDropout",
    "GaussianNoise", "GlobalAveragePooling1D", "GlobalAveragePooling2D", "GlobalMaxPooling1D", "GlobalMaxPooling2D",
    "GroupNormalization", "GroupQueryAttention", "Identity", "InputLayer", "LayerNormalization", "LeakyReLU",
    "MaxPooling1D", "MaxPooling2D", "Maximum", "Minimum", "MixUp", "MultiHeadAttention", "Multiply", "Normalization",
    "PReLU", "Permute", "Pipeline", "RMSNormalization", "RandAugment", "RandomBrightness", "RandomColorDegeneration",
    "RandomColorJitter", "RandomContrast", "RandomCrop", "RandomElasticTransform", "RandomErasing", "RandomFlip",
    "RandomGaussianBlur", "RandomGrayscale", "RandomHue", "RandomInvert", "RandomPerspective", "RandomPosterization",
    "RandomRotation", "RandomSaturation", "RandomSharpness", "RandomShear", "RandomTranslation", "RandomZoom", "ReLU",
    "RepeatVector", "Rescaling", "Reshape", "Resizing", "SeparableConv2D", "Softmax", "Solarization",
    "SpatialDropout2D", "SpectralNormalization", "Subtract", "UnitNormalization", "UpSampling2D", "ZeroPadding2D",
})  # fmt: skip
ALLOWED: dict[str, frozenset[str]] = {
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
        "Abs", "Absolute", "Add", "Amax", "Amin", "Average", "BroadcastTo", "Clip", "Concatenate", "Divide",
        "DivideNoNan", "Dot", "Einsum", "Exp", "ExpandDims", "Expm1", "Flip", "GetItem", "Log", "Log1p", "Matmul",
        "Max", "Maximum", "Mean", "Min", "Minimum", "Moveaxis", "Multiply", "Negative", "Pad", "Power", "Prod", "Ravel",
        "Reciprocal", "Repeat", "Reshape", "Roll", "Round", "Sign", "Sqrt", "Square", "Squeeze", "Stack", "Std",
        "Subtract", "Sum", "Swapaxes", "Take", "Tanh", "Tile", "Transpose", "TrueDivide", "Var",
    }),
    "keras.src.ops.nn": frozenset({
        "AveragePool", "Celu", "Elu", "Gelu", "Glu", "HardShrink", "HardSigmoid", "HardSilu", "HardTanh", "LayerNorm",
        "LeakyRelu", "LogSigmoid", "LogSoftmax", "MaxPool", "Normalize", "RMSNorm", "Relu", "Relu6", "Selu", "Sigmoid",
        "Silu", "SoftShrink", "Softmax", "Softplus", "Softsign", "Squareplus", "TanhShrink", "Threshold",
    }),
    "keras.src.ops.math": frozenset({"Erf", "Logsumexp", "Rsqrt"}),
    "keras.src.ops.core": frozenset({"Cast", "StopGradient", "Unstack"}),
    "keras.src.ops.image": frozenset({"RGBToGrayscale", "RGBToHSV", "Resize"}),
    # layers of Keras' own networks, which are not public
    "keras.src.applications.convnext": frozenset({"LayerScale", "StochasticDepth"}),
    "keras.src.applications.inception_resnet_v2": frozenset({"CustomScaleLayer"}),
}  # fmt: skip
# Good layers of networks that take no images: what such a file is can be said, instead of what is wrong with it.
_NO_IMAGES = frozenset({
    "Bidirectional", "Conv3D", "ConvLSTM2D", "Embedding", "GRU", "LSTM", "Masking", "SimpleRNN", "TextVectorization",
    "TimeDistributed",
})  # fmt: skip
# How Keras writes tensors, tuples and slices; no classes.
_MARKERS = frozenset({
    "__dict__", "__ellipsis__", "__keras_tensor__", "__numpy__", "__slice__", "__tensor__", "__tuple__",
})  # fmt: skip
# What runs code of its own, or reads files, and what to do instead.
_CODE = "which holds code of its own; write it with layers or keras.ops instead, such as Rescaling or x / 255"
_OLD_OPERATION = "an operation of TensorFlow 2; write it with layers instead, such as Rescaling"
_INSTEAD = {
    "Lambda": _CODE,
    "__lambda__": _CODE,
    "TFOpLambda": _OLD_OPERATION,
    "SlicingOpLambda": _OLD_OPERATION,
    "TensorFlowOpLayer": _OLD_OPERATION,
    "TFSMLayer": "which runs a program of TensorFlow's; bring the Keras model that it was exported from",
    "TorchModuleWrapper": "which is a pickle of PyTorch's; build the same with Keras layers",
    "StringLookup": "which reads a file; leave it out, a class name can be given here",
}
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
    check_depth(config, shown)
    config = _without(config, _TRAINING)
    kind = config.get("class_name")
    if kind not in ("Sequential", "Functional", "Model"):
        raise DataError(
            f"the model {shown} is a {_word(kind)}; a Sequential or functional model is accepted, since a class of "
            "your own cannot be built without your code: wrap it, as keras.Model(inputs, outputs), and save that"
        )
    layers = 0
    for part in _objects(config):
        if "class_name" in part:
            layers += _check_class(part, shown)
        _check_sizes(part, shown)
    if layers > MOST_LAYERS:
        raise DataError(f"the model {shown} has {layers:,} layers and operations; at most {MOST_LAYERS:,} are accepted")
    built: dict[str, Any] = _without(config, _REGISTERED)
    return built


def check_depth(value: Any, shown: str) -> None:
    """Refuse a configuration that is nested so deep that nobody should walk through it."""
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
    known = words and kind in ALLOWED.get(module or "", ())
    if not known or registered not in (None, kind):
        if words and kind in _INSTEAD:
            raise DataError(f"the model {shown} has {_word(kind)} in it, {_INSTEAD[kind]}, and save again")
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
        if not isinstance(chosen, str) or chosen not in ACTIVATIONS:
            raise DataError(
                f"the model {shown} has the activation {_word(_named(chosen))}, which is none of Keras' own; replace "
                "it, for example by 'relu', and save again"
            )


def _named(chosen: Any) -> Any:
    """What an activation is called that is kept as an object."""
    if not isinstance(chosen, dict):
        return chosen
    found = (chosen.get("config"), chosen.get("registered_name"), chosen.get("class_name"))
    return next((name for name in found if isinstance(name, str) and name != "function"), chosen)


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
