"""From a ModelSpec to a Keras model."""

from typing import Any

import keras
import numpy as np

from cnnviz.errors import SpecError
from cnnviz.spec import Convolution, Layer, ModelSpec
from cnnviz.spec.keras_layers import FirstWeights, Penalty, Seed

__all__ = ["build", "with_head"]


def build(spec: ModelSpec, seed: int = 0) -> keras.Model:
    """Build the network a spec describes.

    Images go in as they are, 0 to 255; scaling to [0, 1] is the model's first layer, so that a saved model needs no
    instructions. The last two layers are "logits" and "probabilities". Whitened kernels are random here: they are made
    of images, when the training begins.

    Args:
        spec: the network.
        seed: of the first weights and of dropout; the same seed gives the same weights.

    Returns:
        A functional model from (images, height, width, channels) float32 in 0..255 to (images, classes) float32
        probabilities, or (images, 1), the second class's probability, for a sigmoid output.

    Raises:
        SpecError: the network came from elsewhere, or begins with another one: see `begin_with`.
    """
    if spec.foreign or spec.body:
        raise SpecError("this network came from elsewhere as a whole, so it cannot be built or trained again here")
    inputs = keras.Input(spec.input_shape, name="image")
    return with_head(inputs, keras.layers.Rescaling(1 / 255, name="rescaling")(inputs), spec, seed)


def with_head(inputs: keras.KerasTensor, tensor: keras.KerasTensor, spec: ModelSpec, seed: int) -> keras.Model:
    """Put a spec's own layers, and those that end it, on what comes before them.

    Args:
        inputs: the images.
        tensor: what was made of them so far.
        spec: the network.
        seed: as for `build`.

    Returns:
        The model from the images to the probabilities.
    """
    for number, (name, layer) in enumerate(spec.named_layers):
        # each layer its own seed: equal seeds would give equal layers equal kernels
        tensor = _keras_layer(name, layer, seed * 1009 + number)(tensor)
    outputs = keras.layers.Activation(spec.output, name="probabilities")(tensor)
    model = keras.Model(inputs, outputs, name="cnn")
    for name, layer in spec.named_layers:
        if isinstance(layer, Convolution):
            _begin(model.get_layer(name), layer)
    return model


def _begin(built: keras.layers.Conv2D, layer: Convolution) -> None:
    """Set what no initialiser of Keras' own does: a model saved with one of ours would not open elsewhere."""
    if layer.initial == "identity":
        kernel = built.kernel.numpy().copy()  # (height, width, channels in, filters)
        size, _, channels, filters = kernel.shape
        same = min(channels, filters)
        kernel[..., :same] = 0
        kernel[size // 2, size // 2, :same, :same] = np.eye(same)
        built.kernel.assign(kernel)
    built.kernel.trainable = not layer.frozen


def _keras_layer(name: str, layer: Layer, seed: int) -> keras.layers.Layer:
    """Make the Keras layer of one layer's settings."""
    described = layer.keras_layer
    options = {option: _value(given, seed) for option, given in described.options.items()}
    made: keras.layers.Layer = getattr(keras.layers, described.name)(*described.values, **options, name=name)
    return made


def _value(given: Any, seed: int) -> Any:
    match given:
        case Seed():
            return seed
        case FirstWeights():
            return keras.initializers.GlorotUniform(seed)
        case Penalty():
            return keras.regularizers.L2(given.l2)
    return given
