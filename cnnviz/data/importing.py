"""Importing a data set of one's own: a NumPy archive, or a folder with a folder of photos for each class."""

from dataclasses import dataclass
from os.path import lexists
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.catalogue import checked_name, info_of_file
from cnnviz.data.class_folders import arrays_of, find_photos
from cnnviz.data.download import Progress
from cnnviz.data.known import KNOWN
from cnnviz.data.npz import CLASS_NAMES, dataset_from_npz, regular_file, write_npz
from cnnviz.data.photo_formats import format_of
from cnnviz.data.records import Dataset, DatasetInfo
from cnnviz.data.validation import checked_class_names, checked_dataset
from cnnviz.errors import DataError
from cnnviz.home import datasets_folder

__all__ = ["USUAL_SIZE", "Imported", "import_dataset"]

USUAL_SIZE = 32  # pixels; what the presets are made for
SMALLEST_SIZE, LARGEST_SIZE = 4, 512  # what networks take


@dataclass(frozen=True)
class Imported:
    """What an import made.

    Attributes:
        info: the new data set, as `list_datasets` has it.
        skipped: what was passed over, a sentence each.
    """

    info: DatasetInfo
    skipped: tuple[str, ...] = ()


def import_dataset(
    path: str | Path,
    name: str,
    home: str | Path | None = None,
    *,
    size: int | None = None,
    on_progress: Progress | None = None,
) -> Imported:
    """Make a data set of one's own files, kept as `<home>/datasets/NAME.npz`.

    Args:
        path: an .npz file with x_train, y_train, x_test, y_test and perhaps class_names; or a folder of
            `train/CLASS/*` and `test/CLASS/*`, or of `CLASS/*` alone, of which a fifth is then set aside for testing.
        name: of the data set; a new one.
        home: the home folder; see `cnnviz.home.resolve_home`.
        size: height and width in pixels to bring a folder's photos to; None for 32. Not for an .npz.
        on_progress: called with the number of files that are read and of all.

    Returns:
        What there is now, and what was passed over.

    Raises:
        DataError: the name is taken or cannot be one, or the files are not a data set.
        StorageError: the home cannot be written; nothing is left behind.
    """
    path, file = Path(path), datasets_folder(home) / f"{checked_name(name)}.npz"
    _check_free(name, file)
    if path.is_dir():
        dataset, skipped = _from_folder(path, name, USUAL_SIZE if size is None else size, on_progress)
    else:
        dataset, skipped = _from_file(path, name, size), []
    _check_free(name, file)  # reading takes time
    write_npz(file, _arrays(dataset))
    return Imported(info_of_file(file, name), tuple(skipped))


def _check_free(name: str, file: Path) -> None:
    if name in KNOWN:
        raise DataError(f"{name} is a data set that cnnviz knows already; give another name")
    if lexists(file):
        raise DataError(f"there is a data set {name} already; give another name, or delete {file}")


def _from_folder(path: Path, name: str, size: int, on_progress: Progress | None) -> tuple[Dataset, list[str]]:
    if not SMALLEST_SIZE <= size <= LARGEST_SIZE:
        raise DataError(f"the size is {size}, expected {SMALLEST_SIZE} to {LARGEST_SIZE} pixels; give {USUAL_SIZE}")
    found = find_photos(path)
    arrays = arrays_of(found, size, on_progress)
    names = checked_class_names(arrays.pop(CLASS_NAMES), f"the list of classes of {path}")
    return checked_dataset(name, arrays, names, "", str(path)), found.skipped


def _from_file(path: Path, name: str, size: int | None) -> Dataset:
    regular_file(path)
    if path.suffix.lower() != ".npz":
        raise DataError(
            f"{path} holds {_kind(path)}; accepted are an .npz file with x_train, y_train, x_test and y_test, and a "
            "folder with a folder of photos for each class, so unpack an archive and give its folder"
        )
    if size is not None:
        raise DataError(f"a size of {size} was given and the images of {path} have one already; leave it out")
    return dataset_from_npz(path, name, "")


def _kind(path: Path) -> str:
    if path.suffix.lower() in (".csv", ".tsv"):
        return "a table (CSV)"
    try:
        with path.open("rb") as file:
            return format_of(file.read(1024))
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}); check its permissions") from error


def _arrays(dataset: Dataset) -> dict[str, NDArray[Any]]:
    return {
        "x_train": dataset.train.images,
        "y_train": dataset.train.labels,
        "x_test": dataset.test.images,
        "y_test": dataset.test.labels,
        CLASS_NAMES: np.array(dataset.class_names, np.str_),
    }
