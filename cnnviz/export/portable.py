"""A network as other programs can run it: in single precision, its constants plain numbers, nothing for training."""

from typing import Any

import keras
import numpy as np

__all__ = ["AUGMENTING", "HALVES_TOLERANCE", "portable", "spelt_out"]

# Between probabilities in half and in single precision: half has three digits, bfloat16 two and a half.
HALVES_TOLERANCE = 2e-2

# Layers that change images in training and pass them on otherwise; their random numbers have no operation elsewhere.
AUGMENTING = frozenset(
    {
        "AugMix",
        "CutMix",
        "MixUp",
        "RandAugment",
        "RandomBrightness",
        "RandomColorDegeneration",
        "RandomColorJitter",
        "RandomContrast",
        "RandomCrop",
        "RandomElasticTransform",
        "RandomErasing",
        "RandomFlip",
        "RandomGaussianBlur",
        "RandomGrayscale",
        "RandomHue",
        "RandomInvert",
        "RandomPerspective",
        "RandomPosterization",
        "RandomRotation",
        "RandomSaturation",
        "RandomSharpness",
        "RandomShear",
        "RandomTranslation",
        "RandomZoom",
        "Solarization",
    }
)

_HALVES = ("mixed_bfloat16", "mixed_float16", "bfloat16", "float16")


_WHOLE_AXIS = {"class_name": "__slice__", "config": {"start": None, "stop": None, "step": None}}


class GroupedConv2D(keras.layers.Conv2D):  # type: ignore[misc]
    """A convolution in groups that stays one operation of the graph.

    Keras compiles it by XLA, since TensorFlow cannot compute it on a processor, and ONNX has no name for the outcome.
    """

    def convolution_op(self, inputs: Any, kernel: Any) -> Any:
        """Write the operation down where a graph is made, else compute it as Keras does."""
        import tensorflow as tf

        if tf.executing_eagerly():
            return super().convolution_op(inputs, kernel)
        order = "NHWC" if self.data_format == "channels_last" else "NCHW"
        return tf.nn.convolution(
            inputs, kernel, self.strides, self.padding.upper(), data_format=order, dilations=self.dilation_rate
        )


class FixedNormalization(keras.layers.Normalization):  # type: ignore[misc]
    """A normalisation whose mean and variance were given, as plain numbers: a tensor would be asked for as an input."""

    def build(self, input_shape: Any) -> None:
        """Take the numbers out of their tensors."""
        super().build(input_shape)
        self.mean: Any = np.asarray(self.mean)
        self.variance: Any = np.asarray(self.variance)


def portable(model: keras.Model) -> keras.Model:
    """Return a network that computes in single precision, has its constants inside, and leaves out what only trains.

    TensorFlow takes a constant tensor between layers, as the means of `preprocess_input` are, for something that is
    handed in with the images, and ONNX then asks for it.

    Args:
        model: of Keras' own layers, with weights in any precision.

    Returns:
        The model itself where it is like that, else another one with the same weights as float32.
    """
    config = keras.saving.serialize_keras_object(model)
    changed = _changed(config)
    if changed == config:
        return model
    ours = {kind.__name__: kind for kind in (GroupedConv2D, FixedNormalization)}
    copy = keras.saving.deserialize_keras_object(changed, custom_objects=ours, safe_mode=True)
    copy.set_weights([np.asarray(weight, np.float32) for weight in model.get_weights()])
    return copy


def _changed(config: Any) -> Any:
    """Return a configuration with float32 for every policy of half precision, arrays for tensors, no augmentation."""
    if isinstance(config, list | tuple):
        return type(config)(_changed(value) for value in config)
    if not isinstance(config, dict):
        return config
    changed = {key: _changed(value) for key, value in config.items()}
    if config.get("class_name") == "DTypePolicy" and config["config"].get("name") in _HALVES:
        changed["config"]["name"] = "float32"
    if config.get("dtype") in _HALVES:
        changed["dtype"] = "float32"
    if config.get("class_name") == "__tensor__":
        changed["class_name"] = "__numpy__"
    if config.get("module") == "keras.layers" and config.get("class_name") in AUGMENTING:
        kept = {key: value for key, value in changed["config"].items() if key in ("name", "dtype", "trainable")}
        changed |= {"class_name": "Identity", "config": kept}
    if ours := _of_ours(config):
        changed |= {"module": __name__, "class_name": ours.__name__, "registered_name": ours.__name__}
    return changed


def _of_ours(config: dict[str, Any]) -> type[keras.layers.Layer] | None:
    """The layer of ours that can be written where Keras' own cannot; None where that can."""
    settings = config.get("config")
    if config.get("module") != "keras.layers" or not isinstance(settings, dict):
        return None
    if config["class_name"] == "Conv2D" and settings.get("groups", 1) > 1:
        return GroupedConv2D
    if config["class_name"] == "Normalization" and settings.get("mean") is not None:
        return FixedNormalization
    return None


def spelt_out(config: Any) -> Any:
    """Return a configuration in which no slice has an ellipsis, which Keras cannot read from HDF5."""
    if isinstance(config, list | tuple):
        return [spelt_out(value) for value in config]
    if not isinstance(config, dict):
        return config
    made = {key: spelt_out(value) for key, value in config.items()}
    given = made.get("args")
    if isinstance(given, list) and len(given) == 2 and isinstance(given[1], list):
        made["args"] = [given[0], _sliced(given[1], given[0])]
    return made


def _sliced(parts: list[Any], tensor: dict[str, Any]) -> list[Any]:
    """The parts of a key, as in `tensor[key]`, with whole axes in place of an ellipsis."""
    place = next((number for number, part in enumerate(parts) if _is(part, "__ellipsis__")), None)
    if place is None:
        return parts
    rank = len(tensor["config"]["shape"])
    named = sum(part is not None for part in parts) - 1  # None makes a new axis
    return parts[:place] + [_WHOLE_AXIS] * (rank - named) + parts[place + 1 :]


def _is(value: Any, kind: str) -> bool:
    return isinstance(value, dict) and value.get("class_name") == kind
