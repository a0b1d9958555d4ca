"""What an opened network is: what it takes, what it answers, and what its answers mean. In the child alone."""

from typing import Any

import keras
import numpy as np

from cnnviz.adoption.images import image_shape_of, taken
from cnnviz.errors import CnnvizError
from cnnviz.explain.answers import answers_of
from cnnviz.keras_private import layers_inside, name_of_maker

__all__ = ["looked_at", "misfit"]

_SIDES = (4, 512)
_ALIKE = 1e-3  # how much of a number an answer may differ by with another image beside its own
_CONVOLUTIONS = (keras.layers.Conv2D, keras.layers.DepthwiseConv2D, keras.layers.SeparableConv2D)


def misfit(model: Any) -> str:
    """Say why a network is no classifier of images with something to look at; empty where it is one."""
    inputs, outputs = model.inputs, model.outputs
    if not inputs or not outputs:
        return "it was never built; call it on an image once, then save it again"
    if len(inputs) > 1:
        return (
            f"it has {len(inputs)} inputs ({_names(inputs)}), and one image fits; make a model of one of them, as "
            "keras.Model(image, answer), and save that"
        )
    if len(outputs) > 1:
        first = outputs[0]._keras_history.operation.name
        return (
            f"it has {len(outputs)} outputs ({_names(outputs)}), and one fits; choose one, as keras.Model(model.input, "
            f"model.get_layer({first!r}).output), and save that"
        )
    return _not_images(tuple(inputs[0].shape[1:])) or _no_answer(tuple(outputs[0].shape[1:])) or _nothing_seen(model)


def looked_at(model: Any) -> dict[str, Any]:
    """Say what a network takes and answers.

    Args:
        model: built, with its weights, and no misfit.

    Returns:
        "problem", a sentence where it cannot look at images, else empty, and the facts that `Foreign` has.
    """
    takes = tuple(model.inputs[0].shape[1:])
    shape = image_shape_of(takes)
    network = taken(model, takes)
    try:
        answers = answers_of(network, shape)
        two = np.stack([np.full(shape, grey, np.float32) for grey in (127.0, 31.0)])
        answer, alone = (np.asarray(network.predict(images, verbose=0)) for images in (two, two[:1]))
    except CnnvizError as error:
        return {"problem": str(error)}
    except Exception as error:  # noqa: BLE001 - a stranger's network: Keras raises whatever it raises
        return {"problem": f"it cannot look at an image ({' '.join(str(error).split())[:160]})"}
    if answer.reshape(2, -1).shape != (2, answers.units):
        return {"problem": f"it answers in the shape {answer.shape}, expected one number a class"}
    if not np.allclose(answer[:1], alone, _ALIKE, _ALIKE, equal_nan=True):
        return {"problem": "what it says of an image depends on the image beside it; a network of one image fits"}
    head = answers.head
    if head == "scores" and np.allclose(np.exp(answer.reshape(2, -1)).sum(1), 1, atol=_ALIKE):
        head = "linear"  # logarithms of probabilities, which are logits too: a softmax gives the probabilities
    return {
        "problem": "",
        "takes": list(takes),
        "units": answers.units,
        "head": head,
        "independent": answers.independent,
        "constant": answers.constant,
        "lowest": float(answers.lowest),
        "highest": float(answers.highest),
    }


def _names(tensors: Any) -> str:
    return ", ".join(repr(name_of_maker(tensor)[:40]) for tensor in tensors[:4])


def _not_images(shape: tuple[int | None, ...]) -> str:
    if len(shape) not in (2, 3):
        return f"it takes inputs of shape {shape}; a model of images (height, width, 1, 3 or 4 channels) fits"
    height, width, channels = (*shape, 1)[:3]
    if height is None or width is None:
        return "it takes images of any size; build it with keras.Input and a size of its own, such as 224x224"
    if channels not in (1, 3, 4):
        said = channels if channels is not None else "any number of"
        return f"it takes images of {said} channels; a model of grey (1), colour (3) or RGBA (4) images fits"
    if not all(_SIDES[0] <= side <= _SIDES[1] for side in (height, width)):
        return f"it takes images of {height}x{width} pixels; sides from {_SIDES[0]} to {_SIDES[1]} fit"
    return ""


def _no_answer(shape: tuple[int | None, ...]) -> str:
    if not shape or shape[-1] is None or any(side != 1 for side in shape[:-1]):
        return f"it answers in the shape {shape}; a classifier, with one number a class, fits"
    return ""


def _nothing_seen(model: Any) -> str:
    if not any(isinstance(layer, _CONVOLUTIONS) for layer in layers_inside(model)):
        return "it has no 2-D convolution, so there is nothing to look at; a convolutional network fits"
    return ""
