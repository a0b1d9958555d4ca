"""Keras models: built from a spec, opened from a run."""

from cnnviz.models.build import build
from cnnviz.models.opening import assign_weights, named_weights, open_model, save_model

__all__ = ["assign_weights", "build", "named_weights", "open_model", "save_model"]
