"""A folder with a folder of photos for each class: finding the photos, and making arrays of them.

Nothing outside the folder is read: links are passed over, and so is whatever is no plain file. What was passed over is
said, a sentence each.
"""

import os
import stat
import unicodedata
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.download import Progress
from cnnviz.data.photos import MOST_BYTES, fit, open_photo
from cnnviz.data.validation import LARGEST_TOTAL
from cnnviz.errors import DataError

__all__ = ["MOST_FILES", "TEST_SHARE", "Found", "PhotoFile", "arrays_of", "content_of", "find_photos"]

MOST_FILES = 200_000
TEST_SHARE = 0.2  # of each class, where the folder has no test part
TRAIN, TEST = "train", "test"

_SEED = 0
_IGNORED = "__MACOSX"  # what macOS adds to archives


class PhotoFile(NamedTuple):
    """A file that may be a photo: where it lies, its class, and "train", "test" or "" where nothing is divided."""

    path: Path
    class_name: str
    part: str


@dataclass(frozen=True)
class Found:
    """What a folder of class folders holds.

    Attributes:
        folder: the folder.
        files: the files in its class folders, sorted by name.
        skipped: what was passed over, a sentence each; reading the files adds to it.
    """

    folder: Path
    files: tuple[PhotoFile, ...]
    skipped: list[str]


def find_photos(folder: Path) -> Found:
    """Find the files of `train/CLASS` and `test/CLASS`, or of `CLASS` alone.

    Args:
        folder: whose class folders are searched, no deeper; hidden files are ignored.

    Raises:
        DataError: more than 200,000 files or 4 GiB, a part without the other, names of classes that differ only by
            case, or a single class.
    """
    search = _Search(folder)
    inner = {path.name: path for path in search.folders(folder)}
    parts = {name.casefold(): path for name, path in inner.items() if name.casefold() in (TRAIN, TEST)}
    files: list[PhotoFile] = []
    if len(parts) == 2:
        search.skip(*(path for path in inner.values() if path not in parts.values()), why="is neither train nor test")
        for part in (TRAIN, TEST):
            files += [file for path in search.folders(parts[part]) for file in search.files(path, part)]
    elif len(inner) == 1 and parts:
        (part,), other = parts, TEST if TRAIN in parts else TRAIN
        raise DataError(
            f"{folder} holds a folder {part!r} and no {other!r}; add it, or give the folder {part!r} itself to have a "
            f"fifth of its images set aside for testing"
        )
    else:
        files = [file for path in inner.values() for file in search.files(path, "")]
    _check_names(sorted({file.class_name for file in files}), folder)
    return Found(folder, tuple(files), search.skipped)


class _Search:
    """Looks into folders, counts what is there, and notes what is passed over."""

    def __init__(self, root: Path) -> None:
        self.skipped: list[str] = []
        self._root, self._n_files, self._n_bytes = root, 0, 0

    def folders(self, folder: Path) -> list[Path]:
        """Return the folders in a folder."""
        entries = self._entries(folder)
        others = [Path(entry.path) for entry in entries if not entry.is_dir(follow_symlinks=False)]
        self.skip(*others, why="is no folder of a class")
        return [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)]

    def files(self, folder: Path, part: str) -> list[PhotoFile]:
        """Return the plain files in a class's folder."""
        entries = self._entries(folder)
        others = [Path(entry.path) for entry in entries if not entry.is_file(follow_symlinks=False)]
        self.skip(*others, why="is a link, folder or device")
        plain = [Path(entry.path) for entry in entries if entry.is_file(follow_symlinks=False)]
        if not plain:
            self.skip(folder, why="holds no files")
        return [PhotoFile(path, _class_name(folder), part) for path in plain]

    def skip(self, *paths: Path, why: str) -> None:
        """Note what is passed over."""
        self.skipped += [f"{_shown(path, self._root)} {why}" for path in paths]

    def _entries(self, folder: Path) -> list["os.DirEntry[str]"]:
        kept = []
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.name.startswith(".") or entry.name == _IGNORED:
                        continue
                    self._count(entry)
                    kept.append(entry)
        except OSError as error:
            raise DataError(f"{folder} cannot be read ({error.strerror}); check its permissions") from error
        return sorted(kept, key=lambda entry: entry.name)

    def _count(self, entry: "os.DirEntry[str]") -> None:
        self._n_files += 1
        self._n_bytes += entry.stat(follow_symlinks=False).st_size
        if self._n_files > MOST_FILES or self._n_bytes > LARGEST_TOTAL:
            raise DataError(
                f"{self._root} holds more than {MOST_FILES:,} files or {LARGEST_TOTAL >> 30} GiB; give a part of it"
            )


