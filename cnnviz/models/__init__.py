"""Keras models: built from a spec, opened from a file."""

from cnnviz.keras_private import import_keras

import_keras()  # before any of these does

from cnnviz.models.beginning import begin_with, described, opened  # noqa: E402
from cnnviz.models.build import build  # noqa: E402
from cnnviz.models.opening import assign_weights, named_weights, open_file, save_model  # noqa: E402

__all__ = [
    "assign_weights",
    "begin_with",
    "build",
    "described",
    "named_weights",
    "open_file",
    "opened",
    "save_model",
]
