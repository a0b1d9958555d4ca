"""A tiny run whose replay several tests look at."""

from pathlib import Path

import numpy as np

from cnnviz.data import Prepared, load_dataset, prepare
from cnnviz.runs import Run
from cnnviz.spec import Activation, BatchNormalization, Convolution, Dense, Flatten, Layer, Pooling
from tests.training.helpers import tiny_spec, write_tiny

NETWORK: tuple[Layer, ...] = (
    Convolution(filters=5),
    Pooling(),
    Convolution(filters=6, kernel_size=2, activation="linear"),
    BatchNormalization(),
    Activation(),
    Flatten(),
    Dense(units=8),
)


def trained(home: Path, layers: tuple[Layer, ...] = NETWORK) -> Run:
    """Train for two epochs on 8x8 patterns; takes a few seconds."""
    from cnnviz.training.execute import train

    write_tiny(home)
    return train(tiny_spec(layers, epochs=2), home)


def data_of(run: Run, home: Path) -> Prepared:
    """The images the run was trained and measured on."""
    return prepare(load_dataset(run.spec.data.name, home), run.spec.data, run.spec.train.seed)


def labels_of(run: Run, home: Path) -> np.ndarray:
    """The classes of its test images."""
    return data_of(run, home).test.labels
