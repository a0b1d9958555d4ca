"""A folder with a folder of photos for each class: finding the photos.

Nothing outside the folder is read: links are passed over, and so is whatever is no plain file. What was passed over is
said, a sentence each.
"""

import os
import stat
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.photos import MOST_BYTES, open_photo
from cnnviz.data.sources.understood import Understood
from cnnviz.data.validation import LARGEST_TOTAL
from cnnviz.errors import DataError

__all__ = ["MOST_FILES", "Found", "PhotoFile", "content_of", "find_photos", "understood_folder"]

MOST_FILES = 200_000
TRAIN, TEST = "train", "test"

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


def understood_folder(folder: Path) -> Understood:
    """Understand a folder with a folder of photos for each class; see `find_photos`."""
    found = find_photos(folder)
    names = tuple(sorted({file.class_name for file in found.files}))
    return Understood(
        path=folder,
        form="a folder for each class",
        class_names=names,
        labels=np.array([names.index(file.class_name) for file in found.files], np.int64),
        parts=np.array([file.part for file in found.files], np.str_),
        pictures=_Photos(found),
        skipped=tuple(found.skipped),
    )


class _Photos:
    """The photos of a folder, opened when they are asked for."""

    def __init__(self, found: Found) -> None:
        self._found = found

    def __len__(self) -> int:
        return len(self._found.files)

    def name(self, position: int) -> str:
        """Return its path in the folder."""
        return _shown(self._found.files[position].path, self._found.folder)[1:-1]

    def read(self, position: int) -> NDArray[np.uint8]:
        """Open a photo."""
        name = self.name(position)
        return open_photo(content_of(self._found.files[position].path, name), name).pixels


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


def _class_name(folder: Path) -> str:
    """Return a folder's name as text that every system writes alike."""
    return unicodedata.normalize("NFC", os.fsencode(folder.name).decode("utf-8", "replace")).strip()


def _shown(path: Path, root: Path) -> str:
    return repr(path.relative_to(root).as_posix())
