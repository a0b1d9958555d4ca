"""The layers a network is made of: one class a kind, which says all there is to say of it.

A layer's settings know the shape that leaves it, how many parameters it has and how many multiply-adds one image
costs, so a page can show a table that follows every edit without building anything; and which layer of Keras it is, so
that networks are built, and their code is written, from one description. A new kind is a class here, its place in
`Layer`, and its widgets in the editor where it has settings.
Shapes are those of one image: (height, width, channels) or (features,).
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, get_args

from pydantic import Field

from cnnviz.errors import SpecError
from cnnviz.spec.base import Settings
from cnnviz.spec.keras_layers import FirstWeights, KerasLayer, Penalty, Seed, differing

__all__ = [
    "FUNCTIONS",
    "LAYER_KINDS",
    "Activation",
    "BatchNormalization",
    "Convolution",
    "Dense",
    "Dropout",
    "Flatten",
    "Function",
    "GlobalPooling",
    "Layer",
    "Pooling",
    "Scaling",
    "Shape",
]

Shape = tuple[int, ...]
Function = Literal["linear", "relu", "leaky_relu", "elu", "gelu", "silu", "tanh", "sigmoid"]

FUNCTIONS: Mapping[str, str] = {
    "relu": "ReLU",
    "leaky_relu": "leaky ReLU",
    "elu": "ELU",
    "gelu": "GELU",
    "silu": "SiLU",
    "tanh": "tanh",
    "sigmoid": "sigmoid",
    "linear": "none",
}

# What Keras takes without being told.
_DENSE = {"activation": "linear", "kernel_regularizer": None}
_CONV2D = {**_DENSE, "strides": 1, "padding": "valid", "use_bias": True}

# Far above anything a laptop trains; there so that a typing error does not ask for a terabyte.
_MOST_UNITS = 4096


def _image_shape(shape: Shape, what: str) -> tuple[int, int, int]:
    if len(shape) != 3:
        raise SpecError(
            f"{what} needs feature maps (height, width, channels) but gets {shape[0]} numbers in a row; "
            "move it before the flatten, global pooling or dense layer"
        )
    height, width, channels = shape
    return height, width, channels


def _slide(size: int, window: int, stride: int, padding: str) -> int:
    """How many positions a window takes along one side."""
    return -(-size // stride) if padding == "same" else (size - window) // stride + 1


class _Layer(Settings, ABC):
    """A layer that changes neither the shape nor costs anything.

    Attributes:
        title: its kind, as people write it.
        effect: what it does to the values, where it leaves their number and places as they are, such as "scales".
    """

    title: ClassVar[str]
    effect: ClassVar[str] = ""

    @property
    @abstractmethod
    def keras_layer(self) -> KerasLayer:
        """Which layer of Keras it is, and what that is given."""

    @property
    def keras_name(self) -> str:
        """What the Keras layer is called in a network, before its number; files and links hold these names."""
        return str(getattr(self, "kind"))  # noqa: B009 - each kind has one, the base has none

    @property
    def in_words(self) -> str:
        """Its kind and what tells it from others of its kind."""
        return self.title

    def output_shape(self, shape: Shape) -> Shape:
        """Return the shape that leaves the layer for one image of `shape`.

        Raises:
            SpecError: such an input cannot go through this layer.
        """
        return shape

    def parameters(self, shape: Shape) -> int:
        """Return the number of weights, those that are not trained included."""
        return 0

    def multiply_adds(self, shape: Shape) -> int:
        """Return the multiply-adds of one image's forward pass; only products with weights count."""
        return 0


