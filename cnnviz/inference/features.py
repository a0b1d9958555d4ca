"""What a network makes of images before its last weights: of any images, and of those it was trained on.

The latter lies in `features/` of the run's additions: `train-NNNN.npz` for a snapshot, `train-model.npz` for the run's
model.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnviz.arrays import Arrays
from cnnviz.data import Dataset, Split, held_pictures, how_to_get, load_dataset, prepare
from cnnviz.data.photos import sized
from cnnviz.errors import RunError
from cnnviz.inference.came_with import fitted_sample
from cnnviz.runs import Derived, Run, Weights
from cnnviz.runs.derived import Progress

if TYPE_CHECKING:
    import keras

__all__ = ["TrainingFeatures", "features_of", "training_images"]

Features = NDArray[np.float32]

_AT_ONCE = 256  # images: a whole data set in the size of a photo fills the memory
_MOST_VALUES = 48_000_000  # 96 MB of half precision; of a network with wide features not every image is looked at
_LARGEST = 60_000.0  # of half precision, nearly


def features_of(
    model: "keras.Model",
    images: NDArray[np.uint8],
    shape: tuple[int, int, int],
    on_progress: Callable[[int, int], None] | None = None,
) -> Features:
    """Return what goes into a network's last weights, for images of any size; see `cnnviz.explain.penultimate`.

    Args:
        model: the network.
        images: (n, height, width, channels) uint8, at least one.
        shape: (height, width, channels) that the network takes.
        on_progress: told (images done, images) after each batch; it may raise to stop.
    """
    from cnnviz.explain.features import penultimate  # imports Keras, which takes seconds

    if images.shape[1:] == shape:
        return penultimate(model, images, on_progress)
    parts = []
    for start in range(0, len(images), _AT_ONCE):
        parts.append(penultimate(model, sized(images[start : start + _AT_ONCE], shape)))
        if on_progress:
            on_progress(min(start + _AT_ONCE, len(images)), len(images))
    return np.concatenate(parts)


def training_images(run: Run, home: str | Path | None = None, load: Callable[[str], Dataset] | None = None) -> Split:
    """Return the images that a run was fitted on, without those it was validated on.

    Where the data set of a run that came with cnnviz is not on this machine, these are the ones in the embedded sample.

    Args:
        run: the run.
        home: where its data set is; None for the run's home.
        load: returns a data set by its name; None to load it anew.

    Raises:
        RunError: there are none on this machine.
    """
    data, folder = run.spec.data, home or run.home
    if held_pictures(data.name, folder) != "exact":
        found = fitted_sample(run)
        if found is not None:
            return found
        raise RunError(
            f"the training images of {data.name} are not on this machine, so nothing can be compared with them; "
            f"{how_to_get(data.name)}"
        )
    dataset = load_dataset(data.name, folder) if load is None else load(data.name)
    return prepare(dataset, data, run.spec.train.seed).train


class TrainingFeatures(Derived[Features], held=2):
    """The features of a run's training images: (images looked at, features) float32.

    Args:
        weights: the network.
        split: its training images, from `training_images`.
        home: where additions to a read-only run are; None for the run's own home.
        model: the network, where it is open already.
    """

    def __init__(
        self, weights: Weights, split: Split, home: str | Path | None = None, model: "keras.Model | None" = None
    ) -> None:
        labels = hashlib.blake2b(split.labels.tobytes(), digest_size=8).hexdigest()
        super().__init__(weights, f"features/train-{weights.name}.npz", labels, home)
        self.split, self._model = split, model

    def every(self, features: Features) -> int:
        """Say that every so manieth image was looked at; 1 for all."""
        return -(-len(self.split) // len(features))

    def compute(self, progress: Progress) -> Features:
        """Look at the images as the network does; needs Keras.

        Raises:
            RunError: the model cannot be opened.
        """
        model, images = self._model or self.weights.open(), self.split.images
        shape = self.weights.run.spec.model.input_shape
        width = features_of(model, images[:1], shape).shape[1]
        step = max(1, -(-len(images) * width // _MOST_VALUES))
        return features_of(
            model,
            images[::step],
            shape,
            lambda done, count: progress(done / count, f"{done:,} of {count:,} training images"),
        )

    def packed(self, value: Features) -> Arrays:
        """In half precision, where that holds them."""
        return {"features": value.astype(np.float16) if np.abs(value).max() < _LARGEST else value}

    def unpacked(self, arrays: Arrays) -> Features | None:
        """In single precision."""
        features = arrays["features"]
        return features.astype(np.float32) if features.ndim == 2 and features.dtype.kind == "f" else None
