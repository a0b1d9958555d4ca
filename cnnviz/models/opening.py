"""Opening the models of runs, and moving weights between models and files."""

import os
import tempfile
from pathlib import Path

import keras

from cnnviz.errors import RunError
from cnnviz.files import storage_errors, sync_folder
from cnnviz.models.build import build
from cnnviz.runs import Arrays, Run

__all__ = ["assign_weights", "named_weights", "open_model", "save_model"]


def named_weights(model: keras.Model) -> Arrays:
    """Return a model's weights as arrays, by path such as "conv2d_1/kernel"."""
    return {weight.path: keras.ops.convert_to_numpy(weight) for weight in model.weights}


def assign_weights(model: keras.Model, arrays: Arrays) -> None:
    """Put named weights into a model.

    Args:
        model: a built model; every one of its weights is set.
        arrays: by path, as `named_weights` returns them; half precision is widened.

    Raises:
        RunError: a weight is missing or has another shape.
    """
    for weight in model.weights:
        array = arrays.get(weight.path)
        if array is None or array.shape != tuple(weight.shape):
            found = "nothing" if array is None else f"an array of shape {array.shape}"
            raise RunError(
                f"the weights hold {found} for {weight.path}, "
                f"which needs {tuple(weight.shape)}; choose a snapshot of the same network"
            )
        weight.assign(array)


def open_model(run: Run, snapshot: int | None = None) -> keras.Model:
    """Open the Keras model of a run; see `Run.model`.

    Args:
        run: the run.
        snapshot: a snapshot's number, or None for the run's chosen model.

    Raises:
        RunError: it does not exist yet, or is damaged.
    """
    if snapshot is not None:
        model = build(run.spec.model, run.spec.train.seed)
        assign_weights(model, run.weights(snapshot))
        return model
    path = run.folder / "model.keras"
    if not path.is_file():
        raise RunError(f"the run {run.id} has no model yet; wait until it is completed, or open one of its snapshots")
    try:
        return keras.models.load_model(path, compile=False)
    except Exception as error:  # Keras raises whatever its zip, JSON and HDF5 readers raise
        raise RunError(f"the model of the run {run.id} is damaged; open its last snapshot or train it again") from error


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
