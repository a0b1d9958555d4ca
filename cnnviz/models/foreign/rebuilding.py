"""Building a stranger's network anew from its checked parts, so that it takes pixels and answers in probabilities."""

from typing import Literal, get_args

import keras
import numpy as np

from cnnviz.errors import DataError, SpecError
from cnnviz.models.foreign.sandbox import Foreign

__all__ = ["SCALINGS", "Scaling", "rebuild", "usual_scaling"]

# What a network was trained on, by pixels in 0..255: as they are, divided by 255, in -1..1, or by the means and
# spreads of ImageNet's channels (the usual ones of PyTorch's models).
Scaling = Literal["pixels", "unit", "symmetric", "imagenet"]
SCALINGS: tuple[Scaling, ...] = get_args(Scaling)

_MEAN, _SPREAD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])


def usual_scaling(foreign: Foreign) -> Scaling:
    """Guess what a network takes: pixels where it scales them itself, else shares in [0, 1]."""
    return "pixels" if foreign.scales else "unit"


def rebuild(foreign: Foreign, scaling: Scaling) -> keras.Model:
    """Build a network from its configuration and weights.

    Args:
        foreign: as `inspect_model` returns it.
        scaling: what it was trained on.

    Returns:
        A model from images (height, width, channels) in 0..255 to probabilities; the network itself where it is one
        already, else the network between a scaling and a softmax or sigmoid.

    Raises:
        DataError: the parts do not fit together.
        SpecError: the scaling needs three channels.
    """
    try:
        network = keras.saving.deserialize_keras_object(foreign.config, safe_mode=True)
        network.set_weights(list(foreign.weights))
    except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        raise DataError("the model cannot be built from its parts; save it again with a newer Keras") from error
    ending = "sigmoid" if foreign.units == 1 else "softmax"
    if scaling == "pixels" and foreign.ending != "linear":
        return network
    image = keras.Input(foreign.input_shape, name="image")
    answer = network(_scaled(image, scaling))
    if foreign.ending == "linear":
        answer = keras.layers.Activation(ending, name="probabilities")(answer)
    return keras.Model(image, answer, name="cnn")


def _scaled(image: keras.KerasTensor, scaling: Scaling) -> keras.KerasTensor:
    match scaling:
        case "unit":
            return keras.layers.Rescaling(1 / 255, name="scaling")(image)
        case "symmetric":
            return keras.layers.Rescaling(1 / 127.5, offset=-1.0, name="scaling")(image)
        case "imagenet":
            if image.shape[-1] != 3:
                raise SpecError("the scaling imagenet is for colour images and this network takes grey ones; use unit")
            scale, offset = (1 / (255 * _SPREAD)).tolist(), (-_MEAN / _SPREAD).tolist()
            return keras.layers.Rescaling(scale, offset=offset, name="scaling")(image)
        case _:
            return image
