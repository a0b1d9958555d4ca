"""What plain Keras says of the same pixels: answers, feature maps and Grad-CAM by hand, without anything of cnnviz."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from scipy.ndimage import zoom
from scipy.special import expit, softmax

__all__ = ["Reference", "probabilities", "reference"]

Floats = NDArray[np.floating[Any]]
_MEAN, _SPREAD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])


@dataclass(frozen=True)
class Reference:
    """What a network says of some images.

    Attributes:
        outputs: (n, units) as the network gives them.
        first: (n, height, width, filters) of the first convolution.
        heat: (height, width) in [0, 1], Grad-CAM of the first image's last unit at the layer "last".
    """

    outputs: Floats
    first: Floats
    heat: Floats


def scaled(pixels: Floats, scaling: str | None) -> Floats:
    """Pixels as training had them."""
    match scaling:
        case "unit":
            return pixels / 255
        case "symmetric":
            return pixels / 127.5 - 1
        case "imagenet":
            return (pixels / 255 - _MEAN) / _SPREAD
        case "caffe":
            return pixels[..., ::-1] - np.array([103.939, 116.779, 123.68])
        case _:
            return pixels


def given(model: keras.Model, pixels: Floats, scaling: str | None) -> tf.Tensor:
    """Pixels (n, height, width, channels) in the form that a network takes."""
    takes = model.input_shape[1:]
    if takes[-1] == 4:
        pixels = np.concatenate([pixels, np.full((*pixels.shape[:-1], 1), 255.0)], axis=-1)
    values = scaled(pixels, scaling).astype(np.float32)
    if len(takes) == 2:
        values = values[..., 0]
    return tf.constant(values.transpose(0, 3, 1, 2) if takes[0] == 3 else values)


def reference(model: keras.Model, pixels: Floats, scaling: str | None, score: str = "out") -> Reference:
    """Ask plain Keras, step by step and not compiled, about images.

    Args:
        model: a network with layers "first", "last" and, where it has logits of its own, "out".
        pixels: (n, height, width, channels) in 0..255.
        scaling: what it was trained on.
        score: what Grad-CAM raises: "out", that layer without its activation; "outputs"; or "log" of these.
    """
    said: dict[str, Any] = {}
    with tf.GradientTape() as tape, ExitStack() as stack:
        for layer in model._flatten_layers(include_self=False):
            if layer.name in ("first", "last", "out"):
                stack.enter_context(_heard(layer, said, tape))
        outputs = tf.cast(model(given(model, pixels, scaling), training=False), tf.float32)
        logits = {"outputs": outputs, "log": tf.math.log(outputs)}.get(score, said.get("out"))
        top = tf.reshape(tf.cast(logits, tf.float32), [len(pixels), -1])[:, -1]
    weights = tape.gradient(top, said["last"], unconnected_gradients="zero")
    first, last, weights = (_images(maps, model) for maps in (said["first"], said["last"], weights))
    coarse = np.maximum((last[0] * weights[0].mean(axis=(0, 1))).sum(axis=-1), 0)
    height, width = pixels.shape[1:3]
    heat = zoom(coarse, (height / coarse.shape[0], width / coarse.shape[1]), order=1)
    return Reference(
        np.asarray(outputs, np.float64).reshape(len(pixels), -1), first, heat / heat.max() if heat.max() > 0 else heat
    )


@contextmanager
def _heard(layer: keras.layers.Layer, said: dict[str, Any], tape: tf.GradientTape) -> Iterator[None]:
    """Keep what a layer answers when it is first called; of a dense layer, what its activation is given."""
    call = layer.call

    def heard(tensor: Any, *more: Any, **settings: Any) -> Any:
        answer = call(tensor, *more, **settings)
        if layer.name not in said:
            tape.watch(answer)
            weighed = isinstance(layer, keras.layers.Dense)
            said[layer.name] = (
                tf.matmul(tensor, tf.cast(layer.kernel, tensor.dtype)) + tf.cast(layer.bias, tensor.dtype)
                if weighed
                else answer
            )
        return answer

    layer.call = heard
    try:
        yield
    finally:
        layer.call = call


def _images(maps: Any, model: keras.Model) -> Floats:
    """(n, height, width, filters), wherever the network has its channels."""
    values = np.asarray(tf.cast(maps, tf.float32), np.float64)
    return values.transpose(0, 2, 3, 1) if model.input_shape[1] == 3 else values


def probabilities(outputs: Floats, behind: str) -> Floats:
    """(n, classes) of outputs (n, units), with what has to be put behind the network's end."""
    said = {"softmax": partial(softmax, axis=1), "sigmoid": expit}.get(behind, np.asarray)(outputs)
    return np.concatenate([1 - said, said], axis=1) if said.shape[1] == 1 else said
