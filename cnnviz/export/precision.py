"""A network that computes in half precision as one that computes in single, which is what ONNX and LiteRT run on."""

from typing import Any

import keras
import numpy as np

__all__ = ["HALVES_TOLERANCE", "in_single"]

# Between probabilities of the two: half precision has three digits, bfloat16 two and a half.
HALVES_TOLERANCE = 2e-2

_HALVES = ("mixed_bfloat16", "mixed_float16", "bfloat16", "float16")


def in_single(model: keras.Model) -> keras.Model:
    """Return a copy of a network that computes in single precision.

    Args:
        model: of Keras' own layers, with weights in any precision.

    Returns:
        Another model with the same weights as float32.
    """
    config = _single(keras.saving.serialize_keras_object(model))
    copy = keras.saving.deserialize_keras_object(config, safe_mode=True)
    copy.set_weights([np.asarray(weight, np.float32) for weight in model.get_weights()])
    return copy


def _single(config: Any) -> Any:
    """Return a configuration with float32 in place of every policy of half precision."""
    if isinstance(config, dict):
        changed = {key: _single(value) for key, value in config.items()}
        if config.get("class_name") == "DTypePolicy" and config.get("config", {}).get("name") in _HALVES:
            changed["config"] = {**changed["config"], "name": "float32"}
        if config.get("dtype") in _HALVES:
            changed["dtype"] = "float32"
        return changed
    return [_single(value) for value in config] if isinstance(config, list | tuple) else config
