"""A stranger's weights for an architecture built here: opened by the same process of little means as whole models."""

import json
from pathlib import Path

import keras

from cnnviz.adoption.archive import MOST_WEIGHTS
from cnnviz.adoption.asking import OnWait
from cnnviz.adoption.foreign import Foreign
from cnnviz.adoption.recognising import HDF5
from cnnviz.adoption.sandbox import PATIENCE_S, Parts, foreign, take_apart, working_folder
from cnnviz.errors import DataError
from cnnviz.models.build import build
from cnnviz.spec import ModelSpec

__all__ = ["inspect_weights"]


def inspect_weights(
    path: Path,
    name: str,
    architecture: ModelSpec,
    *,
    patience_s: float = PATIENCE_S,
    on_wait: OnWait | None = None,
) -> Foreign:
    """Put the weights of a .weights.h5 file into a network built here, without opening the file in this process.

    Args:
        path: the file, under a name of ours.
        name: what its owner calls it, for messages.
        architecture: the network, whose layers are as those that the weights were saved from.
        patience_s: how long the other process may take, in seconds.
        on_wait: called now and then while the other process works, which ends when this raises.

    Returns:
        The network with these weights; it scales pixels itself, by 1/255.

    Raises:
        DataError: it is no HDF5 file of weights alone, points to other files, has arrays of other shapes than the
            architecture, or is too large.
        SpecError: the architecture itself came from elsewhere.
    """
    _check(path, repr(name[-60:]))
    config = json.loads(json.dumps(keras.saving.serialize_keras_object(build(architecture))))
    with working_folder() as folder:
        parts = Parts(config, path, weights_alone=True)
        return foreign(*take_apart(parts, folder, name, patience_s, on_wait or (lambda: None)))


def _check(path: Path, shown: str) -> None:
    try:
        size = path.stat().st_size
        with open(path, "rb") as file:
            start = file.read(len(HDF5))
    except OSError as error:
        raise DataError(
            f"the weights {shown} cannot be read ({error.strerror or error}); choose another file"
        ) from error
    if size > MOST_WEIGHTS:
        most = f"{MOST_WEIGHTS / 2**20:g} MiB"
        raise DataError(f"the weights {shown} have more than {most}; choose those of a smaller network")
    if start != HDF5:
        raise DataError(
            f"the file {shown} holds no HDF5 weights; save them with model.save_weights('model.weights.h5')"
        )
