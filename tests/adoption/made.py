"""Models from elsewhere, good and bad, as real files."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras

from tests.explain.toys import make

Config = dict[str, Any]


def saved(kind: str, folder: Path) -> Path:
    """A toy model as Keras itself saves it."""
    path = folder / f"{kind}.keras"
    make(kind).save(path)
    return path


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(members: dict[str, bytes], path: Path, compression: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def changed(path: Path, change: Callable[[Config], None]) -> Path:
    """The model with its configuration changed, under another name."""
    members = parts(path)
    config = json.loads(members["config.json"])
    change(config)
    return packed({**members, "config.json": json.dumps(config).encode()}, path.with_name("changed.keras"))


def with_weights(path: Path, change: Callable[[Any], None]) -> Path:
    """The model with its HDF5 file changed, under another name."""
    import h5py

    members = parts(path)
    content = io.BytesIO(members["model.weights.h5"])
    with h5py.File(content, "r+") as file:
        change(file)
    return packed({**members, "model.weights.h5": content.getvalue()}, path.with_name("changed.keras"))


def layer_of(config: Config, kind: str) -> Config:
    """The first layer of a class in a Sequential model's configuration."""
    return next(layer for layer in config["config"]["layers"] if layer["class_name"] == kind)


def classifier(shape: tuple[int | None, ...], units: int = 3, *, activation: str = "softmax") -> keras.Model:
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input(shape),
            layers.Conv2D(2, 3, name="conv"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(units, activation=activation, name="out"),
        ]
    )
