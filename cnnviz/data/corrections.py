"""Labels of a data set that somebody corrected, kept beside it; `cnnviz.data.correcting` makes a data set with them.

They lie in `<home>/datasets/.NAME.corrections.json`, by image: training, validation and test images alike. The data set
itself stays as it is, so that what was measured on it stays true.
"""

from pathlib import Path

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from cnnviz.data.catalogue import checked_name
from cnnviz.data.findings.records import Place, SplitName, splits_of
from cnnviz.data.records import Dataset
from cnnviz.errors import DataError
from cnnviz.files import read_json, storage_errors, write_json
from cnnviz.home import datasets_folder

__all__ = ["corrections_path", "find_image", "label_of", "read_corrections", "write_correction"]

_BLOCK = 500  # images that are compared at a time


def corrections_path(name: str, home: str | Path | None = None) -> Path:
    """Return where they are kept."""
    return datasets_folder(home) / f".{checked_name(name)}.corrections.json"


def read_corrections(dataset: Dataset, home: str | Path | None = None) -> dict[Place, str]:
    """Return the right class of every image whose label was corrected, in the data set's order.

    Args:
        dataset: whose.
        home: the home folder; see `cnnviz.home.resolve_home`.

    Returns:
        The names of classes by image. Of another data set that had this name before, none.
    """
    said = read_json(corrections_path(dataset.name, home)) or {}
    rows = said.get("corrections") if said.get("format") == 1 else None
    found: dict[Place, str] = {}
    splits = splits_of(dataset)
    for one in rows if isinstance(rows, list) else ():
        try:
            place, was, right = Place(one["split"], one["image"]), one["label"], one["right"]
            label = dataset.class_names[splits[place.split].labels[place.position]]
        except (KeyError, IndexError, TypeError):
            continue
        if label == was and right in dataset.class_names and place.position >= 0:
            found[place] = right
    order = list(splits)
    return dict(sorted(found.items(), key=lambda pair: (order.index(pair[0].split), pair[0].position)))


def write_correction(dataset: Dataset, place: Place, right: str | None, home: str | Path | None = None) -> None:
    """Keep what the label of an image should be, or take that back.

    Args:
        dataset: whose image it is.
        place: which image.
        right: the name of the right class; None, or the label that it has, takes a correction back.
        home: the home folder; see `cnnviz.home.resolve_home`.

    Raises:
        DataError: there is no such image or class.
        StorageError: the home cannot be written.
    """
    split = splits_of(dataset).get(place.split)
    if split is None or not 0 <= place.position < len(split):
        there = 0 if split is None else len(split)
        raise DataError(
            f"{place.split} image {place.position} was given and {dataset.name} has {there:,} {place.split} images, "
            "counted from 0; give one of these"
        )
    if right is not None and right not in dataset.class_names:
        raise DataError(
            f"{right!r:.60} was given as a right class and is none of {dataset.name}; give one of "
            f"{', '.join(dataset.class_names[:10])}{', ...' if dataset.n_classes > 10 else ''}"
        )
    path = corrections_path(dataset.name, home)
    with storage_errors(path):
        (path.parent / ".locks").mkdir(parents=True, exist_ok=True)
        with FileLock(path.parent / ".locks" / f"{dataset.name}.corrections.lock"):
            found = read_corrections(dataset, home)
            found.pop(place, None)
            if right is not None and right != label_of(dataset, place):
                found[place] = right
            rows = [
                {"split": at.split, "image": at.position, "label": label_of(dataset, at), "right": name}
                for at, name in found.items()
            ]
            write_json(path, {"format": 1, "corrections": rows})


def find_image(dataset: Dataset, split: SplitName, label: str, image: NDArray[np.uint8]) -> Place | None:
    """Return where a data set has an image.

    Args:
        dataset: any.
        split: the split that it is in.
        label: its class.
        image: (height, width, channels) uint8.

    Returns:
        The first that is the same to the byte; None where none is.
    """
    there = splits_of(dataset)[split]
    places = np.flatnonzero(there.labels == dataset.class_names.index(label))
    for start in range(0, len(places), _BLOCK):
        some = places[start : start + _BLOCK]
        same = np.flatnonzero((there.images[some] == image).all(axis=(1, 2, 3)))
        if len(same):
            return Place(split, int(some[same[0]]))
    return None


def label_of(dataset: Dataset, place: Place) -> str:
    """Return the class that an image of a data set has."""
    return dataset.class_names[int(splits_of(dataset)[place.split].labels[place.position])]
