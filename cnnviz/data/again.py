"""A data set that is here, understood like a person's own files: to keep it anew without some of its images."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.findings import Place, places_of
from cnnviz.data.findings.records import numbers_of
from cnnviz.data.importing import Imported, keep
from cnnviz.data.originals import Original, Originals, originals_of
from cnnviz.data.records import Dataset, Split
from cnnviz.data.sources import Keeping, Understood
from cnnviz.download import Progress
from cnnviz.home import datasets_folder

__all__ = ["keep_without", "understood_again"]


class _Again:
    """The images of a data set, training, then validation, then test images: `cnnviz.data.sources.Pictures`."""

    def __init__(self, dataset: Dataset, places: tuple[Place, ...], originals: Originals | None) -> None:
        self._splits: dict[str, Split | None] = {
            "train": dataset.train,
            "validation": dataset.validation,
            "test": dataset.test,
        }
        self._places, self._originals = places, originals

    def __len__(self) -> int:
        return len(self._places)

    def name(self, position: int) -> str:
        place = self._places[position]
        return f"{place.split} image {place.position}"

    def read(self, position: int) -> NDArray[np.uint8]:
        place = self._places[position]
        split = self._splits[place.split]
        assert split is not None
        image: NDArray[np.uint8] = split.images[place.position]
        return image

    def read_original(self, position: int) -> tuple[NDArray[np.uint8], Original]:
        """Return an image, and what the picture was that it was made of."""
        image = self.read(position)
        if self._originals is None:
            return image, Original(*image.shape[:2])
        height, width, orientation, turned_before, camera = self._originals[position].tolist()
        return image, Original(height, width, orientation, bool(turned_before), camera)


def understood_again(dataset: Dataset, home: str | Path | None = None) -> Understood:
    """Understand the images of a data set, divided as they are.

    Args:
        dataset: any.
        home: the home folder; see `cnnviz.home.resolve_home`.
    """
    places = places_of(dataset)
    splits = [split for split in (dataset.train, dataset.validation, dataset.test) if split is not None and len(split)]
    return Understood(
        datasets_folder(home) / dataset.name,
        f"the data set {dataset.name}",
        dataset.class_names,
        np.concatenate([split.labels for split in splits]),
        np.array([place.split for place in places], np.str_),
        _Again(dataset, places, originals_of(dataset.name, len(places), home)),
        shape=dataset.shape,
        notes=(f"Made of the data set {dataset.name}: {dataset.source}.",),
    )


def keep_without(
    dataset: Dataset,
    places: Iterable[Place],
    name: str,
    home: str | Path | None = None,
    on_progress: Progress | None = None,
    *,
    replace: bool = False,
) -> Imported:
    """Keep a data set without some of its images, divided as it is.

    Args:
        dataset: any.
        places: the images that are left out, such as a finding's `leave_out`.
        name: of the new data set.
        home: the home folder; see `cnnviz.home.resolve_home`.
        on_progress: called with the number of images that were copied and of all; what it raises stops.
        replace: whether a data set of one's own of that name goes.

    Raises:
        DataError: the name is taken or cannot be one, or nothing would be left to train on or to test on.
        StorageError: the home cannot be written.
    """
    number = numbers_of(dataset)
    keeping = Keeping(left_out=frozenset(number[place] for place in places if place in number))
    return keep(understood_again(dataset, home), name, home, keeping, on_progress, replace=replace)
