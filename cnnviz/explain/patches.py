"""The patches that excite a filter most, and the filters that nothing excites.

Source: Zeiler and Fergus 2014, "Visualizing and understanding convolutional networks", section 4.1.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike, NDArray

from cnnviz.errors import DataError, SpecError
from cnnviz.explain.batching import as_images, image_batches
from cnnviz.explain.compiled import compiled
from cnnviz.explain.network import find_layer, full_name, image_batch, image_shape
from cnnviz.explain.passage import Passage, pass_through
from cnnviz.explain.receptive import Box, measured_box, receptive_field

__all__ = ["Peaks", "StrongestPatches", "activation_peaks", "dead_filters", "strongest_patches"]


@dataclass(frozen=True, eq=False)
class Peaks:
    """Where each filter of a layer answers most strongly to each image.

    Attributes:
        layer: the layer's name.
        values: (images, filters) float32, the largest activation.
        rows: (images, filters) int32, where it is on the feature map.
        columns: (images, filters) int32.
        alive: (filters,) bool: whether the activation, after the function that follows the filter, is above 0 anywhere.
    """

    layer: str
    values: NDArray[np.float32]
    rows: NDArray[np.int32]
    columns: NDArray[np.int32]
    alive: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class StrongestPatches:
    """The patches that excite one filter most, the strongest first, one an image.

    Attributes:
        layer: the layer's name.
        filter: the filter's number.
        images: (patches,) which images they come from.
        rows: (patches,) the place on the feature map.
        columns: (patches,) the place on the feature map.
        activations: (patches,) float32.
        boxes: the rectangles in the images; they may reach outside, into padding.
        patches: (patches, height, width, channels) of the images' dtype, zeros outside.
        padded: (patches, height, width) bool, the pixels outside the image.
        exact: whether the rectangles are exact; else they are measured by gradients.
    """

    layer: str
    filter: int
    images: NDArray[np.int64]
    rows: NDArray[np.int32]
    columns: NDArray[np.int32]
    activations: NDArray[np.float32]
    boxes: tuple[Box, ...]
    patches: NDArray[Any]
    padded: NDArray[np.bool_]
    exact: bool


def activation_peaks(
    model: keras.Model,
    layer: str | int,
    images: ArrayLike,
    *,
    on_progress: Callable[[int, int], None] | None = None,
) -> Peaks:
    """Find where each filter answers most strongly to each image: one pass, good for all filters of the layer.

    Args:
        model: any Keras model of one image.
        layer: name or index of a layer with feature maps or a vector.
        images: (images, height, width, channels) uint8 or float in 0..255, at least one.
        on_progress: told (images done, images) after each batch.

    Returns:
        For every image and filter the strongest value and its place.

    Raises:
        SpecError: there is no such layer.
        DataError: the images do not fit the model, or there are none.
    """
    shape = image_shape(model, images)
    found, use = find_layer(model, layer)
    count = len(images) if np.ndim(images) == 4 else 1  # type: ignore[arg-type]
    if not count:
        raise DataError("no images were given to look for strong activations in; give at least one")
    run = compiled(model, shape, ("peaks", id(found), use), partial(_peaks, layer))
    parts, done = [], 0
    for batch in image_batches(model, images):
        parts.append([part.numpy() for part in run(batch)])
        done += len(batch)
        if on_progress:
            on_progress(done, count)
    values, rows, columns, after = (np.concatenate(same) for same in zip(*parts, strict=True))
    return Peaks(full_name(model, layer), values, rows, columns, np.asarray((after > 0).any(axis=0)))


def _peaks(layer: str | int, model: keras.Model, images: tf.Tensor) -> list[tf.Tensor]:
    passage = pass_through(model, images)
    call = passage.of(*find_layer(model, layer))
    maps = tf.cast(call.output, tf.float32)
    if maps.shape.rank not in (2, 4):
        raise SpecError(f"the layer {call.name} gives neither feature maps nor a vector; choose another layer")
    width = maps.shape[2] if maps.shape.rank == 4 else 1
    flat = tf.reshape(maps, [tf.shape(maps)[0], -1, maps.shape[-1]])  # (images, places, filters)
    place = tf.argmax(flat, axis=1, output_type=tf.int32)
    after = tf.cast(_after_activation(passage, call.output), tf.float32)
    after = tf.reduce_max(tf.reshape(after, [tf.shape(after)[0], -1, after.shape[-1]]), axis=1)
    return [tf.reduce_max(flat, axis=1), place // width, place % width, after]


_FUNCTIONS = (keras.layers.Activation, keras.layers.ReLU, keras.layers.LeakyReLU, keras.layers.ELU, keras.layers.PReLU)
_BETWEEN = (keras.layers.BatchNormalization, keras.layers.Dropout, keras.layers.SpatialDropout2D)


def _after_activation(passage: Passage, maps: tf.Tensor) -> tf.Tensor:
    """Follow maps through a batch normalisation to the activation layer behind it, if that is what comes next.

    A linear convolution in front of them is not dead because its own output is below zero.
    """
    followed = maps
    for _ in passage.calls:
        users = [call for call in passage.calls if call.inputs is followed and not call.inside]
        if len(users) != 1 or not isinstance(users[0].layer, _FUNCTIONS + _BETWEEN):
            return maps
        followed = users[0].output
        if isinstance(users[0].layer, _FUNCTIONS):
            return followed
    return maps


def dead_filters(model: keras.Model, layer: str | int, images: ArrayLike) -> NDArray[np.bool_]:
    """Name the filters that answer to none of the images: no activation above 0 anywhere.

    Args:
        model: any Keras model of one image.
        layer: name or index; a batch normalisation and an activation layer right behind it count as its own.
        images: (images, height, width, channels) uint8 or float in 0..255, at least one.

    Returns:
        (filters,) True for the dead.

    Raises:
        SpecError: there is no such layer.
        DataError: the images do not fit the model, or there are none.
    """
    return ~activation_peaks(model, layer, images).alive


def strongest_patches(
    model: keras.Model,
    layer: str | int,
    filter: int,  # noqa: A002 - the vocabulary's word
    images: ArrayLike,
    count: int = 9,
    *,
    peaks: Peaks | None = None,
) -> StrongestPatches:
    """Cut out the patches that excite a filter most (as Zeiler and Fergus 2014 show filters of deep layers).

    Args:
        model: any Keras model of one image.
        layer: name or index of a layer with feature maps.
        filter: the filter's number.
        images: (images, height, width, channels) uint8 or float in 0..255.
        count: patches wanted; fewer come where there are fewer images.
        peaks: of the same layer and images, to look at another filter without another pass.

    Returns:
        The patches, strongest first, each from another image and cut to the filter's receptive field.

    Raises:
        SpecError: there is no such layer or filter, or count is below 1.
        DataError: the images do not fit the model, or there are none.
    """
    array = as_images(images)
    array = array if array.ndim == 4 else image_batch(model, array)
    peaks = peaks or activation_peaks(model, layer, array)
    filters = peaks.values.shape[1]
    if not 0 <= filter < filters or count < 1:
        raise SpecError(
            f"filter {filter} and {count} patches were asked of the layer {peaks.layer}; give a filter from 0 to "
            f"{filters - 1} and at least 1 patch"
        )
    if len(peaks.values) != len(array):
        raise SpecError(
            f"the peaks are of {len(peaks.values)} images and {len(array)} were given; give the same images"
        )
    chosen = np.argsort(-peaks.values[:, filter], kind="stable")[:count]
    rows, columns = peaks.rows[chosen, filter], peaks.columns[chosen, filter]
    shape = image_shape(model, array)
    field = receptive_field(model, layer, array)
    places = [(int(row), int(column)) for row, column in zip(rows, columns, strict=True)]
    boxes = [field.box(*place) if field else measured_box(model, layer, *place, shape) for place in places]
    boxes = _same_size(boxes)
    cut = [_cut(array[image], box) for image, box in zip(chosen, boxes, strict=True)]
    return StrongestPatches(
        layer=peaks.layer,
        filter=filter,
        images=chosen,
        rows=rows,
        columns=columns,
        activations=peaks.values[chosen, filter],
        boxes=tuple(boxes),
        patches=np.stack([patch for patch, _ in cut]),
        padded=np.stack([padded for _, padded in cut]),
        exact=field is not None,
    )


def _same_size(boxes: list[Box]) -> list[Box]:
    """Enlarge rectangles about their middles to the largest one's size."""
    height, width = max(box.height for box in boxes), max(box.width for box in boxes)
    return [
        Box(box.top - (height - box.height) // 2, box.left - (width - box.width) // 2, height, width) for box in boxes
    ]


def _cut(image: NDArray[Any], box: Box) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Cut a rectangle from an image (height, width, channels), zeros and True outside."""
    rows, columns = np.arange(box.height) + box.top, np.arange(box.width) + box.left
    inside = np.logical_and.outer((rows >= 0) & (rows < image.shape[0]), (columns >= 0) & (columns < image.shape[1]))
    near = image[np.clip(rows, 0, image.shape[0] - 1)][:, np.clip(columns, 0, image.shape[1] - 1)]
    return np.where(inside[..., None], near, np.zeros((), image.dtype)), ~inside
