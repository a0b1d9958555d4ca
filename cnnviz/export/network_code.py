"""A ModelSpec as plain Keras code, line by line what `cnnviz.models.build` makes of it."""

from cnnviz.spec import (
    Activation,
    BatchNormalization,
    Convolution,
    Dense,
    Dropout,
    Flatten,
    GlobalPooling,
    Layer,
    ModelSpec,
    Pooling,
    Scaling,
)

__all__ = ["network_code"]

_LONGEST_LINE = 120


def network_code(spec: ModelSpec) -> str:
    """Return the code that makes a keras.Model called `model`; it needs `keras`, `np` and a number called `SEED`.

    Whitened kernels are random here: they are made of images, see `cnnviz.export.whitening_code`.
    """
    named = (*zip(spec.names, spec.layers, strict=True), *spec.output_layers)
    weighted = any(isinstance(layer, Convolution | Dense) for _, layer in named)
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
    kind, arguments = _parts(layer, number)
    given = (*arguments, f"name={_quoted(name)}")
    line = ", ".join(given)
    if len(f"x = keras.layers.{kind}({line})(x)") <= _LONGEST_LINE:
        return f"x = keras.layers.{kind}({line})(x)"
    rows = line if len(line) + 4 <= _LONGEST_LINE else ",\n    ".join(given) + ","
    return f"x = keras.layers.{kind}(\n    {rows}\n)(x)"


def _parts(layer: Layer, number: int) -> tuple[str, tuple[str, ...]]:
    """Return the Keras layer's class and its arguments; what is Keras' own default is left out."""
    match layer:
        case Convolution():
            return "Conv2D", (
                str(layer.filters),
                str(layer.kernel_size),
                *((f"strides={layer.stride}",) if layer.stride != 1 else ()),
                *((f"padding={_quoted(layer.padding)}",) if layer.padding != "valid" else ()),
                *_activation(layer.activation),
                *(() if layer.bias else ("use_bias=False",)),
                *_weights(layer.l2, number),
            )
        case Dense():
            return "Dense", (str(layer.units), *_activation(layer.activation), *_weights(layer.l2, number))
        case Pooling():
            return ("MaxPooling2D" if layer.mode == "max" else "AveragePooling2D"), (str(layer.size),)
        case GlobalPooling():
            return ("GlobalAveragePooling2D" if layer.mode == "average" else "GlobalMaxPooling2D"), ()
        case Dropout():
            return "Dropout", (repr(layer.rate), f"seed=SEED * 1009 + {number}")
        case Activation():
            return "Activation", (_quoted(layer.function),)
        case BatchNormalization():
            momentum = (f"momentum={layer.momentum!r}",) if layer.momentum != 0.99 else ()
            return "BatchNormalization", (*momentum, *(() if layer.scale else ("scale=False",)))
        case Scaling():
            return "Rescaling", (repr(layer.factor),)
        case Flatten():
            return "Flatten", ()


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


def _activation(function: str) -> tuple[str, ...]:
    return (f"activation={_quoted(function)}",) if function != "linear" else ()


def _weights(l2: float, number: int) -> tuple[str, ...]:
    penalty = (f"kernel_regularizer=keras.regularizers.L2({l2!r})",) if l2 else ()
    return (f"kernel_initializer=first_weights({number})", *penalty)


def _quoted(text: str) -> str:
    return f'"{text}"'
