"""From the images that everything here has, (height, width, 1 or 3), to those that a stranger's network takes."""

import keras

__all__ = ["image_shape_of", "shaped", "taken"]

_OPAQUE = 255.0  # of a fourth channel, which photos here do not have


def image_shape_of(takes: tuple[int, ...]) -> tuple[int, int, int]:
    """Return the (height, width, channels) of the images that a network is given here.

    Args:
        takes: the shape that it takes, without the images' axis: with or without a channel axis.
    """
    height, width, channels = (*takes, 1)[:3]
    return height, width, {4: 3}.get(channels, channels)


def shaped(image: keras.KerasTensor, takes: tuple[int, ...]) -> keras.KerasTensor:
    """Bring pixels in 0..255 into a network's shape: a missing channel axis left out, a fourth channel opaque."""
    if len(takes) == 2:
        return keras.layers.Reshape(takes, name="without_channels")(image)
    if takes[2] == 4:
        return keras.ops.pad(image, [[0, 0], [0, 0], [0, 0], [0, 1]], constant_values=_OPAQUE)
    return image


def taken(model: keras.Model, takes: tuple[int, ...]) -> keras.Model:
    """Return a network that takes images as they are here; the network itself where it does."""
    shape = image_shape_of(takes)
    if shape == takes:
        return model
    image = keras.Input(shape, name="image")
    return keras.Model(image, model(shaped(image, takes)), name="cnn")
