"""Published files that somebody put into the home's datasets folder, found by what they hold.

MNIST's and Fashion-MNIST's idx files have the same names, and each is about in several gzip wrappers: the labels inside
say which set they are of.
"""

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from os.path import isfile, lexists
from pathlib import Path

import numpy as np

from cnnviz.data.idx import header_of_idx, idx_start, read_idx
from cnnviz.data.known import KNOWN, KnownSet
from cnnviz.data.npz import regular_file
from cnnviz.errors import DataError

__all__ = ["IDX_NAMES", "dropped_files", "set_of_labels"]

IDX_NAMES: Mapping[str, str] = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}
_MOST_LABELS = 2**20  # bytes


def dropped_files(known: KnownSet, folder: Path) -> list[Path]:
    """Return the files of a set that lie in the datasets folder, or in a folder of the set's name in it.

    Args:
        known: which set.
        folder: the home's datasets folder.

    Returns:
        The published files, or the four idx files, packed or not; none where some are missing, or are another set's.

    Raises:
        DataError: one is there and cannot be opened; or they are idx files of no set that is known.
    """
    for place in (folder, folder / known.name):
        published = [place / remote.filename for remote in known.files]
        if not known.as_idx:
            for path in published:
                if lexists(path):
                    regular_file(path)
            if published and all(map(isfile, published)):
                return published
            continue
        if files := _idx_files(place):
            state = files[1].stat()
            found = _set_of(files[1], state.st_size, state.st_mtime_ns)
            if found == known.name:
                return files
            if not found:
                raise DataError(f"{files[1]} is not the published {known.name}'s; delete it or copy it again")
    return []


def set_of_labels(path: Path) -> str:
    """Return the name of the published set whose training or test labels an idx file holds; "" for none.

    Raises:
        DataError: it is no idx file, or damaged.
    """
    header = header_of_idx(path)
    if header.length > _MOST_LABELS or header.dtype != np.uint8:
        return ""
    labels = read_idx(path, _MOST_LABELS)
    found = hashlib.sha256(idx_start(labels) + labels.tobytes()).hexdigest()
    for known in KNOWN.values():
        if known.as_idx and found in (known.sha256["y_train"], known.sha256["y_test"]):
            return known.name
    return ""


def _idx_files(folder: Path) -> list[Path]:
    files = []
    for name in IDX_NAMES.values():
        usual = [name, f"{name}.gz", name.replace("-idx", ".idx"), name.replace("-idx", ".idx") + ".gz"]
        found = [folder / own for own in usual if lexists(folder / own)]
        if not found:
            return []
        regular_file(found[0])
        files.append(found[0])
    return files


@lru_cache(maxsize=16)
def _set_of(path: Path, size: int, modified: int) -> str:
    return set_of_labels(path)
