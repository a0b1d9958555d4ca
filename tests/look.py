"""A trained run in colour, small enough for every test of the pages that look inside."""

import shutil
from pathlib import Path

from cnnviz.runs import Run, RunStore
from cnnviz.spec import Convolution, Dense, Flatten, Layer, ModelSpec, Pooling, RunSpec
from tests.training.helpers import CLASSES, tiny_spec, write_tiny

LAYERS = (
    Convolution(filters=4, padding="same"),
    Pooling(),
    Convolution(filters=6, padding="same"),
    Flatten(),
    Dense(units=5),
)


def look_spec(name: str = "looked at", seed: int = 5, layers: tuple[Layer, ...] = LAYERS) -> RunSpec:
    """Two epochs on 8x8 images in colour."""
    model = ModelSpec(input_shape=(8, 8, 3), layers=layers, classes=CLASSES)
    return tiny_spec(epochs=2, seed=seed).changed(name=name, model=model)


def train_look(home: Path, name: str = "looked at", seed: int = 5, layers: tuple[Layer, ...] = LAYERS) -> Run:
    """Train it in this process."""
    from cnnviz.training.execute import train

    if not (home / "datasets").exists():
        write_tiny(home, channels=3)
    return train(look_spec(name, seed, layers), home)


def copied(source: Path, home: Path) -> Run:
    """Copy a home with its runs; return the newest one."""
    shutil.copytree(source, home, dirs_exist_ok=True)
    return RunStore(home).get("latest")
