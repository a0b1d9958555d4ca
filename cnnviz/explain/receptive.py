"""Receptive fields: which pixels of the image one value of a layer can see.

Along a chain of convolutions, poolings and layers that work value by value, the arithmetic is exact. On other paths
(branches, resizing) it is measured: where the gradient is not zero on a few random images.
Source: Araujo et al. 2019, "Computing receptive fields of convolutional neural networks".
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike

from cnnviz.errors import SpecError
from cnnviz.explain.compiled import compiled
from cnnviz.explain.network import Shape, find_layer, image_shape
from cnnviz.explain.passage import pass_through
from cnnviz.explain.places import IMAGE, LayerPlace, Places, places_of
from cnnviz.explain.windows import check_place, windows_of

__all__ = ["Box", "ReceptiveField", "measured_box", "receptive_field"]

_layers = keras.layers
# Each value from the value at the same place alone.
_POINTWISE = (
    _layers.Activation,
    _layers.ReLU,
    _layers.LeakyReLU,
    _layers.PReLU,
    _layers.ELU,
    _layers.BatchNormalization,
    _layers.Dropout,
    _layers.SpatialDropout2D,
    _layers.GaussianNoise,
    _layers.GaussianDropout,
    _layers.AlphaDropout,
    _layers.Rescaling,
    _layers.Normalization,
    _layers.ActivityRegularization,
    _layers.Identity,
    _layers.RandomFlip,
    _layers.RandomTranslation,
    _layers.RandomRotation,
    _layers.RandomZoom,
    _layers.RandomContrast,
    _layers.RandomBrightness,
)
_KERNELS = (_layers.Conv2D, _layers.DepthwiseConv2D, _layers.SeparableConv2D)
_POOLS = (_layers.MaxPooling2D, _layers.AveragePooling2D)
# From everything: what comes after them sees the whole image.
_WHOLE = (_layers.Flatten, _layers.Dense, _layers.GlobalAveragePooling2D, _layers.GlobalMaxPooling2D)


@dataclass(frozen=True)
class Box:
    """A rectangle of pixels; it may reach outside the image, where there is padding.

    Attributes:
        top: first row.
        left: first column.
        height: rows.
        width: columns.
    """

    top: int
    left: int
    height: int
    width: int


@dataclass(frozen=True)
class ReceptiveField:
    """What every value of a layer sees; pairs are (rows, columns).

    Attributes:
        size: of the rectangle in pixels.
        stride: pixels from one value's rectangle to the next one's.
        offset: where the first value's rectangle begins.
    """

    size: tuple[int, int]
    stride: tuple[int, int]
    offset: tuple[int, int]

    def box(self, row: int, column: int) -> Box:
        """Return the rectangle that one value of the layer sees.

        Args:
            row: of the value, from 0.
            column: of the value, from 0.
        """
        top, left = (
            start + place * step for start, place, step in zip(self.offset, (row, column), self.stride, strict=True)
        )
        return Box(top, left, *self.size)


def receptive_field(model: keras.Model, layer: str | int, image: ArrayLike | None = None) -> ReceptiveField | None:
    """Return what the values of a layer see of the image, by exact arithmetic (Araujo et al. 2019).

    Args:
        model: any Keras model of one image.
        layer: name or index.
        image: (height, width, channels), settles the size where the model takes any.

    Returns:
        The receptive field, or None where the path from the image is no simple chain: see `measured_box`.

    Raises:
        SpecError: there is no such layer, or the model does not take one image.
    """
    shape = image_shape(model, image)
    places = places_of(model, shape)
    number: int | None = places.number(*find_layer(model, layer))
    size, stride, offset = (1, 1), (1, 1), (0, 0)
    while number != IMAGE:
        if number is None:
            return None
        place = places.places[number]
        if isinstance(places.layer(number), _WHOLE) or not place.has_maps:
            return ReceptiveField(shape[:2], (0, 0), (0, 0))
        step = _step(places, number, place)
        if step is None:
            return None
        window, along, before = step
        offset = _pair(start * s - b for start, s, b in zip(offset, along, before, strict=True))
        size = _pair((length - 1) * s + w for length, s, w in zip(size, along, window, strict=True))
        stride = _pair(jump * s for jump, s in zip(stride, along, strict=True))
        number = place.source
    return ReceptiveField(size, stride, offset)


Pair = tuple[int, int]


def _pair(values: Any) -> Pair:
    rows, columns = values
    return int(rows), int(columns)


def _step(places: Places, number: int, place: LayerPlace) -> tuple[Pair, Pair, Pair] | None:
    """Return (extent, stride, offset) of the windows of one layer of a chain, or None for any other layer."""
    layer = places.layer(number)
    if isinstance(layer, _KERNELS + _POOLS) and layer.data_format == "channels_last" and place.input_shape:
        window, dilation = (
            (layer.pool_size, (1, 1)) if isinstance(layer, _POOLS) else (layer.kernel_size, layer.dilation_rate)
        )
        windows = windows_of(
            _pair(place.input_shape[:2]), _pair(window), _pair(layer.strides), layer.padding, _pair(dilation)
        )
        return windows.extent, windows.strides, windows.offset
    if isinstance(layer, _layers.ZeroPadding2D):
        return (1, 1), (1, 1), _pair(side[0] for side in layer.padding)
    if isinstance(layer, _layers.Cropping2D):
        return (1, 1), (1, 1), _pair(-side[0] for side in layer.cropping)
    return ((1, 1), (1, 1), (0, 0)) if isinstance(layer, _POINTWISE) else None


def measured_box(model: keras.Model, layer: str | int, row: int, column: int, shape: Shape) -> Box:
    """Measure what one value sees: the pixels whose gradient is not zero on random images.

    Args:
        model: any Keras model of one image.
        layer: name or index of a layer with feature maps.
        row: of the value.
        column: of the value.
        shape: (height, width, channels) of the images.

    Returns:
        The smallest rectangle around them: never too large, too small only where the network is dead. The whole image
        where no gradient comes through.
    """
    found, use = find_layer(model, layer)
    output_shape = places_of(model, shape).places[places_of(model, shape).number(found, use)].output_shape
    if len(output_shape) != 3:
        return Box(0, 0, *shape[:2])
    check_place(found.name, "channel", row, column, 0, output_shape)
    run = compiled(model, shape, ("support", id(found), use), partial(_support, layer), tf.TensorSpec([2], tf.int32))
    noise = np.random.default_rng(0).uniform(0, 255, (8, *shape)).astype(np.float32)
    seen = run(noise, np.array([row, column], np.int32)).numpy()  # (height, width)
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    if not len(rows):
        return Box(0, 0, *shape[:2])
    return Box(int(rows[0]), int(columns[0]), int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1)


def _support(layer: str | int, model: keras.Model, images: tf.Tensor, place: tf.Tensor) -> tf.Tensor:
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(images)
        call = pass_through(model, images).of(*find_layer(model, layer))
        maps = call.output if call.before_activation is None else call.before_activation
        value = tf.reduce_sum(maps[:, place[0], place[1], :])
    gradients = tape.gradient(value, images)
    if gradients is None:
        raise SpecError(f"no gradient reaches the image from the layer {call.name}; choose another layer")
    return tf.reduce_any(tf.not_equal(gradients, 0), axis=(0, 3))
