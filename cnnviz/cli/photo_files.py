"""Which photos the arguments of a command name: files, folders, patterns, and standard input."""

import glob
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cnnviz.data.photo_formats import ACCEPTED, PICTURES, SUFFIXES, format_of
from cnnviz.data.photos import MOST_BYTES, Photo, open_photo
from cnnviz.data.sources.trees import Skips, is_litter
from cnnviz.errors import DataError

__all__ = ["STANDARD_INPUT", "PhotoFile", "photo_files"]

_START = 1024  # bytes that tell what a file holds

STANDARD_INPUT = "-"


@dataclass(frozen=True)
class PhotoFile:
    """A photo that is yet to be read.

    Attributes:
        name: the path as it is shown, or "-" for standard input.
        problem: what is wrong with an argument that names no photo; empty for a file.
    """

    name: str
    problem: str = ""

    def read(self) -> Photo:
        """Read and decode the photo.

        Raises:
            DataError: it cannot be read, or is no photo that can be used.
        """
        if self.problem:
            raise DataError(self.problem)
        return open_photo(self._content(), Path(self.name).name)

    def _content(self) -> bytes:
        try:
            if self.name == STANDARD_INPUT:
                return sys.stdin.buffer.read(MOST_BYTES + 1)
            with open(self.name, "rb") as stream:
                return stream.read(MOST_BYTES + 1)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else error
            raise DataError(f"cannot read {self.name[:200]!r}: {reason}; give the path of a photo") from error


def photo_files(arguments: Sequence[str]) -> tuple[list[PhotoFile], tuple[str, ...]]:
    """Find the photos that arguments name.

    Args:
        arguments: paths of photos; of folders, whose photos are taken with those of their folders; patterns such as
            "photos/*.jpg", for shells that leave them as they are; "-" for a photo on standard input.

    Returns:
        The photos, each once, in the order of the arguments, those too whose format cannot be read; and what else lies
        in the folders, in sentences.
    """
    skips = Skips()
    found = [file for argument in arguments for file in _named_by(argument, skips)]
    return list(dict.fromkeys(found)), skips.sentences()


def _named_by(argument: str, skips: Skips) -> Iterator[PhotoFile]:
    path = Path(argument)
    if argument == STANDARD_INPUT or _is(path.is_file):
        yield PhotoFile(argument)
    elif _is(path.is_dir):
        yield from _in_folder(path, skips)
    elif glob.has_magic(argument):
        matches = sorted(glob.glob(argument, recursive=True))
        files = [one for match in matches for one in _named_by(match, skips)]
        yield from files or [PhotoFile(argument, f"no file is named like {argument!r}; check the pattern")]
    else:
        yield PhotoFile(argument)


def _in_folder(folder: Path, skips: Skips) -> Iterator[PhotoFile]:
    """The photos of a folder and its folders, also those that cannot be read; what is hidden is left out."""
    files = [
        file
        for file in sorted(folder.rglob("*"))
        if not any(map(is_litter, file.relative_to(folder).parts)) and _is(file.is_file) and _is_photo(file, skips)
    ]
    if not files:
        yield PhotoFile(str(folder), f"the folder {str(folder)!r} holds no photos; give one with {', '.join(SUFFIXES)}")
    for file in files:
        yield PhotoFile(str(file))


def _is_photo(file: Path, skips: Skips) -> bool:
    """Say whether a file is meant to be a photo, by its name or by what it holds; note one that is not."""
    if file.suffix.lower() in SUFFIXES:
        return True
    try:
        with file.open("rb") as stream:
            kind = format_of(stream.read(_START))
    except OSError:
        return True  # said when it is read
    if kind.upper() in ACCEPTED or kind in PICTURES:
        return True
    skips.add(str(file), f"holds {kind}, which is no photo", f"hold {kind}, which is no photo")
    return False


def _is(question: Callable[[], bool]) -> bool:
    try:
        return question()
    except (OSError, ValueError):  # a name that no system takes
        return False
