"""Large data sets: a folder of plain .npy files, whose images are read when they are asked for.

`<home>/datasets/NAME/` holds `images.npy`, `labels.npy` and `parts.npy` with a row for each image, and `dataset.json`.
Such a folder is a stranger's until it is checked: no link is followed, nothing unpickled, no length believed.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.npz import Facts
from cnnviz.data.records import Dataset, Images, Labels, Split
from cnnviz.data.stored import StoredImages, open_array, open_plain
from cnnviz.data.validation import (
    LONGEST_NAME,
    MOST_CLASSES,
    MOST_IMAGES,
    checked_class_names,
    checked_labels,
    checked_shape,
)
from cnnviz.errors import DataError
from cnnviz.files import stamp

__all__ = [
    "IMAGES",
    "LABELS",
    "MANIFEST",
    "PARTS",
    "PART_NAMES",
    "dataset_from_folder",
    "facts_of_folder",
    "is_large",
    "manifest_of",
]

MANIFEST, IMAGES, LABELS, PARTS = "dataset.json", "images.npy", "labels.npy", "parts.npy"
PART_NAMES = ("train", "validation", "test")  # by number in parts.npy

_LONGEST_MANIFEST = 8_000_000  # bytes; ten thousand classes with long names


class _Checked(NamedTuple):
    """What a folder holds besides its images."""

    class_names: tuple[str, ...]
    labels: Labels
    parts: NDArray[np.uint8]


def is_large(folder: Path) -> bool:
    """Say whether a folder is meant as a data set; whether it is one is found out when it is opened."""
    try:
        return not folder.is_symlink() and folder.is_dir() and (folder / MANIFEST).exists()
    except OSError:
        return False


def manifest_of(class_names: tuple[str, ...]) -> dict[str, Any]:
    """Return what `dataset.json` says."""
    return {"format": 1, "class_names": list(class_names)}


def dataset_from_folder(folder: Path, name: str, source: str) -> Dataset:
    """Open a large data set; its images stay on the disk.

    Args:
        folder: of the four files.
        name: the data set's name.
        source: whose images these are.

    Raises:
        DataError: a file is missing, damaged, or does not fit the others.
    """
    path = folder / IMAGES
    checked = _checked(folder)
    file, (shape, dtype) = open_array(path, lambda shape, dtype: checked_shape(shape, dtype, str(path)))
    full = checked_shape(shape, dtype, str(path))
    if full[0] != len(checked.labels):
        file.close()
        raise DataError(f"{path} holds {full[0]} images for {len(checked.labels)} labels; import the data set again")
    images = StoredImages.of(file, path, full)
    splits = [_split(images, checked, number) for number in range(len(PART_NAMES))]
    train, validation, test = splits
    return Dataset(name, checked.class_names, train, test, source, validation if len(validation) else None)


def facts_of_folder(folder: Path) -> Facts:
    """Say how many images of what size and which classes a large data set has, reading no image.

    Returns:
        The facts; remembered until a file's size or time changes.

    Raises:
        DataError: as for `dataset_from_folder`.
    """
    return _facts(folder, tuple(stamp(folder / name) for name in (MANIFEST, IMAGES, LABELS, PARTS)))


@lru_cache(maxsize=64)
def _facts(folder: Path, _stamps: tuple[tuple[int, ...], ...]) -> Facts:
    dataset = dataset_from_folder(folder, "", "")
    held = 0 if dataset.validation is None else len(dataset.validation)
    return Facts(len(dataset.train), len(dataset.test), dataset.class_names, dataset.shape, held)


def _split(images: StoredImages, checked: _Checked, part: int) -> Split:
    rows = np.flatnonzero(checked.parts == part)
    return Split(cast("Images", images.take(rows)), checked.labels[rows])  # indexed like an array, see Split


def _checked(folder: Path) -> _Checked:
    names = _class_names(folder)
    labels = checked_labels(_numbers(folder / LABELS), str(folder / LABELS), len(names))
    parts = _numbers(folder / PARTS)
    if parts.dtype != np.uint8 or len(parts) != len(labels) or parts.max(initial=0) >= len(PART_NAMES):
        raise DataError(
            f"{folder / PARTS} is {parts.dtype!s:.40} of {len(parts)} images up to {parts.max(initial=0)}, expected "
            f"uint8 of {len(labels)}, 0 for training, 1 for validation, 2 for testing; import the data set again"
        )
    for part in ("train", "test"):
        if PART_NAMES.index(part) not in parts:
            raise DataError(f"{folder / PARTS} names no {part} image; import the data set again")
    return _Checked(names, labels, parts)


def _class_names(folder: Path) -> tuple[str, ...]:
    path = folder / MANIFEST
    with open_plain(path) as file:
        content = file.read(_LONGEST_MANIFEST + 1)
    try:
        if len(content) > _LONGEST_MANIFEST:
            raise ValueError("it is too long")
        said = json.loads(content)
        if said["format"] != 1:
            raise DataError(f"{path} has the format {said['format']!r:.40}, expected 1; update cnnviz to open it")
        names = said["class_names"]
        if not isinstance(names, list) or len(names) > MOST_CLASSES or not all(map(_may_be_a_name, names)):
            raise ValueError("its class names are none, or too long or many")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise DataError(f"{path} cannot be read ({error!s:.80}); import the data set again") from error
    return checked_class_names(np.array(names, np.str_), f"class_names of {path}")


def _may_be_a_name(name: object) -> bool:
    return isinstance(name, str) and len(name) <= LONGEST_NAME


def _numbers(path: Path) -> NDArray[Any]:
    """Read a row of whole numbers, one for each image."""

    def check(shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        if len(shape) != 1 or dtype.kind not in "iu" or shape[0] > MOST_IMAGES:
            raise DataError(
                f"{path} is {dtype!s:.40} of shape {shape!s:.40}, expected a row of at most {MOST_IMAGES:,} whole "
                "numbers; import the data set again"
            )

    file, (shape, dtype) = open_array(path, check)
    with file:
        found = np.frombuffer(file.read(shape[0] * dtype.itemsize), dtype)
    if len(found) != shape[0]:
        raise DataError(f"{path} became shorter while it was read; import the data set again")
    return found
