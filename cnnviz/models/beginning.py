"""A network that begins with another one: made of it, described without its weights, opened again."""

import json
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from cnnviz.arrays import Arrays
from cnnviz.errors import RunError, SpecError
from cnnviz.models.build import with_head
from cnnviz.models.opening import assign_weights
from cnnviz.spec import Body, RunSpec
from cnnviz.spec.model import CHANNELS, RESIZING, free_name

__all__ = ["begin_with", "described", "opened"]

Layers = list[tuple[keras.layers.Layer, keras.layers.Layer]]

_LUMINANCE = (0.299, 0.587, 0.114)  # of red, green and blue (ITU-R BT.601)


def begin_with(spec: RunSpec, network: keras.Model) -> keras.Model:
    """Make the network of a run that begins with another one.

    Images of another size are brought to that of the other network inside (bilinear), grey ones are given to it as
    red, green and blue alike, and of colour it is given the brightness where it takes grey ones.

    Args:
        spec: of the run, with a beginning and a body.
        network: the other network, whole or without its last layer; it is left as it is.

    Returns:
        A functional model as `build` makes it, its head with new weights or, where the spec says so, with the old.

    Raises:
        SpecError: the other network is not the one that the spec describes, or cannot be taken apart.
    """
    body, beginning = spec.model.body, spec.beginning
    if body is None or beginning is None:
        raise ValueError("the spec has no beginning")
    title = beginning.title or beginning.network
    inputs = keras.Input(spec.model.input_shape, name="image")
    layers: Layers = []
    try:
        features = _applied(network, _adapted(inputs, body), layers)
    except (ValueError, TypeError) as error:  # Keras, of a layer that takes one size alone
        height, width, _ = body.input_shape
        raise SpecError(
            f"the network {title} cannot take images of {height}x{width} pixels; leave the size out, or choose another "
            "network"
        ) from error
    for old, new in layers:
        new.set_weights(old.get_weights())
    last = [new for _, new in layers if new.weights][-1]
    if last.name not in {row.name for row in body.rows}:  # else the network has no head, and is a body as a whole
        try:
            features = last.input
        except (ValueError, AttributeError) as error:  # it is used more than once
            raise SpecError(
                f"the layer {last.name} of the network {title} is used more than once, so what lies below it "
                "cannot be taken over; choose another network"
            ) from error
    model = with_head(inputs, features, spec.model, spec.train.seed)
    _bring_channels(model)
    names = {operation.name for operation in model.operations}
    missing = [row.name for row in spec.model.below if row.name.split(":")[0] not in names]
    if missing:
        raise SpecError(
            f"the network {title} has no layer {missing[0]!r:.60} below its last one, which these settings name; "
            "choose it anew"
        )
    if beginning.head == "kept":
        head = model.get_layer("logits")
        if [weight.shape for weight in head.weights] != [weight.shape for weight in last.weights]:
            raise SpecError(
                f"the last layer of the network {title} is of another shape than this head and cannot be kept; "
                "make the head new"
            )
        head.set_weights(last.get_weights())
    return model


def _applied(network: keras.Model, tensor: keras.KerasTensor, layers: Layers) -> keras.KerasTensor:
    """Apply copies of a network's layers to a tensor, those of networks inside it one by one.

    Args:
        network: functional or sequential, with one input and one output.
        tensor: what goes in.
        layers: is filled with each of its layers and that layer's copy.
    """
    result = tensor

    def copied(layer: Any) -> Any:
        if isinstance(layer, keras.Model):
            return layer
        config = layer.get_config()
        if "name" in config:
            config["name"] = free_name(config["name"])
        copy = type(layer).from_config(config)
        if isinstance(layer, keras.layers.Layer):
            layers.append((layer, copy))
        return copy

    def called(layer: Any, *inputs: Any, **options: Any) -> Any:
        nonlocal result
        inside = isinstance(layer, keras.Model)
        result = _applied(layer, inputs[0], layers) if inside else layer(*inputs, **options)
        return result

    functional = keras.Model(network.inputs[0], network.outputs[0])
    keras.models.clone_model(functional, tensor, clone_function=copied, call_function=called)
    return result  # of the last operation, which makes the output


def _adapted(inputs: keras.KerasTensor, body: Body) -> keras.KerasTensor:
    """Bring images to the body's channels and size."""
    height, width, channels = body.input_shape
    tensor = inputs
    if inputs.shape[3] != channels:
        tensor = keras.layers.Dense(channels, use_bias=False, trainable=False, name=CHANNELS)(tensor)
    if tensor.shape[1:3] != (height, width):
        # Without being told, this layer takes it that the network trains, and tells so those after it (Keras 3.15).
        tensor = keras.layers.Resizing(height, width, name=RESIZING)(tensor, training=False)
    return tensor


def _bring_channels(model: keras.Model) -> None:
    for layer in model.layers:
        if layer.name == CHANNELS:
            given, wanted = layer.kernel.shape
            row = np.ones((1, wanted)) if given == 1 else np.array(_LUMINANCE)[:, None]
            layer.set_weights([np.broadcast_to(row, (given, wanted)).astype(np.float32)])


def described(model: keras.Model) -> dict[str, Any]:
    """Return a network's layers as JSON holds them, without weights."""
    values: dict[str, Any] = json.loads(model.to_json())
    return values


def opened(layers: Mapping[str, Any], arrays: Arrays) -> keras.Model:
    """Make a network of its layers and weights.

    Args:
        layers: as `described` returns them.
        arrays: all of its weights by path.

    Raises:
        RunError: these are no layers, or not their weights.
    """
    try:
        model = keras.models.model_from_json(json.dumps(layers))
    except Exception as error:  # Keras raises whatever goes wrong in it
        raise RunError(f"the layers of the network that this run began with are damaged ({error})") from error
    assign_weights(model, arrays)
    return model
