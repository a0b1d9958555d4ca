"""The ways in which networks have their pixels scaled, as layers in front of them."""

from typing import Literal, get_args

import keras
import numpy as np

from cnnviz.errors import SpecError

__all__ = ["COLOUR", "SCALINGS", "Scaling", "scaled"]

# By pixels in 0..255: as they are, divided by 255, in -1..1, by the means and spreads of ImageNet's channels (the usual
# ones of PyTorch's models), or blue, green, red less their means (VGG's and ResNet's, from Caffe).
Scaling = Literal["pixels", "unit", "symmetric", "imagenet", "caffe"]
SCALINGS: tuple[Scaling, ...] = get_args(Scaling)
COLOUR: tuple[Scaling, ...] = ("imagenet", "caffe")

_MEAN, _SPREAD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
_CAFFE = (103.939, 116.779, 123.68)  # blue, green, red


def scaled(image: keras.KerasTensor, scaling: Scaling) -> keras.KerasTensor:
    """Scale pixels in 0..255 as a network was trained on them; a fourth channel as the brightness of a colour.

    Args:
        image: (images, height, width, channels), or without channels.
        scaling: what the network was trained on.

    Raises:
        SpecError: the scaling needs three channels.
    """
    if scaling in COLOUR and (len(image.shape) != 4 or image.shape[-1] != 3):
        raise SpecError(f"the scaling {scaling} is for colour images and this network takes others; use unit")
    match scaling:
        case "unit":
            return keras.layers.Rescaling(1 / 255, name="scaling")(image)
        case "symmetric":
            return keras.layers.Rescaling(1 / 127.5, offset=-1.0, name="scaling")(image)
        case "imagenet":
            scale, offset = (1 / (255 * _SPREAD)).tolist(), (-_MEAN / _SPREAD).tolist()
            return keras.layers.Rescaling(scale, offset=offset, name="scaling")(image)
        case "caffe":
            blue_first = keras.ops.take(image, [2, 1, 0], axis=-1)
            return keras.layers.Rescaling(1.0, offset=[-mean for mean in _CAFFE], name="scaling")(blue_first)
        case _:
            return image
