"""Feature maps: what every layer makes of an image."""

from collections.abc import Sequence
from functools import partial

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike

from cnnviz.errors import SpecError
from cnnviz.explain.batching import batches
from cnnviz.explain.compiled import compiled
from cnnviz.explain.last_maps import CONVOLUTIONS, LAST_MAPS, output_of
from cnnviz.explain.network import Images, find_layer, full_name, image_batch, image_shape
from cnnviz.explain.passage import Passage, pass_through
from cnnviz.explain.places import layers_of

__all__ = ["SEEN", "feature_maps", "network_input"]

SEEN = "(input)"
"""The key under which the input as the network sees it is returned; no Keras layer can be called so by accident."""


def feature_maps(
    model: keras.Model,
    images: ArrayLike,
    layers: Sequence[str | int] | str | int | None = None,
    *,
    include_input: bool = False,
) -> dict[str, Images]:
    """Return what layers make of images, in the order of the pass.

    The function is compiled at the first call and kept with the model, so that the next call takes milliseconds.

    Args:
        model: any Keras model of one image with 2-D layers.
        images: (images, height, width, channels) or one image, uint8 or float in 0..255.
        layers: names or indices, LAST_MAPS for those that `last_place` is about; None for every layer whose output is
            spatial or a vector, those inside nested models included.
        include_input: begin with the input as the network sees it (after rescaling), under the key SEEN.

    Returns:
        {layer name: (images, height, width, channels) float32}; a vector of n numbers is (images, 1, 1, n). A layer
        used twice is listed again as "name:2"; the name of a nested layer that is not unique is its path.

    Raises:
        SpecError: a layer does not exist or gives neither, or the model does not take one image.
        DataError: the images do not fit the model.
    """
    batch = image_batch(model, images)
    shape = image_shape(model, batch)
    wanted = [layers] if isinstance(layers, str | int) else layers
    if wanted is None:
        listed = layers_of(model, batch)
        wanted = [place.name for place in listed if len(place.output_shape) in (1, 3)]
    keys = [layer if isinstance(layer, str) else full_name(model, layer) for layer in wanted]
    for layer in set(keys) - {LAST_MAPS}:
        find_layer(model, layer)
    names = tuple(keys)
    body = partial(_maps, names, include_input)
    run = compiled(model, shape, ("feature maps", names, include_input), body)
    some = batch if len(batch) else np.zeros((1, *shape), np.float32)  # TensorFlow stumbles over no images
    parts = [[maps.numpy() for maps in run(part)] for part in batches(model, some)]
    arrays = [
        np.concatenate(same)[: len(batch)] if len(parts) > 1 else same[0][: len(batch)]
        for same in zip(*parts, strict=True)
    ]
    return dict(zip([SEEN, *keys] if include_input else keys, arrays, strict=True))


def network_input(model: keras.Model, images: ArrayLike) -> Images:
    """Return images as the network sees them: what enters its first convolution, after rescaling.

    Args:
        model: any Keras model of one image.
        images: (images, height, width, channels) or one image, uint8 or float in 0..255.

    Returns:
        (images, height, width, channels) float32; without a convolution, the images as they are.

    Raises:
        DataError: the images do not fit the model.
    """
    return feature_maps(model, images, [], include_input=True)[SEEN]


def _maps(names: tuple[str, ...], include_input: bool, model: keras.Model, images: tf.Tensor) -> list[tf.Tensor]:
    passage = pass_through(model, images)
    found = [_map_of(passage, model, name) for name in names]
    return [_seen(passage), *found] if include_input else found


def _map_of(passage: Passage, model: keras.Model, layer: str) -> tf.Tensor:
    maps = tf.cast(output_of(passage, model, layer), tf.float32)
    if maps.shape.rank == 2:
        return maps[:, None, None, :]
    if maps.shape.rank != 4:
        raise SpecError(
            f"the layer {layer} gives {tuple(maps.shape[1:])} numbers an image, expected feature maps (height, "
            "width, channels) or a vector; choose another layer"
        )
    return maps


def _seen(passage: Passage) -> tf.Tensor:
    """Return the first convolution's input, where the change of scale lies before it."""
    for call in passage.calls:
        if isinstance(call.layer, CONVOLUTIONS) and call.inputs is not None:
            return tf.cast(call.inputs, tf.float32)
    return passage.images
