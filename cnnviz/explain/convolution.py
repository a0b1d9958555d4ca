"""The arithmetic of a convolution: every product of one output pixel, and all that a browser needs to do it itself."""

from dataclasses import dataclass
from functools import partial

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike, NDArray

from cnnviz.errors import SpecError
from cnnviz.explain.compiled import compiled, make_ready
from cnnviz.explain.decimals import WrittenSum, written_sum
from cnnviz.explain.network import Images, find_layer, image_shape, one_image
from cnnviz.explain.passage import pass_through
from cnnviz.explain.weights import Convolution, convolution_of
from cnnviz.explain.windows import Windows, check_place, windows_of

__all__ = ["ConvolutionLayer", "ConvolutionTerms", "convolution_layer", "convolution_terms", "layer_values"]


@dataclass(frozen=True, eq=False)
class ConvolutionLayer:
    """A convolution on one image: what goes in, the weights, what comes out, and how patches lie.

    Output pixel (r, c) of filter f, before the activation, is

        bias[f] + sum over i, j, k of inputs[r * strides[0] - offset[0] + i * dilation[0],
                                             c * strides[1] - offset[1] + j * dilation[1],
                                             channels_of[f, k]] * kernel[i, j, k, f]

    where inputs outside the image are 0.

    Attributes:
        name: the layer's name.
        inputs: (input height, input width, input channels) float32.
        kernel: (kernel height, kernel width, channels a filter sees, filters) float32.
        bias: (filters,) float32.
        channels_of: (filters, channels a filter sees): the input channels of each filter.
        strides: (rows, columns).
        dilation: (rows, columns).
        offset: (rows above, columns to the left) of padding with zeros.
        padding: "valid" or "same".
        pre_activation: (height, width, filters) float32, Keras' own.
        activation: (height, width, filters) float32, what leaves the layer.
        function: the activation function's name.
    """

    name: str
    inputs: Images
    kernel: NDArray[np.float32]
    bias: NDArray[np.float32]
    channels_of: NDArray[np.int64]
    strides: tuple[int, int]
    dilation: tuple[int, int]
    offset: tuple[int, int]
    padding: str
    pre_activation: Images
    activation: Images
    function: str


@dataclass(frozen=True, eq=False)
class ConvolutionTerms:
    """Every product that makes one output pixel.

    Attributes:
        layer: its name.
        row: of the output pixel.
        column: of the output pixel.
        filter: the filter's number.
        rows: (kernel height,) the input rows under the kernel; outside the image where padded.
        columns: (kernel width,) the input columns.
        channels: (channels in,) the input channels the filter sees.
        patch: (kernel height, kernel width, channels in) float32, padded cells 0.
        padded: (kernel height, kernel width) bool, the cells outside the image.
        kernel: (kernel height, kernel width, channels in) float32.
        products: (kernel height, kernel width, channels in) float32, patch times kernel.
        channel_sums: (channels in,) float32, the products of each channel added up.
        bias: the filter's bias.
        pre_activation: all channel sums and the bias.
        activation: what leaves the layer there.
        function: the activation function's name.
    """

    layer: str
    row: int
    column: int
    filter: int
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    channels: NDArray[np.int64]
    patch: NDArray[np.float32]
    padded: NDArray[np.bool_]
    kernel: NDArray[np.float32]
    products: NDArray[np.float32]
    channel_sums: NDArray[np.float32]
    bias: float
    pre_activation: float
    activation: float
    function: str

    @property
    def written(self) -> WrittenSum:
        """The channel sums and then the bias as they are written, and the pre-activation that they add up to.

        Raises:
            ValueError: one of them is not finite.
        """
        return written_sum([*self.channel_sums.tolist(), self.bias], self.pre_activation)

    @property
    def decimals(self) -> int:
        """How many decimals it takes for the channel sums and the bias to add up as they are written."""
        return self.written.decimals


