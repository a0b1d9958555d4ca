"""Opening and saving models, and moving weights between models and arrays."""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import keras

from cnnviz.arrays import Arrays
from cnnviz.errors import RunError
from cnnviz.files import storage_errors, sync_folder

__all__ = ["assign_weights", "named_weights", "open_file", "save_model"]


def named_weights(model: keras.Model, weights: Iterable[Any] | None = None) -> Arrays:
    """Return a model's weights as arrays, by path such as "conv2d_1/kernel".

    Args:
        model: a built model.
        weights: those of its weights that are meant; None for all.
    """
    return {one.path: keras.ops.convert_to_numpy(one) for one in (model.weights if weights is None else weights)}


def assign_weights(model: keras.Model, arrays: Arrays, weights: Iterable[Any] | None = None) -> None:
    """Put named weights into a model.

    Args:
        model: a built model.
        arrays: by path, as `named_weights` returns them; half precision is widened.
        weights: those of its weights that are set; None for all.

    Raises:
        RunError: a weight is missing or has another shape.
    """
    for weight in model.weights if weights is None else weights:
        array = arrays.get(weight.path)
        if array is None or array.shape != tuple(weight.shape):
            found = "nothing" if array is None else f"an array of shape {array.shape}"
            raise RunError(
                f"the weights hold {found} for {weight.path}, "
                f"which needs {tuple(weight.shape)}; choose a snapshot of the same network"
            )
        weight.assign(array)


def open_file(path: Path) -> keras.Model:
    """Open a model in Keras' own format.

    Raises:
        ValueError: the file is damaged, or no such model.
    """
    try:
        return keras.models.load_model(path, compile=False)
    except Exception as error:  # Keras raises whatever its zip, JSON and HDF5 readers raise
        raise ValueError(str(error)) from error


def save_model(model: keras.Model, path: Path) -> None:
    """Write a model in Keras' own format, in one step: the old file stays until the new one is whole.

    Raises:
        StorageError: the disk is full or refuses.
    """
    with storage_errors(path), tempfile.TemporaryDirectory(dir=path.parent, prefix=".model-") as folder:
        partial = Path(folder) / "model.keras"
        model.save(partial)
        with open(partial, "rb") as file:
            os.fsync(file.fileno())
        os.replace(partial, path)
        sync_folder(path.parent)
