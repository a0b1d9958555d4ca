"""Changing images at random as plain code, the same as `cnnviz.training.augment`."""

from cnnviz.spec import Augmentation

__all__ = ["augment_code", "sides_code"]

_AUGMENT = '''\
def uniform(images, limit, seed, purpose):
    """Return a number between -limit and limit for each image; each purpose draws its own."""
    return tf.random.stateless_uniform([len(images)], tf.random.fold_in(seed, purpose), -limit, limit)


def moved(images, seed{mirrored}):
    """Turn, zoom, mirror and shift each image; what leaves the picture is mirrored back in."""
    height, width = images.shape[1:3]
    angle = uniform(images, np.deg2rad(ROTATION), seed, 0)
    scale = 1 / (1 + uniform(images, ZOOM, seed, 1))
{flip}    right = tf.round(uniform(images, SHIFT * width, seed, 3))
    down = tf.round(uniform(images, SHIFT * height, seed, 5))
    # from where a pixel lands to where it came from: (x, y) -> (a x + b y + c, d x + e y + f)
    a, b = scale * tf.cos(angle) * flip, -scale * tf.sin(angle) * flip
    d, e = scale * tf.sin(angle), scale * tf.cos(angle)
    x, y = (width - 1) / 2, (height - 1) / 2
    c, f = x - a * x - b * y + right, y - d * x - e * y + down
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=tf.stack([a, b, c, d, e, f, tf.zeros_like(a), tf.zeros_like(a)], axis=1),
        output_shape=[height, width],
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="REFLECT",
    )


def augment(images, seed{mirrored}):
    """Change images at random; the same seed changes them the same way."""
    if FLIP or SHIFT or ROTATION or ZOOM:
        images = moved(images, seed{mirrored})
    if CONTRAST:
        mean = tf.reduce_mean(images, axis=(1, 2, 3), keepdims=True)
        factor = 1 + uniform(images, CONTRAST, seed, 4)[:, None, None, None]
        images = tf.clip_by_value((images - mean) * factor + mean, 0, 255)
    return images


'''

_FLIP = "    flip = tf.where(uniform(images, 1.0, seed, 2) < 0, -1.0, 1.0) if FLIP else tf.ones(len(images))\n"
_ALTERNATE = "    flip = tf.where(mirrored, -1.0, 1.0) if FLIP else tf.ones(len(images))\n"
_SIDES = """\
# each image is mirrored in every other epoch, these in the even ones
MIRRORED = tf.random.stateless_uniform([len(x_train)], [SEED, -1]).numpy() < 0.5
"""


def augment_code(change: Augmentation, *, alternate: bool = False) -> str:
    """Return the code of `augment(images, seed)`; it needs `np`, `tf` and the settings of the changes.

    Args:
        change: which changes.
        alternate: whether it takes as a third argument which images are mirrored, instead of drawing them.
    """
    if not change.active:
        return ""
    mirrored, flip = (", mirrored", _ALTERNATE) if alternate else ("", _FLIP)
    return _AUGMENT.replace("{mirrored}", mirrored).replace("{flip}", flip)


def sides_code() -> str:
    """Return the code of `MIRRORED`, which images are mirrored in even epochs where mirroring alternates."""
    return _SIDES
