"""What a network makes of the images it was trained on: computed in the background, kept with the run.

It lies in `features/` of the run's additions: `train-NNNN.npz` for a snapshot, `train-model.npz` for the run's model.
"""

import hashlib
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.arrays import pack_arrays, read_arrays
from cnnviz.data import Split, how_to_get, prepare
from cnnviz.errors import RunError, StorageError
from cnnviz.home import datasets_folder
from cnnviz.inference.came_with import fitted_sample
from cnnviz.runs import Run, Weights
from cnnviz.runs.additions import additions, write_addition
from cnnviz.ui.jobs import Job, Report, job, known_job
from cnnviz.ui.loaders import dataset, held_images, home, modified
from cnnviz.ui.look.models import model
from cnnviz.ui.look.sized import features_of

if TYPE_CHECKING:
    import keras

__all__ = ["TrainingFeatures", "training_images"]

_FOLDER = "features"
_MOST_VALUES = 48_000_000  # 96 MB of half precision; of a network with wide features not every image is looked at
_LARGEST = 60_000.0  # of half precision, nearly


def training_images(run: Run) -> Split:
    """Return the images that a run was fitted on, without those it was validated on.

    Where the data set of a run that came with cnnviz is not on this machine, these are the ones in the embedded sample.

    Raises:
        RunError: there are none on this machine.
    """
    data = run.spec.data
    if held_images(run) != "exact":
        found = fitted_sample(run)
        if found is not None:
            return found
        raise RunError(
            f"the training images of {data.name} are not on this machine, so nothing can be compared with them; "
            f"{how_to_get(data.name)}"
        )
    changed = modified(datasets_folder(home()) / f"{data.name}.npz")
    return _training(run, f"{home()}|{changed}|{data.to_json()}|{run.spec.train.seed}")


@st.cache_resource(max_entries=1, show_spinner=False)  # a copy of most of the data set
def _training(_run: Run, key: str) -> Split:
    return prepare(dataset(_run.spec.data.name), _run.spec.data, _run.spec.train.seed).train


class TrainingFeatures:
    """Reads, or makes in the background, the features of a run's training images at one snapshot.

    Args:
        weights: of the run at that snapshot.

    Attributes:
        split: the images.
        whole: whether these are all; else they are those in the embedded sample.

    Raises:
        RunError: there are none on this machine.
    """

    def __init__(self, weights: Weights) -> None:
        self.weights, self.run = weights, weights.run
        run = self.run
        self.split = training_images(run)
        self.whole = held_images(run) == "exact"
        self._home = home()
        self._name = f"{_FOLDER}/train-{weights.name}.npz"
        self._path = additions(run, self._home) / self._name
        self._key = f"features|{weights.key}|{len(self.split)}"

    def kept(self) -> NDArray[np.float32] | None:
        """Return them, (images looked at, features); None where they were not made yet, or of other weights."""
        found = _read(str(self._path), modified(self._path))
        if found is not None and found[0] == self._made_of():
            return found[1]
        ended = self.going()
        result = ended.progress.result if ended else None
        return result if isinstance(result, np.ndarray) else None

    def every(self, features: NDArray[np.float32]) -> int:
        """Say that every so manieth image was looked at; 1 for all."""
        return -(-len(self.split) // len(features))

    def going(self) -> Job | None:
        """Return the job that makes them, or ended without."""
        return known_job(self._key)

    def start(self) -> Job:
        """Make them in the background, or return the job that does so already; needs Keras.

        Raises:
            RunError: the model cannot be opened.
        """
        opened = model(self.weights)
        return job(self._key, lambda report: self._make(opened, report))

    # --- in a job: no Streamlit ---------------------------------------------------------------------------------

    def _make(self, opened: "keras.Model", report: Report) -> NDArray[np.float32]:
        made_of, images = self._made_of(), self.split.images
        shape = self.run.spec.model.input_shape
        width = features_of(opened, images[:1], shape).shape[1]
        step = max(1, -(-len(images) * width // _MOST_VALUES))
        looked_at = images[::step]
        found = features_of(
            opened,
            looked_at,
            shape,
            lambda done, count: report(done / count, f"{done:,} of {count:,} training images"),
        )
        small = found.astype(np.float16) if np.abs(found).max() < _LARGEST else found
        with suppress(StorageError):  # the job has it, as long as this server runs
            arrays = {"features": small, "made_of": np.array(made_of)}
            write_addition(self.run, self._name, pack_arrays(arrays), self._home)
        return found

    def _made_of(self) -> str:
        """Name the weights and the images they depend on."""
        return f"{self.weights.digest}|{_labels(self.split)}"


def _labels(split: Split) -> str:
    return hashlib.blake2b(split.labels.tobytes(), digest_size=8).hexdigest()


@lru_cache(maxsize=2)
def _read(path: str, changed: int) -> tuple[str, NDArray[np.float32]] | None:
    try:
        arrays = read_arrays(Path(path))
        features = arrays["features"]
        made_of = str(arrays["made_of"])
    except (OSError, ValueError, KeyError):  # not made yet, or damaged: it is made again
        return None
    return (made_of, features.astype(np.float32)) if features.ndim == 2 and features.dtype.kind == "f" else None