class Convolution(_Layer):
    """A 2-D convolution: `filters` kernels slide over the image.

    Attributes:
        filters: how many kernels.
        kernel_size: their height and width in pixels.
        stride: how many pixels a kernel moves at once.
        padding: "valid" keeps kernels inside the image, "same" keeps its size.
        activation: the function applied to what leaves it.
        bias: whether each filter adds a number of its own.
        l2: a penalty on the squares of the kernels' weights.
        initial: what the kernels begin as: "random" (Glorot and Bengio 2010); "identity", random but for the first
            filters, which pass each channel on as it is (Zagoruyko and Komodakis 2017); "whitened", of a first layer
            alone: the directions in which the training images' patches vary, each scaled to the same variance, and the
            same directions negated (Page 2019).
        frozen: leave the kernels as they begin; the bias learns.
    """

    title = "Convolution"
    kind: Literal["convolution"] = "convolution"
    filters: int = Field(default=32, ge=1, le=_MOST_UNITS)
    kernel_size: int = Field(default=3, ge=1, le=31)
    stride: int = Field(default=1, ge=1, le=8)
    padding: Literal["valid", "same"] = "valid"
    activation: Function = "relu"
    bias: bool = True
    l2: float = Field(default=0.0, ge=0, le=1)
    initial: Literal["random", "identity", "whitened"] = "random"
    frozen: bool = False

    def most_whitened(self, channels: int) -> int:
        """Return how many whitened kernels there are: each number of a patch gives a direction and its negative."""
        return 2 * self.kernel_size**2 * channels

    def output_shape(self, shape: Shape) -> Shape:
        height, width, channels = _image_shape(shape, "a convolution")
        if self.initial == "whitened" and self.filters > self.most_whitened(channels):
            raise SpecError(
                f"{self.kernel_size}x{self.kernel_size} patches of {channels} channel{'' if channels == 1 else 's'} "
                f"give {self.most_whitened(channels)} whitened kernels and {self.filters} filters are asked for; use "
                "at most that many, or larger kernels"
            )
        if self.padding == "valid" and min(height, width) < self.kernel_size:
            raise SpecError(
                f"a {self.kernel_size}x{self.kernel_size} kernel does not fit on a {height}x{width} feature map; "
                'use a smaller kernel, padding "same", or fewer poolings before it'
            )
        size = (self.kernel_size, self.stride, self.padding)
        return (_slide(height, *size), _slide(width, *size), self.filters)

    def parameters(self, shape: Shape) -> int:
        return self.kernel_size**2 * shape[-1] * self.filters + self.filters * self.bias

    def multiply_adds(self, shape: Shape) -> int:
        height, width, filters = self.output_shape(shape)
        return height * width * filters * self.kernel_size**2 * shape[-1]

    @property
    def keras_layer(self) -> KerasLayer:
        options = {
            "strides": self.stride,
            "padding": self.padding,
            "activation": self.activation,
            "use_bias": self.bias,
            "kernel_initializer": FirstWeights(),
            "kernel_regularizer": Penalty(self.l2) if self.l2 else None,
        }
        return KerasLayer("Conv2D", (self.filters, self.kernel_size), differing(options, _CONV2D))

    @property
    def keras_name(self) -> str:
        return "conv2d"

    @property
    def in_words(self) -> str:
        stride = f" /{self.stride}" if self.stride > 1 else ""
        return f"Convolution {self.filters} · {self.kernel_size}×{self.kernel_size}{stride}"


