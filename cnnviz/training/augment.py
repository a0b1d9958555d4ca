"""Random changes to training images, as one affine map and one change of contrast.

Flip, shift, rotation and zoom are multiplied into one matrix an image and sampled once: cheaper than a
layer for each, and blurred once at most. Whole-pixel shifts and flips are exact copies. What leaves the picture is
mirrored back in. The randomness depends on a seed alone, so a resumed run sees the very images an uninterrupted one
would have seen.
"""

import math

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from cnnviz.spec import Augmentation

__all__ = ["augment", "first_sides", "preview"]

_SIDES = -1  # steps count from 0, so this is no step's seed


def augment(
    images: tf.Tensor, augmentation: Augmentation, seed: tf.Tensor, mirrored: tf.Tensor | None = None
) -> tf.Tensor:
    """Change a batch of images at random.

    Args:
        images: (batch, height, width, channels) float32 in 0..255.
        augmentation: which changes and how strong.
        seed: (2,) int32; the same seed gives the same changes.
        mirrored: (batch,) bool, which images are mirrored where `flip` is chosen; None draws them.

    Returns:
        A tensor of the same shape and type, in 0..255.
    """
    if augmentation.flip or augmentation.shift or augmentation.rotation or augmentation.zoom:
        images = _move(images, augmentation, seed, mirrored)
    if augmentation.contrast:
        mean = tf.reduce_mean(images, axis=(1, 2, 3), keepdims=True)
        factor = 1.0 + _uniform(images, augmentation.contrast, seed, 4)[:, None, None, None]
        images = tf.clip_by_value((images - mean) * factor + mean, 0.0, 255.0)
    return images


def _uniform(images: tf.Tensor, limit: float, seed: tf.Tensor, purpose: int) -> tf.Tensor:
    """A number in [-limit, limit) an image; each purpose draws its own."""
    return tf.random.stateless_uniform([tf.shape(images)[0]], tf.random.fold_in(seed, purpose), -limit, limit)


def _move(images: tf.Tensor, augmentation: Augmentation, seed: tf.Tensor, mirrored: tf.Tensor | None) -> tf.Tensor:
    """Sample every image once through its own flip, rotation, zoom and shift."""
    height, width = images.shape[1], images.shape[2]
    angle = _uniform(images, math.radians(augmentation.rotation), seed, 0)
    scale = 1.0 / (1.0 + _uniform(images, augmentation.zoom, seed, 1))
    if mirrored is None:
        mirrored = _uniform(images, 1.0, seed, 2) < 0
    flip = tf.where(mirrored, -1.0, 1.0) if augmentation.flip else 1.0
    right = tf.round(_uniform(images, augmentation.shift * width, seed, 3))
    down = tf.round(_uniform(images, augmentation.shift * height, seed, 5))
    # The map goes from where a pixel lands to where it came from, about the picture's centre.
    a, b = scale * tf.cos(angle) * flip, -scale * tf.sin(angle) * flip
    d, e = scale * tf.sin(angle), scale * tf.cos(angle)
    centre_x, centre_y = (width - 1) / 2, (height - 1) / 2
    c = centre_x - a * centre_x - b * centre_y + right
    f = centre_y - d * centre_x - e * centre_y + down
    zero = tf.zeros_like(angle)
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=tf.stack([a + zero, b + zero, c, d + zero, e + zero, f, zero, zero], axis=1),
        output_shape=[height, width],
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="REFLECT",
    )


def first_sides(count: int, seed: int) -> tf.Tensor:
    """Draw which images are mirrored in even epochs, where mirroring alternates; in odd ones it is the others.

    Args:
        count: how many training images there are.
        seed: of the run.

    Returns:
        (count,) bool, about half of them True.
    """
    return tf.random.stateless_uniform([count], [seed, _SIDES]) < 0.5


def preview(image: NDArray[np.uint8], augmentation: Augmentation, count: int = 8, seed: int = 0) -> NDArray[np.uint8]:
    """Show what augmentation makes of one image.

    Args:
        image: (height, width, channels) uint8.
        augmentation: which changes and how strong.
        count: how many versions.
        seed: the same seed gives the same versions.

    Returns:
        (count, height, width, channels) uint8.
    """
    copies = tf.repeat(tf.constant(image[None], tf.float32), count, axis=0)
    changed = augment(copies, augmentation, tf.constant([seed, 0], tf.int32))
    return np.asarray(tf.cast(tf.round(changed), tf.uint8))
