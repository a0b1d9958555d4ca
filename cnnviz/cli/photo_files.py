"""Which photos the arguments of a command name: files, folders, patterns, and standard input."""

import glob
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cnnviz.data.photo_formats import SUFFIXES
from cnnviz.data.photos import MOST_BYTES, Photo, open_photo
from cnnviz.errors import DataError

__all__ = ["STANDARD_INPUT", "PhotoFile", "photo_files"]

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


def photo_files(arguments: Sequence[str]) -> list[PhotoFile]:
    """Return the photos that arguments name, each once, in the order of the arguments.

    Args:
        arguments: paths of photos; of folders, whose photos are taken with those of their folders; patterns such as
            "photos/*.jpg", for shells that leave them as they are; "-" for a photo on standard input.
    """
    found = [file for argument in arguments for file in _named_by(argument)]
    return list(dict.fromkeys(found))


def _named_by(argument: str) -> Iterator[PhotoFile]:
    path = Path(argument)
    if argument == STANDARD_INPUT or _is(path.is_file):
        yield PhotoFile(argument)
    elif _is(path.is_dir):
        yield from _in_folder(path)
    elif glob.has_magic(argument):
        matches = sorted(glob.glob(argument, recursive=True))
        files = [one for match in matches for one in _named_by(match)]
        yield from files or [PhotoFile(argument, f"no file is named like {argument!r}; check the pattern")]
    else:
        yield PhotoFile(argument)


def _in_folder(folder: Path) -> Iterator[PhotoFile]:
    """The photos of a folder and its folders, told by their names' endings; what is hidden is left out."""
    files = sorted(
        file
        for file in folder.rglob("*")
        if file.suffix.lower() in SUFFIXES
        and not any(part.startswith((".", "__MACOSX")) for part in file.relative_to(folder).parts)
        and _is(file.is_file)
    )
    if not files:
        yield PhotoFile(str(folder), f"the folder {str(folder)!r} holds no photos; give one with {', '.join(SUFFIXES)}")
    for file in files:
        yield PhotoFile(str(file))


def _is(question: Callable[[], bool]) -> bool:
    try:
        return question()
    except (OSError, ValueError):  # a name that no system takes
        return False