def convolution_terms(
    model: keras.Model,
    layer: str | int,
    image: ArrayLike,
    row: int,
    column: int,
    filter: int,  # noqa: A002 - the vocabulary's word
) -> ConvolutionTerms:
    """Take one output pixel of a convolution apart (Dumoulin and Visin 2016, "A guide to convolution arithmetic").

    Args:
        model: any Keras model of one image.
        layer: name or index of a Conv2D, DepthwiseConv2D or SeparableConv2D layer.
        image: (height, width, channels) uint8 or float in 0..255.
        row: of the output pixel, from 0.
        column: of the output pixel, from 0.
        filter: the filter's number, from 0.

    Returns:
        Every product, the bias, the pre-activation and the activation; they equal what Keras computes to 1e-5.

    Raises:
        SpecError: there is no such layer, pixel or filter, or the layer is no convolution.
        DataError: the image does not fit the model.
    """
    batch = one_image(model, image)
    make_ready(model, image_shape(model, batch))
    convolution = convolution_of(model, layer)
    inputs, output, _ = layer_values(model, layer, batch)
    check_place(convolution.name, "filter", row, column, filter, output.shape)
    windows = _windows(convolution, inputs)
    channels = convolution.channels_of[filter]
    patch, padded = windows.patch(inputs[..., channels], row, column)
    kernel = convolution.kernel[..., filter]
    products = patch * kernel
    sums = products.sum(axis=(0, 1), dtype=np.float64)
    rows, columns = windows.cells(row, column)
    return ConvolutionTerms(
        layer=convolution.name,
        row=row,
        column=column,
        filter=filter,
        rows=rows,
        columns=columns,
        channels=channels,
        patch=patch,
        padded=padded,
        kernel=kernel,
        products=products,
        channel_sums=sums.astype(np.float32),
        bias=float(convolution.bias[filter]),
        pre_activation=float(sums.sum() + convolution.bias[filter]),
        activation=float(output[row, column, filter]),
        function=convolution.activation,
    )


def convolution_layer(model: keras.Model, layer: str | int, image: ArrayLike) -> ConvolutionLayer:
    """Return everything about a convolution on one image, for a microscope that computes in the browser.

    Args:
        model: any Keras model of one image.
        layer: name or index of a Conv2D, DepthwiseConv2D or SeparableConv2D layer.
        image: (height, width, channels) uint8 or float in 0..255.

    Raises:
        SpecError: there is no such layer, or it is no convolution.
        DataError: the image does not fit the model.
    """
    batch = one_image(model, image)
    make_ready(model, image_shape(model, batch))
    convolution = convolution_of(model, layer)
    inputs, output, before = layer_values(model, layer, batch)
    return ConvolutionLayer(
        name=convolution.name,
        inputs=inputs,
        kernel=convolution.kernel,
        bias=convolution.bias,
        channels_of=convolution.channels_of,
        strides=convolution.strides,
        dilation=convolution.dilation,
        offset=_windows(convolution, inputs).offset,
        padding=convolution.padding,
        pre_activation=before,
        activation=output,
        function=convolution.activation,
    )


def _windows(convolution: Convolution, inputs: Images) -> Windows:
    return windows_of(
        (inputs.shape[0], inputs.shape[1]),
        (convolution.kernel.shape[0], convolution.kernel.shape[1]),
        convolution.strides,
        convolution.padding,
        convolution.dilation,
    )


def layer_values(model: keras.Model, layer: str | int, image: ArrayLike) -> tuple[Images, Images, Images]:
    """Return a layer's input, its output, and what its activation function was given, on one image.

    Args:
        model: any Keras model of one image.
        layer: name or index of a layer from feature maps to feature maps.
        image: (height, width, channels) uint8 or float in 0..255.

    Returns:
        Three arrays (height, width, channels) float32; the third is the output where there is no activation function.
    """
    batch = one_image(model, image)
    found, use = find_layer(model, layer)
    run = compiled(model, image_shape(model, batch), ("values", id(found), use), partial(_values, layer))
    inputs, output, before = (part.numpy()[0] for part in run(batch))
    return inputs, output, before


def _values(layer: str | int, model: keras.Model, images: tf.Tensor) -> list[tf.Tensor]:
    call = pass_through(model, images).of(*find_layer(model, layer))
    if call.inputs is None or call.inputs.shape.rank != 4 or call.output.shape.rank != 4:
        raise SpecError(
            f"the layer {call.name} does not turn feature maps into feature maps; choose a convolution or a pooling"
        )
    before = call.output if call.before_activation is None else call.before_activation
    return [tf.cast(tensor, tf.float32) for tensor in (call.inputs, call.output, before)]
