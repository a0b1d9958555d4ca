"""The network that a run begins with, before its first step."""

from pathlib import Path

import keras

from cnnviz.arrays import halved, pack_arrays
from cnnviz.download import Progress
from cnnviz.errors import CnnvizError, RunError, SpecError
from cnnviz.files import write_atomically, write_json
from cnnviz.models import begin_with, build, described, named_weights
from cnnviz.models.published import KERAS, open_published
from cnnviz.runs import Run, RunStore, Weights
from cnnviz.runs.weights import BEGINNING, NETWORK, before_training
from cnnviz.spec import RunSpec

__all__ = ["first_network", "new_network"]


def new_network(spec: RunSpec, home: str | Path | None, on_progress: Progress | None = None) -> keras.Model:
    """Make the network that settings describe: with random weights, or begun with another network.

    Args:
        spec: the settings.
        home: where the other network is, or is kept; None for the usual home.
        on_progress: called during the download of a published network.

    Raises:
        DataError: a published network does not come.
        SpecError: the network to begin with is gone, or is another one by now.
        StorageError: the disk is full or refuses a published network.
    """
    if spec.beginning is None:
        return build(spec.model, spec.train.seed)
    return begin_with(spec, _other(spec, home, on_progress))


def first_network(run: Run, on_progress: Progress | None = None) -> keras.Model:
    """Return a run's network as it is before the first step.

    That of a run which begins with another network is kept in its folder first, so that it is resumed, and its
    snapshots are opened, without the other run.

    Args:
        run: its settings.
        on_progress: called during the download of a published network.

    Raises:
        DataError: a published network does not come.
        SpecError: the network to begin with is gone, or is another one by now.
        StorageError: the disk is full or refuses.
    """
    try:
        return before_training(run)
    except RunError:  # what it begins with is not there yet, or damaged: it is made anew
        pass
    model = new_network(run.spec, run.home, on_progress)
    folder = run.folder
    write_atomically(
        folder / BEGINNING,
        pack_arrays({name: halved(one) for name, one in named_weights(model).items()}),
        within=folder,
    )
    write_json(folder / NETWORK, described(model), within=folder)
    return model


def _other(spec: RunSpec, home: str | Path | None, on_progress: Progress | None) -> keras.Model:
    """Open the network that settings begin with."""
    beginning = spec.beginning
    if beginning is None:
        raise ValueError("the settings begin with random weights")
    title = beginning.title or beginning.network
    if beginning.network.startswith(KERAS) and spec.model.body is not None:
        shape = spec.model.body.input_shape
        return open_published(beginning.network.removeprefix(KERAS), home, shape, on_progress)
    try:
        weights = Weights(RunStore(home).get(beginning.network)).checked()
    except CnnvizError as error:
        raise SpecError(
            f"the network {title} that this run begins with is not here any more; choose another one to begin with"
        ) from error
    if beginning.digest not in ("", weights.digest):
        raise SpecError(
            f"the network {title} is not the one that these settings begin with, its weights have changed; choose it "
            "anew"
        )
    return weights.open()