class Pooling(_Layer):
    """The largest or the mean value of every window."""

    title = "Pooling"
    kind: Literal["pooling"] = "pooling"
    size: int = Field(default=2, ge=2, le=16)
    mode: Literal["max", "average"] = "max"

    def output_shape(self, shape: Shape) -> Shape:
        height, width, channels = _image_shape(shape, "a pooling")
        if min(height, width) < self.size:
            raise SpecError(
                f"a {self.size}x{self.size} pooling does not fit on a {height}x{width} feature map; "
                "remove a pooling before it or use larger images"
            )
        if max(height, width) < 2 * self.size:  # what is left has no height and no width: that is a global pooling
            raise SpecError(
                f"a {self.size}x{self.size} pooling would leave a single pixel of a {height}x{width} feature map; "
                "put a global pooling in its place, remove a pooling before it, or use larger images"
            )
        return (height // self.size, width // self.size, channels)

    @property
    def keras_layer(self) -> KerasLayer:
        return KerasLayer("MaxPooling2D" if self.mode == "max" else "AveragePooling2D", (self.size,))

    @property
    def keras_name(self) -> str:
        return f"{self.mode}_pooling2d"

    @property
    def in_words(self) -> str:
        return f"{'Max' if self.mode == 'max' else 'Mean'} pooling {self.size}×{self.size}"


class BatchNormalization(_Layer):
    """Centre and scale every channel by the batch's mean and spread (Ioffe and Szegedy 2015).

    Attributes:
        momentum: the share of the moving mean and variance that each step keeps. They show what the network says
            between two epochs; before every look they are measured anew over training images.
        scale: whether a factor for each channel is learned; without one only the offset is.
    """

    title = "Batch normalisation"
    effect = "normalises"
    kind: Literal["batch_normalization"] = "batch_normalization"
    momentum: float = Field(default=0.99, ge=0, lt=1)
    scale: bool = True

    def parameters(self, shape: Shape) -> int:
        return (3 + self.scale) * shape[-1]  # offset, moving mean, moving variance; scale

    @property
    def keras_layer(self) -> KerasLayer:
        options = {"momentum": self.momentum, "scale": self.scale}
        return KerasLayer("BatchNormalization", (), differing(options, {"momentum": 0.99, "scale": True}))


class Dropout(_Layer):
    """Silence a random share of the values while training (Srivastava et al. 2014)."""

    title = "Dropout"
    effect = "drops"
    kind: Literal["dropout"] = "dropout"
    rate: float = Field(default=0.25, ge=0, lt=1)

    @property
    def keras_layer(self) -> KerasLayer:
        return KerasLayer("Dropout", (self.rate,), {"seed": Seed()})

    @property
    def in_words(self) -> str:
        return f"Dropout {100 * self.rate:.3g} %"


class Activation(_Layer):
    """A function applied to every value, as a layer of its own."""

    title = "Activation"
    effect = "activates"
    kind: Literal["activation"] = "activation"
    function: Function = "relu"

    @property
    def keras_layer(self) -> KerasLayer:
        return KerasLayer("Activation", (self.function,))

    @property
    def in_words(self) -> str:
        return f"Activation {FUNCTIONS[self.function]}"


class Scaling(_Layer):
    """Every value times a constant; before the output it makes the network's first answers less sure."""

    title = "Scaling"
    effect = "scales"
    kind: Literal["scaling"] = "scaling"
    factor: float = Field(default=0.1, gt=0, le=100)

    @property
    def keras_layer(self) -> KerasLayer:
        return KerasLayer("Rescaling", (self.factor,))

    @property
    def in_words(self) -> str:
        return f"Scaling ×{self.factor:.3g}"


class Flatten(_Layer):
    """Lay the feature maps out as one row of numbers."""

    title = "Flatten"
    kind: Literal["flatten"] = "flatten"

    def output_shape(self, shape: Shape) -> Shape:
        height, width, channels = _image_shape(shape, "a flatten")
        return (height * width * channels,)

    @property
    def keras_layer(self) -> KerasLayer:
        return KerasLayer("Flatten")


class GlobalPooling(_Layer):
    """One number a channel: the mean or the largest value of its whole feature map."""

    title = "Global pooling"
    kind: Literal["global_pooling"] = "global_pooling"
    mode: Literal["average", "max"] = "average"

    def output_shape(self, shape: Shape) -> Shape:
        _, _, channels = _image_shape(shape, "a global pooling")
        return (channels,)

    @property
    def keras_layer(self) -> KerasLayer:
        return KerasLayer("GlobalAveragePooling2D" if self.mode == "average" else "GlobalMaxPooling2D")

    @property
    def keras_name(self) -> str:
        return f"global_{self.mode}_pooling2d"

    @property
    def in_words(self) -> str:
        return f"Global {'max' if self.mode == 'max' else 'mean'}"


class Dense(_Layer):
    """Every number in connected with every number out."""

    title = "Dense"
    kind: Literal["dense"] = "dense"
    units: int = Field(default=64, ge=1, le=_MOST_UNITS)
    activation: Function = "relu"
    l2: float = Field(default=0.0, ge=0, le=1)

    def output_shape(self, shape: Shape) -> Shape:
        if len(shape) != 1:
            raise SpecError(
                f"a dense layer needs numbers in a row but gets feature maps of {shape[0]}x{shape[1]}x{shape[2]}; "
                "put a flatten or a global pooling before it"
            )
        return (self.units,)

    def parameters(self, shape: Shape) -> int:
        return (shape[-1] + 1) * self.units

    def multiply_adds(self, shape: Shape) -> int:
        return shape[-1] * self.units

    @property
    def keras_layer(self) -> KerasLayer:
        options = {
            "activation": self.activation,
            "kernel_initializer": FirstWeights(),
            "kernel_regularizer": Penalty(self.l2) if self.l2 else None,
        }
        return KerasLayer("Dense", (self.units,), differing(options, _DENSE))

    @property
    def in_words(self) -> str:
        return f"Dense {self.units}"


Layer = Annotated[
    Convolution | Pooling | BatchNormalization | Dropout | Activation | Scaling | Flatten | GlobalPooling | Dense,
    Field(discriminator="kind"),
]

LAYER_KINDS: tuple[type[Layer], ...] = get_args(get_args(Layer)[0])
