"""Files in folders, alike whether they lie on a disk or in an archive; and what is passed over of them.

Nothing outside the folder is read: links are passed over, and so is whatever is no plain file.
"""

import os
import stat
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

from cnnviz.errors import DataError

__all__ = ["MOST_FILES", "MOST_TOTAL", "Entry", "FolderTree", "Skips", "Tree", "is_litter", "plain_text"]

MOST_FILES = 200_000
MOST_TOTAL = 32 * 2**30  # bytes of all files; they are read one at a time
_DEEPEST = 32
_LITTER = ("__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini", "$recycle.bin", "@eadir")  # what systems leave
_NAMED = 3  # files that are passed over for one reason; the rest are counted


class Entry(NamedTuple):
    """A plain file.

    Attributes:
        path: below the folder, with "/" between, as text that every system writes alike.
        size: in bytes.
        key: what the tree finds it by.
    """

    path: str
    size: int
    key: str


class Tree(Protocol):
    """The files of a folder or an archive, and of all folders in it."""

    @property
    def path(self) -> Path:
        """The folder or the archive."""

    @property
    def files(self) -> tuple[Entry, ...]:
        """The plain files, sorted by path, without what systems leave behind."""

    @property
    def folders(self) -> tuple[str, ...]:
        """The paths of the folders."""

    @property
    def skips(self) -> "Skips":
        """What was passed over."""

    def read(self, entry: Entry, most: int) -> bytes:
        """Return the beginning of a file, from several threads at once.

        Args:
            entry: which.
            most: how many bytes at most.

        Raises:
            DataError: it cannot be read.
        """


class Skips:
    """Why files are passed over; for one reason the first few are named and the others counted."""

    def __init__(self) -> None:
        self._reasons: dict[tuple[str, str], dict[str, None]] = {}
        self._told: dict[str, None] = {}

    def tell(self, sentence: str) -> None:
        """Note a sentence as it is."""
        self._told[sentence] = None

    def add(self, path: str, why: str, several: str = "") -> None:
        """Note that a file is passed over.

        Args:
            path: the file.
            why: goes on behind its name.
            several: goes on behind several names; empty where it is the same.
        """
        self._reasons.setdefault((why, several or why), {})[path] = None

    def sentences(self) -> tuple[str, ...]:
        """Return what was passed over, a sentence for each reason or each file."""
        said = list(self._told)
        for (why, several), named_once in self._reasons.items():
            paths = list(named_once)
            if len(paths) <= _NAMED:
                said += [f"{path!r} {why}" for path in paths]
            else:
                named = ", ".join(map(repr, paths[:_NAMED]))
                said.append(f"{named} and {len(paths) - _NAMED:,} more {several}")
        return tuple(said)


def is_litter(name: str) -> bool:
    """Say whether a file or folder is hidden, or one that a system leaves beside what it shows."""
    return name.startswith(".") or name.casefold() in _LITTER


def plain_text(name: str) -> str:
    """Return a file's name as text that every system writes alike."""
    return unicodedata.normalize("NFC", os.fsencode(name).decode("utf-8", "replace"))


class FolderTree:
    """The files of a folder on a disk."""

    def __init__(self, path: Path) -> None:
        """Look at a folder and those in it.

        Raises:
            DataError: it cannot be read, or holds too much.
        """
        self.path, self.skips = path, Skips()
        self._n_bytes = self._n_files = 0
        files: list[Entry] = []
        folders: list[str] = []
        for entry, inner in self._walk():
            text = plain_text(inner)
            if entry.is_dir(follow_symlinks=False):
                folders.append(text)
            elif entry.is_file(follow_symlinks=False):
                files.append(Entry(text, entry.stat(follow_symlinks=False).st_size, inner))
            else:
                self.skips.add(text, "is a link or device, which is not followed", "are links or devices")
        self.files, self.folders = tuple(sorted(files)), tuple(sorted(folders))

    def read(self, entry: Entry, most: int) -> bytes:
        """Return the beginning of a file, which may have become something else since it was found."""
        flags = os.O_RDONLY
        for flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):  # not every system has all of them
            flags |= getattr(os, flag, 0)
        try:
            with open(os.open(self.path / entry.key, flags), "rb") as file:
                if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    return file.read(most)
        except OSError as error:
            raise DataError(
                f"the file {entry.path!r} cannot be read ({error.strerror}); check its permissions"
            ) from error
        raise DataError(f"the file {entry.path!r} is no plain file; put a photo in its place")

    def _walk(self) -> Iterator[tuple["os.DirEntry[str]", str]]:
        """Yield what is in the folder and in those in it, with its path below the folder."""
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            for entry in self._entries(folder):
                inner = f"{folder}{entry.name}"
                yield entry, inner
                if entry.is_dir(follow_symlinks=False):
                    if inner.count("/") < _DEEPEST:
                        waiting.append(f"{inner}/")
                    else:
                        self.skips.add(plain_text(inner), f"lies more than {_DEEPEST} folders deep")

    def _entries(self, folder: str) -> Iterable["os.DirEntry[str]"]:
        try:
            with os.scandir(self.path / folder) as entries:
                for entry in entries:
                    if is_litter(entry.name):
                        continue
                    self._n_files += 1
                    self._n_bytes += entry.stat(follow_symlinks=False).st_size
                    check_amount(self.path, self._n_files, self._n_bytes)
                    yield entry
        except OSError as error:
            raise DataError(f"{self.path / folder} cannot be read ({error.strerror}); check its permissions") from error


def check_amount(path: Path, n_files: int, n_bytes: int) -> None:
    """Refuse what holds too much.

    Raises:
        DataError: more than 200,000 files or 32 GiB.
    """
    if n_files > MOST_FILES or n_bytes > MOST_TOTAL:
        raise DataError(f"{path} holds more than {MOST_FILES:,} files or {MOST_TOTAL >> 30} GiB; give a part of it")
