"""On what ground pictures lie: a network that learned bright digits on dark makes nothing of dark ones on paper."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.catalogue import load_dataset
from cnnviz.data.pictures import held_pictures
from cnnviz.data.records import Dataset, Images
from cnnviz.errors import CnnvizError, StorageError
from cnnviz.files import read_json
from cnnviz.runs import Run

__all__ = ["Ground", "ground_of", "keep_ground", "run_ground"]

_FILE = "ground.json"
_EVEN = 64.0  # grey levels that the grounds of one kind of drawing differ by
_MEASURED = 1_000  # images; more do not change it
_BLOCK = 250  # images that are read at a time


@dataclass(frozen=True)
class Ground:
    """How bright the grounds of images are, by the median of each one's outermost pixels.

    Attributes:
        low, high: 5 % of the images have a darker ground, and 5 % a brighter one, in 0..255.
    """

    low: float
    high: float

    @property
    def even(self) -> bool:
        """Whether all have about the same: drawings do, photos do not."""
        return self.high - self.low <= _EVEN

    @property
    def bright(self) -> bool:
        """Whether it is nearer to white than to black."""
        return self.low + self.high > 255

    def hint(self, image: NDArray[Any]) -> str:
        """Say that an image has the other ground, and that inverting it would mend that; empty where it has not.

        Args:
            image: (height, width, channels) uint8 or float in 0..255, of any size.
        """
        ground = float(_edges(image[None])[0])
        if not self.even or self._away(255 - ground) >= self._away(ground) / 2 or self._away(ground) < _EVEN:
            return ""
        known, found = ("bright", "dark") if self.bright else ("dark", "bright")
        return (
            f"The images that this network knows have a {known} ground and this one has a {found} one, so its answer "
            "means little"
        )

    def _away(self, ground: float) -> float:
        return max(self.low - ground, ground - self.high, 0.0)


# CIFAR-10's as measured on the embedded sample; the published sets need not be here
_DRAWN, _PHOTOS = Ground(0, 0), Ground(42, 233)
_KNOWN: Mapping[str, Ground] = {
    **dict.fromkeys(("digits", "mnist", "fashion-mnist"), _DRAWN),
    **dict.fromkeys(("cifar10", "cifar10-sample", "cifar100"), _PHOTOS),
}


def ground_of(images: Images) -> Ground:
    """Measure the ground of images, of a thousand of them at most.

    Args:
        images: (n, height, width, channels) uint8, at least one; they may be on the disk.
    """
    rows = np.arange(0, len(images), max(1, len(images) // _MEASURED))
    edges = np.concatenate([_edges(images[rows[at : at + _BLOCK]]) for at in range(0, len(rows), _BLOCK)])
    low, high = np.quantile(edges, (0.05, 0.95))
    return Ground(float(low), float(high))


def keep_ground(run: Run, images: Images, home: str | Path | None = None) -> None:
    """Keep the ground of its training images with a run, so that it is known without them.

    Args:
        run: the run.
        images: as for `ground_of`.
        home: the home folder, where additions to a read-only run are; None for the run's own.

    Raises:
        StorageError: the disk refuses.
    """
    run.additions(home).write(_FILE, json.dumps(asdict(ground_of(images))).encode())


def run_ground(
    run: Run, home: str | Path | None = None, *, load: Callable[[str], Dataset] | None = None
) -> Ground | None:
    """Return the ground of the images that a run learned from.

    Known of published sets and of runs that kept it; else measured on the data set where that is on this machine, and
    kept. Of a network from elsewhere it is that of the images it was measured on.

    Args:
        run: the run.
        home: the home folder; None for the run's own.
        load: loads a data set that is on this machine; None for `load_dataset`, which reads it anew.

    Returns:
        None where nobody knows.
    """
    name, folder = run.spec.data.name, home or run.home
    kept = read_json(run.additions(home).folder / _FILE) or {}
    low, high = kept.get("low"), kept.get("high")
    if isinstance(low, int | float) and isinstance(high, int | float) and 0 <= low <= high <= 255:
        return Ground(low, high)
    if name in _KNOWN:
        return _KNOWN[name]
    if held_pictures(name, folder) != "exact":
        return None
    try:
        images = (load(name) if load else load_dataset(name, folder)).train.images
    except CnnvizError:  # a damaged data set keeps nobody from using the network, and is named where it is needed
        return None
    with suppress(StorageError):  # it is measured again the next time
        keep_ground(run, images, home)
    return ground_of(images)


def _edges(images: NDArray[Any]) -> NDArray[np.float64]:
    """Return (n,) the median of each image's outermost pixels, grey as the mean of the channels."""
    sides = (images[:, 0], images[:, -1], images[:, 1:-1, 0], images[:, 1:-1, -1])
    return np.asarray(np.median(np.concatenate(sides, axis=1).mean(axis=2), axis=1))