def _check_names(names: list[str], folder: Path) -> None:
    folded: dict[str, str] = {}
    for name in names:
        other = folded.setdefault(name.casefold(), name)
        if other != name:
            raise DataError(
                f"the classes {other!r} and {name!r} of {folder} differ only by case; rename one, or put their images "
                "into one folder"
            )
    if len(names) < 2:
        raise DataError(
            f"{folder} holds {'a single folder' if names else 'no folders'} with images, expected a folder of images "
            "for each of at least two classes, directly in it or in train and test"
        )


def arrays_of(found: Found, size: int, on_progress: Progress | None = None) -> dict[str, NDArray[Any]]:
    """Read photos into the arrays of a data set; what cannot be read is added to `found.skipped`.

    Args:
        found: which photos.
        size: height and width of the images in pixels.
        on_progress: called with the number of files that are read and of all.

    Returns:
        x_train, x_test (n, size, size, 3) uint8, or (..., 1) where all photos are grey; y_train, y_test (n,) int64;
        class_names. Where the folder has no test part, a fifth of each class is drawn for it, always the same.

    Raises:
        DataError: too many for memory, fewer than two classes with images, or a part without any.
    """
    if len(found.files) * size * size * 3 > LARGEST_TOTAL:
        raise DataError(
            f"{len(found.files):,} images of {size}x{size} pixels are more than {LARGEST_TOTAL >> 30} GiB; make them "
            "smaller or fewer"
        )
    images, read = _read_all(found, size, on_progress)
    names = sorted({file.class_name for file in read})
    if len(names) < 2:
        first = f" ({len(found.skipped)} were passed over: {found.skipped[0]}, ...)" if found.skipped else ""
        raise DataError(f"{found.folder} holds images of {len(names)} classes, expected at least two{first}; add some")
    labels = np.array([names.index(file.class_name) for file in read], np.int64)
    test = np.array([file.part == TEST for file in read]) if read[0].part else _drawn(labels)
    _check_parts(labels, test, names, found.folder)
    return {
        "x_train": images[~test],
        "y_train": labels[~test],
        "x_test": images[test],
        "y_test": labels[test],
        "class_names": np.array(names, np.str_),
    }


def _read_all(found: Found, size: int, on_progress: Progress | None) -> tuple[NDArray[np.uint8], list[PhotoFile]]:
    """Return the images (n, size, size, channels) of the files that are photos, and these files."""
    images = np.empty((len(found.files), size, size, 3), np.uint8)
    read: list[PhotoFile] = []
    grey = True
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's, about odd but readable files
        for number, file in enumerate(found.files, 1):
            try:
                name = _shown(file.path, found.folder)[1:-1]
                pixels = open_photo(content_of(file.path, name), name).pixels
            except DataError as error:
                found.skipped.append(str(error))
            else:
                images[len(read)] = fit(pixels, (size, size, 3))
                grey = grey and pixels.shape[2] == 1
                read.append(file)
            if on_progress:
                on_progress(number, len(found.files))
    return images[: len(read), ..., : 1 if grey else 3], read


def content_of(path: Path, name: str) -> bytes:
    """Read a file, which may have become something else since it was found."""
    flags = os.O_RDONLY
    for flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):  # not every system has all of them
        flags |= getattr(os, flag, 0)
    try:
        with open(os.open(path, flags), "rb") as file:
            if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise DataError(f"the file {name!r} cannot be read ({error.strerror}); check its permissions") from error
    raise DataError(f"the file {name!r} is no plain file; put a photo in its place")


def _drawn(labels: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Draw a fifth of each class for testing, one at least where there are two; True for what is drawn."""
    test = np.zeros(len(labels), bool)
    for label in range(int(labels.max()) + 1):
        places = np.flatnonzero(labels == label)
        quota = max(1, round(TEST_SHARE * len(places))) if len(places) > 1 else 0
        test[np.random.default_rng([_SEED, label]).permutation(places)[:quota]] = True
    return test


def _check_parts(labels: NDArray[np.int64], test: NDArray[np.bool_], names: list[str], folder: Path) -> None:
    unseen = set(labels[test].tolist()) - set(labels[~test].tolist())
    if unseen:
        raise DataError(
            f"the class {names[min(unseen)]!r} of {folder} has test images and none to train on; add some, or remove it"
        )
    if not test.any():
        raise DataError(f"{folder} holds no image to test on; give at least two for each class")


def _class_name(folder: Path) -> str:
    """Return a folder's name as text that every system writes alike."""
    return unicodedata.normalize("NFC", os.fsencode(folder.name).decode("utf-8", "replace")).strip()


def _shown(path: Path, root: Path) -> str:
    return repr(path.relative_to(root).as_posix())
