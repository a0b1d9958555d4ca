"""A network as ONNX and LiteRT can run it: in single precision, its constants plain numbers, nothing for training."""

from typing import Any

import keras
import numpy as np

__all__ = ["AUGMENTING", "HALVES_TOLERANCE", "portable"]

# Between probabilities in half and in single precision: half has three digits, bfloat16 two and a half.
HALVES_TOLERANCE = 2e-2

# Layers that change images in training and pass them on otherwise; their random numbers have no operation elsewhere.
AUGMENTING = frozenset({
    "AugMix", "CutMix", "MixUp", "RandAugment", "RandomBrightness", "RandomColorDegeneration", "RandomColorJitter",
    "RandomContrast", "RandomElasticTransform", "RandomErasing", "RandomFlip", "RandomGaussianBlur", "RandomGrayscale",
    "RandomHue", "RandomInvert", "RandomPerspective", "RandomPosterization", "RandomRotation", "RandomSaturation",
    "RandomSharpness", "RandomShear", "RandomTranslation", "RandomZoom",
})  # fmt: skip

_HALVES = ("mixed_bfloat16", "mixed_float16", "bfloat16", "float16")


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
    copy = keras.saving.deserialize_keras_object(changed, safe_mode=True)
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
    return changed
