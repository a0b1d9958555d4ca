"""The kernels of a convolution layer, whatever kind of convolution it is."""

import inspect
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from cnnviz.errors import SpecError
from cnnviz.explain.network import find_layer, full_name, refuse_channels_first, walk
from cnnviz.explain.places import CONVOLUTIONS

__all__ = ["Convolution", "convolution_of", "first_convolution", "kernels"]


@dataclass(frozen=True, eq=False)
class Convolution:
    """A convolution layer's numbers, as one ordinary convolution.

    A depthwise convolution is one whose filters see a single channel each; a separable one has exactly the same result
    as an ordinary one whose kernel is the product of its two parts.

    Attributes:
        name: the layer's, or that of the use that was asked for.
        kernel: (kernel height, kernel width, channels a filter sees, filters) float32.
        bias: (filters,) float32; zeros without one.
        channels_of: (filters, channels a filter sees) int: which input channels each filter sees.
        strides: (rows, columns).
        dilation: (rows, columns) from one kernel cell to the next.
        padding: "valid" or "same".
        activation: the activation function's name, "linear" for none.
    """

    name: str
    kernel: NDArray[np.float32]
    bias: NDArray[np.float32]
    channels_of: NDArray[np.int64]
    strides: tuple[int, int]
    dilation: tuple[int, int]
    padding: str
    activation: str


def kernels(model: keras.Model, layer: str | int | None = None) -> NDArray[np.float32]:
    """Return the kernels of a convolution layer.

    Args:
        model: any built Keras model with 2-D convolutions.
        layer: name or index; None for the first convolution.

    Returns:
        (kernel height, kernel width, channels in, filters) float32, a copy. A filter of a depthwise convolution sees
        one channel, so channels in is 1; of a grouped one, its group's. A separable convolution gives the product of
        its two parts, a transposed one its kernel with its axes in this order.

    Raises:
        SpecError: there is no such layer, or it has no 2-D kernels.
    """
    found = first_convolution(model) if layer is None else find_layer(model, layer)[0]
    return _kernel(found, model)


def first_convolution(model: keras.Model) -> keras.layers.Layer:
    """Return the first layer with 2-D kernels.

    Args:
        model: any Keras model.

    Raises:
        SpecError: there is none.
    """
    for _, layer in walk(model):
        if isinstance(layer, CONVOLUTIONS):
            return layer
    raise SpecError(f"the model {model.name} has no 2-D convolution and so no kernels; choose a convolutional network")


def convolution_of(model: keras.Model, layer: str | int) -> Convolution:
    """Read a convolution layer's numbers.

    Args:
        model: any built Keras model.
        layer: name or index of a Conv2D, DepthwiseConv2D or SeparableConv2D layer.

    Returns:
        Its kernel, bias and geometry, as one ordinary convolution.

    Raises:
        SpecError: there is no such layer, or its output is not a plain sum over patches.
    """
    found, _ = find_layer(model, layer)
    kernel = _kernel(found, model)
    if isinstance(found, keras.layers.Conv2DTranspose):
        raise SpecError(
            f"the layer {found.name} is a transposed convolution, which spreads values instead of adding up patches; "
            "choose a Conv2D layer"
        )
    refuse_channels_first(model)
    filters = kernel.shape[-1]
    bias = np.zeros(filters, np.float32) if found.bias is None else _array(found.bias)
    return Convolution(
        name=full_name(model, layer),
        kernel=kernel,
        bias=bias,
        channels_of=_channels_of(found, kernel),
        strides=_pair(found.strides),
        dilation=_pair(found.dilation_rate),
        padding=found.padding,
        activation=_function_name(found.activation),
    )


def _kernel(layer: keras.layers.Layer, model: keras.Model) -> NDArray[np.float32]:
    if not isinstance(layer, CONVOLUTIONS):
        names = [found.name for _, found in walk(model) if isinstance(found, CONVOLUTIONS)]
        raise SpecError(
            f"the layer {layer.name} is a {type(layer).__name__} and has no 2-D kernels; choose one of "
            f"{', '.join(names[:12]) or 'another model'}"
        )
    if not layer.built:
        raise SpecError(f"the layer {layer.name} has no weights yet; call the model on an image once")
    if isinstance(layer, keras.layers.SeparableConv2D):
        depthwise, pointwise = _array(layer.depthwise_kernel), _array(layer.pointwise_kernel)[0, 0]
        pointwise = pointwise.reshape(*depthwise.shape[2:], -1)  # (channels in, multiplier, filters)
        return np.asarray(np.einsum("hwcm,cmf->hwcf", depthwise, pointwise), np.float32)
    kernel = _array(layer.kernel)
    if isinstance(layer, keras.layers.DepthwiseConv2D):
        return kernel.reshape(*kernel.shape[:2], 1, -1)  # filter number = channel * multiplier + m
    if isinstance(layer, keras.layers.Conv2DTranspose):
        return kernel.transpose(0, 1, 3, 2)  # Keras keeps (height, width, filters, channels in)
    return kernel


def _channels_of(layer: keras.layers.Layer, kernel: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return which input channels each filter sees, (filters, channels a filter sees)."""
    seen, filters = kernel.shape[2:]
    if isinstance(layer, keras.layers.DepthwiseConv2D):
        return np.asarray(np.arange(filters) // layer.depth_multiplier, np.int64)[:, None]
    group = np.arange(filters) // (filters // getattr(layer, "groups", 1))
    return np.asarray(group[:, None] * seen + np.arange(seen)[None, :], np.int64)


def _array(weight: Any) -> NDArray[np.float32]:
    return np.array(keras.ops.convert_to_numpy(weight), np.float32)


def _pair(value: Any) -> tuple[int, int]:
    rows, columns = (value, value) if isinstance(value, int) else value
    return int(rows), int(columns)


def _function_name(activation: Any) -> str:
    if activation is None:
        return "linear"
    activation = inspect.unwrap(activation)  # another thread may be watching the layer, see `cnnviz.explain.passage`
    return str(getattr(activation, "__name__", None) or getattr(activation, "name", type(activation).__name__))
