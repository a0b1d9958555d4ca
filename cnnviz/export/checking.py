"""The images that an exported file is checked with: real ones, of the kind the network knows where they are here."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnviz.data import fit, list_datasets, load_dataset, prepare
from cnnviz.data.sample import load_sample
from cnnviz.errors import CnnvizError

if TYPE_CHECKING:
    from cnnviz.runs import Run

__all__ = ["TOLERANCE", "CheckImages", "images_for"]

TOLERANCE = 1e-4  # between probabilities; what single precision leaves is a thousand times smaller

_MOST_IMAGES = 64
_MOST_VALUES = 4_000_000  # of all images together: the feature maps of large ones fill the memory


@dataclass(frozen=True, eq=False)
class CheckImages:
    """Images to check with.

    Attributes:
        images: (n, height, width, channels) uint8.
        origin: whose they are, such as "test images of digits".
    """

    images: NDArray[np.uint8]
    origin: str


def images_for(shape: tuple[int, int, int], run: "Run | None" = None, home: str | Path | None = None) -> CheckImages:
    """Choose images, spread evenly over a test set.

    Args:
        shape: (height, width, channels) that the network takes.
        run: whose test images to take, where its data set is on this machine; else the embedded photos are used.
        home: where the data sets are.

    Returns:
        64 images, fewer of large ones.
    """
    count = int(np.clip(_MOST_VALUES // int(np.prod(shape)), 2, _MOST_IMAGES))
    if run is not None:
        own = _test_images(run, home)
        if own is not None and own.shape[1:] == shape:
            return CheckImages(_spread(own, count), f"test images of {run.spec.data.name}")
    photos = _spread(load_sample().test.images, count)
    return CheckImages(np.stack([fit(photo, shape) for photo in photos]), "photos of CIFAR-10")


def _test_images(run: "Run", home: str | Path | None) -> NDArray[np.uint8] | None:
    """Return the run's test images, or None where they would have to be downloaded or cannot be read."""
    spec = run.spec
    try:
        if not any(info.available for info in list_datasets(home) if info.name == spec.data.name):
            return None
        of_its_classes = spec.data.changed(train_images=None, validation=0.0)  # nothing of the training images is drawn
        return prepare(load_dataset(spec.data.name, home), of_its_classes, spec.train.seed).test.images
    except CnnvizError:
        return None


def _spread(images: NDArray[np.uint8], count: int) -> NDArray[np.uint8]:
    return np.asarray(images[np.unique(np.linspace(0, len(images) - 1, count).astype(int))])
