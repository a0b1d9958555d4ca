"""Weights: a run at a moment. What computes with a network takes these, and neither a run nor a file's name."""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cnnviz.arrays import Arrays, read_arrays
from cnnviz.errors import RunError
from cnnviz.files import read_json, read_regular, stamp
from cnnviz.runs.kernels_inside import kernels_inside

if TYPE_CHECKING:
    import keras

    from cnnviz.runs.run import Run

__all__ = [
    "BEGINNING",
    "KERNELS",
    "MODEL",
    "NETWORK",
    "TRAINED_MODEL",
    "Weights",
    "before_training",
    "read_named",
    "snapshot_path",
]

MODEL = "model.keras"
TRAINED_MODEL = "trained model"  # the moment of a run's model, in words
KERNELS = "kernels.npz"  # of a network from elsewhere, which has no snapshots; see also `kernels_inside`
# Of a run that begins with another network: its layers, and all weights. Its snapshots hold only what learns.
NETWORK, BEGINNING = "network.json", "beginning.npz"

_NONE = "none"  # in place of a digest


def snapshot_path(folder: Path, number: int) -> Path:
    """Return where a run keeps the weights of a snapshot.

    Args:
        folder: the run's.
        number: the snapshot's.
    """
    return folder / "snapshots" / f"{number:04d}.npz"


def read_named(run_id: str, path: Path, what: str) -> Arrays:
    """Read one of a run's files of arrays.

    Args:
        run_id: the run's id.
        path: the file.
        what: it is, for people: "snapshot 3".

    Raises:
        RunError: it does not exist yet, or is damaged.
    """
    try:
        return read_arrays(path)
    except FileNotFoundError as error:
        raise RunError(f"the run {run_id} has no {what} yet; wait for it, or choose one that exists") from error
    except (OSError, ValueError) as error:
        raise RunError(
            f"the {what} of the run {run_id} cannot be read ({error}); choose another or train again"
        ) from error


