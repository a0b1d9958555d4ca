"""A ModelSpec as plain Keras code, line by line what `cnnviz.models.build` makes of it."""

from typing import Any

from cnnviz.spec import Convolution, Layer, ModelSpec
from cnnviz.spec.keras_layers import FirstWeights, Penalty, Seed

__all__ = ["network_code"]

_LONGEST_LINE = 120


def network_code(spec: ModelSpec) -> str:
    """Return the code that makes a keras.Model called `model`; it needs `keras`, `np` and a number called `SEED`.

    Whitened kernels are random here: they are made of images, see `cnnviz.export.whitening_code`.
    """
    named = (*zip(spec.names, spec.layers, strict=True), *spec.output_layers)
    weighted = any(FirstWeights() in layer.keras_layer.options.values() for _, layer in named)
    lines = [
        *(_FIRST_WEIGHTS if weighted else ()),
        f'inputs = keras.Input({spec.input_shape}, name="image")',
        'x = keras.layers.Rescaling(1 / 255, name="rescaling")(inputs)',
        *(_line(name, layer, number) for number, (name, layer) in enumerate(named)),
        f'outputs = keras.layers.Activation("{spec.output}", name="probabilities")(x)',
        'model = keras.Model(inputs, outputs, name="cnn")',
        *(line for name, layer in named if isinstance(layer, Convolution) for line in _beginning(name, layer)),
        "model.summary()",
    ]
    return "\n".join(lines) + "\n"


_FIRST_WEIGHTS = (
    "def first_weights(layer):",
    '    """Return where a layer\'s weights begin: each layer has its own seed, or equal layers would stay equal."""',
    "    return keras.initializers.GlorotUniform(SEED * 1009 + layer)",
    "",
    "",
)


def _line(name: str, layer: Layer, number: int) -> str:
    """Return the code of one layer, broken where it is too long for a line."""
    described = layer.keras_layer
    kind, options = described.name, {**described.options, "name": name}
    given = (
        *(_code(value, number) for value in described.values),
        *(f"{option}={_code(value, number)}" for option, value in options.items()),
    )
    line = ", ".join(given)
    if len(f"x = keras.layers.{kind}({line})(x)") <= _LONGEST_LINE:
        return f"x = keras.layers.{kind}({line})(x)"
    rows = line if len(line) + 4 <= _LONGEST_LINE else ",\n    ".join(given) + ","
    return f"x = keras.layers.{kind}(\n    {rows}\n)(x)"


def _beginning(name: str, layer: Convolution) -> tuple[str, ...]:
    """Return the lines that set a convolution's first kernels, where no initialiser of Keras does, and hold them."""
    kernel = f"model.get_layer({_quoted(name)}).kernel"
    frozen = (f"{kernel}.trainable = False",) if layer.frozen else ()
    if layer.initial != "identity":
        return frozen
    return (
        f"kernel = {kernel}.numpy().copy()  # its first filters pass each channel on",
        "same, centre = min(kernel.shape[2:]), kernel.shape[0] // 2",
        "kernel[..., :same] = 0",
        "kernel[centre, centre, :same, :same] = np.eye(same)",
        f"{kernel}.assign(kernel)",
        *frozen,
    )


def _code(value: Any, number: int) -> str:
    """Return what a layer is given, as Python writes it."""
    match value:
        case Seed():
            return f"SEED * 1009 + {number}"
        case FirstWeights():
            return f"first_weights({number})"
        case Penalty():
            return f"keras.regularizers.L2({value.l2!r})"
    return _quoted(value) if isinstance(value, str) else repr(value)


def _quoted(text: str) -> str:
    return f'"{text}"'
