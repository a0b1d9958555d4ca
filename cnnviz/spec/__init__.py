"""The settings of a run: frozen, validated, JSON in and JSON out. No Keras is imported, so pages edit them at once."""

from cnnviz.spec.base import Settings
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
from cnnviz.spec.model import LayerRow, ModelSpec
from cnnviz.spec.presets import PRESETS, preset
from cnnviz.spec.run import RunSpec
from cnnviz.spec.train import Augmentation, TrainSpec

__all__ = [
    "FUNCTIONS",
    "LAYER_KINDS",
    "PRESETS",
    "Activation",
    "Augmentation",
    "BatchNormalization",
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
    "preset",
]