@dataclass(frozen=True)
class Weights:
    """A run at a moment: one network. `Run.at` makes them, and says so where there are none.

    Attributes:
        run: the run.
        snapshot: the moment, a snapshot's number; None for the run's model.
    """

    run: "Run"
    snapshot: int | None = None

    @property
    def path(self) -> Path:
        """The file that they lie in."""
        return self.run.folder / MODEL if self.snapshot is None else snapshot_path(self.run.folder, self.snapshot)

    @property
    def exists(self) -> bool:
        """Whether there is such a file."""
        return self.path.is_file()

    @property
    def name(self) -> str:
        """How files that are kept beside the run name them: "model" or "0003"."""
        return "model" if self.snapshot is None else f"{self.snapshot:04d}"

    @property
    def stamp(self) -> tuple[int, ...]:
        """What changes with the file, looked up in a moment; nothing where there is none."""
        return stamp(self.path)

    @property
    def key(self) -> str:
        """What tells them from all others while their file is the same; for caches of what is computed of them."""
        return f"{self.path}|{self.stamp}"

    @property
    def digest(self) -> str:
        """What names the file's content, 32 hexadecimal characters; "none" where there is none.

        It goes with what was computed of these weights and is kept beside the run. A file is read once.
        """
        return _digest(self.path, self.stamp)

    @property
    def moment(self) -> str:
        """When they were: "trained model", "before training", "after epoch 3", "after step 250"."""
        if self.snapshot is None:
            return TRAINED_MODEL
        found = (item.moment for item in self.run.snapshots() if item.number == self.snapshot)
        return next(found, f"snapshot {self.snapshot}")

    @property
    def title(self) -> str:
        """What they are called: "two-conv, after epoch 3"."""
        return f"{self.run.name}, {self.moment}"

    @property
    def number(self) -> int:
        """The number of the snapshot that has these weights: of the run's model the best one, or the last.

        Raises:
            RunError: the run has no snapshot yet, or never had one.
        """
        if self.snapshot is not None:
            return self.snapshot
        run, snapshots = self.run, self.run.snapshots()
        if not snapshots:
            raise RunError(f"the run {run.name} has no snapshot yet; wait until its first one, or choose another run")
        losses = run.history().epochs.get("val_loss", [])
        if run.spec.train.keep == "best" and losses and not run.status.active:
            best = float(np.argmin(losses) + 1)
            found = [item.number for item in snapshots if item.position == best]
            return found[0] if found else snapshots[-1].number
        return snapshots[-1].number

    @property
    def arrays_path(self) -> Path:
        """The file that `arrays` reads: of a network from elsewhere the one with its kernels, or its model.

        Raises:
            RunError: the run has no snapshot yet.
        """
        if self.snapshot is None and self.run.spec.model.foreign:
            kernels = self.run.folder / KERNELS
            return self.path if self.run.bundled and not kernels.exists() else kernels
        return snapshot_path(self.run.folder, self.number)

    def arrays(self) -> Arrays:
        """Read them without Keras; of the run's model those of its snapshot, of a network from elsewhere its kernels.

        Returns:
            Arrays by the weight's path in the model, such as "conv2d_1/kernel".

        Raises:
            RunError: there are none, or the file is damaged.
        """
        path = self.arrays_path
        if path.name not in (KERNELS, MODEL):
            begun = {} if self.run.spec.beginning is None else _weights_begun_with(self.run)
            return {**begun, **self._snapshot_arrays(path)}
        try:
            return read_arrays(path) if path.name == KERNELS else kernels_inside(path)
        except (OSError, ValueError) as error:
            raise RunError(
                f"the kernels of the run {self.run.name} are missing or damaged; "
                + ("install cnnviz again" if self.run.bundled else "bring it in again")
            ) from error

    def own_arrays(self) -> Arrays:
        """Read what a snapshot's file holds: of a run that begins with another network only the weights that learn.

        Raises:
            RunError: there is no such snapshot, or its file is damaged.
        """
        return self._snapshot_arrays(self.path)

    def _snapshot_arrays(self, path: Path) -> Arrays:
        number = self.number
        if not path.exists():
            Weights(self.run, number).checked()
        arrays = read_named(self.run.id, path, f"snapshot {number}")
        if any(array.dtype.kind not in "biuf" for array in arrays.values()):
            raise RunError(f"the snapshot {number} of the run {self.run.id} holds no numbers; choose another")
        return arrays

    def open(self) -> "keras.Model":
        """Open the Keras model, a new one at each call.

        Raises:
            RunError: it does not exist yet, or is damaged.
        """
        from cnnviz import models  # Keras takes seconds to import; whoever only reads curves must not wait

        run = self.run
        if self.snapshot is not None:
            model = before_training(run)
            models.assign_weights(model, self.arrays())
            return model
        self.checked()
        try:
            return models.open_file(self.path)
        except ValueError as error:
            raise RunError(
                f"the model of the run {run.id} is damaged; open its last snapshot or train it again"
            ) from error

    def checked(self) -> "Weights":
        """Return these weights, where they are there.

        Raises:
            RunError: there is no such file.
        """
        if self.exists:
            return self
        if self.snapshot is None:
            raise RunError(
                f"the run {self.run.id} has no model yet; wait until it is completed, or open one of its snapshots"
            )
        there = [item.number for item in self.run.snapshots()] if self.run.bundled else []
        if there:  # of a large network that came with cnnviz some have none
            raise RunError(
                f"the run {self.run.name} has no weights of snapshot {self.snapshot}; "
                f"choose one of {', '.join(map(str, there))}"
            )
        raise RunError(
            f"the run {self.run.id} has no snapshot {self.snapshot} yet; wait for it, or choose one that exists"
        )


def _weights_begun_with(run: "Run") -> Arrays:
    """Read all weights as they were when a run began that begins with another network.

    Raises:
        RunError: there are none yet, or the file is damaged.
    """
    return read_named(run.id, run.folder / BEGINNING, "network that it began with")


def _layers_begun_with(run: "Run") -> dict[str, Any]:
    """Read the layers of a run that begins with another network.

    Raises:
        RunError: there are none yet, or the file is damaged.
    """
    layers = read_json(run.folder / NETWORK)
    if layers is None:
        raise RunError(f"the run {run.id} has no layers of the network that it began with; wait, or train it again")
    return layers


def before_training(run: "Run") -> "keras.Model":
    """Return a run's network as it was before the first step; whitened kernels are random in it.

    Raises:
        RunError: it begins with another network, which is not there yet or damaged.
    """
    from cnnviz import models

    if run.spec.beginning is None:
        return models.build(run.spec.model, run.spec.train.seed)
    return models.opened(_layers_begun_with(run), _weights_begun_with(run))


@lru_cache(maxsize=256)
def _digest(path: Path, stamp: tuple[int, ...]) -> str:
    try:
        return blake2b(read_regular(path), digest_size=16).hexdigest()
    except OSError:
        return _NONE
