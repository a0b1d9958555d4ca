"""The settings of a run: frozen, validated, JSON in and JSON out. No Keras is imported, so pages edit them at once."""

from cnnviz.spec.base import Settings
from cnnviz.spec.beginning import ALL, NONE, Beginning
from cnnviz.spec.data import DataSpec
from cnnviz.spec.layers import (
    FUNCTIONS,
    LAYER_KINDS,
    Activation,
    BatchNormalization,
    Convolution,
    Dense,
    Dropout,
    Flatten,
    Function,
    GlobalPooling,
    Layer,
    Pooling,
    Scaling,
    Shape,
)
from cnnviz.spec.model import Body, LayerRow, ModelSpec
from cnnviz.spec.presets import PRESETS, as_written, preset
from cnnviz.spec.run import RunSpec
from cnnviz.spec.train import Augmentation, TrainSpec

__all__ = [
    "ALL",
    "FUNCTIONS",
    "LAYER_KINDS",
    "NONE",
    "PRESETS",
    "Activation",
    "Augmentation",
    "BatchNormalization",
    "Beginning",
    "Body",
    "Convolution",
    "DataSpec",
    "Dense",
    "Dropout",
    "Flatten",
    "Function",
    "GlobalPooling",
    "Layer",
    "LayerRow",
    "ModelSpec",
    "Pooling",
    "RunSpec",
    "Scaling",
    "Settings",
    "Shape",
    "TrainSpec",
    "as_written",
    "preset",
]
