"""The layers a network is made of, each with its own arithmetic.

A layer's settings know the shape that leaves it, how many parameters it has and how many multiply-adds one image
costs, so a page can show a table that follows every edit without building anything.
Shapes are those of one image: (height, width, channels) or (features,).
"""

from typing import Annotated, Literal

from pydantic import Field

from cnnviz.errors import SpecError
from cnnviz.spec.base import Settings

__all__ = [
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


class _Layer(Settings):
    """A layer that changes neither the shape nor costs anything."""

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


class Pooling(_Layer):
    """The largest or the mean value of every window."""

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


class BatchNormalization(_Layer):
    """Centre and scale every channel by the batch's mean and spread (Ioffe and Szegedy 2015).

    Attributes:
        momentum: the share of the moving mean and variance that each step keeps. They show what the network says
            between two epochs; before every look they are measured anew over training images.
        scale: whether a factor for each channel is learned; without one only the offset is.
    """

    kind: Literal["batch_normalization"] = "batch_normalization"
    momentum: float = Field(default=0.99, ge=0, lt=1)
    scale: bool = True

    def parameters(self, shape: Shape) -> int:
        return (3 + self.scale) * shape[-1]  # offset, moving mean, moving variance; scale


class Dropout(_Layer):
    """Silence a random share of the values while training (Srivastava et al. 2014)."""

    kind: Literal["dropout"] = "dropout"
    rate: float = Field(default=0.25, ge=0, lt=1)


class Activation(_Layer):
    """A function applied to every value, as a layer of its own."""

    kind: Literal["activation"] = "activation"
    function: Function = "relu"


class Scaling(_Layer):
    """Every value times a constant; before the output it makes the network's first answers less sure."""

    kind: Literal["scaling"] = "scaling"
    factor: float = Field(default=0.1, gt=0, le=100)


class Flatten(_Layer):
    """Lay the feature maps out as one row of numbers."""

    kind: Literal["flatten"] = "flatten"

    def output_shape(self, shape: Shape) -> Shape:
        height, width, channels = _image_shape(shape, "a flatten")
        return (height * width * channels,)


class GlobalPooling(_Layer):
    """One number a channel: the mean or the largest value of its whole feature map."""

    kind: Literal["global_pooling"] = "global_pooling"
    mode: Literal["average", "max"] = "average"

    def output_shape(self, shape: Shape) -> Shape:
        _, _, channels = _image_shape(shape, "a global pooling")
        return (channels,)


class Dense(_Layer):
    """Every number in connected with every number out."""

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


Layer = Annotated[
    Convolution | Pooling | BatchNormalization | Dropout | Activation | Scaling | Flatten | GlobalPooling | Dense,
    Field(discriminator="kind"),
]
