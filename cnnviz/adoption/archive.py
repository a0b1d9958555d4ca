"""A stranger's .keras file, read without Keras: which parts it has, how large they are, what its configuration says.

Nothing of it is believed: sizes are counted while reading, and only the three members that Keras itself writes are
accepted. The weights, which may be large, are never held in memory: they are copied to a file, piece by piece.
"""

import json
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnnviz.adoption.hdf5 import MOST_CONFIG
from cnnviz.adoption.recognising import HDF5
from cnnviz.errors import DataError

__all__ = ["MOST_FILE", "MOST_WEIGHTS", "Archive", "copy_weights", "parsed", "read_archive", "usable_names"]

CONFIG, WEIGHTS, METADATA = "config.json", "model.weights.h5", "metadata.json"
MOST_METADATA = 2**16
MOST_WEIGHTS = 700 * 2**20  # bytes of a network's weights: VGG16 with its head has 528 MiB
MOST_FILE = 3 * MOST_WEIGHTS + 50 * 2**20  # with an optimiser inside, which keeps two more numbers for each weight
MOST_NAMES = 10_000
_CHUNK = 2**20
_MOST_PACKED = 50  # weights hardly shrink; what unpacks to more than so many times the file is a bomb
_FREE = 64 * 2**20

OnChunk = Callable[[], None]


@dataclass(frozen=True, eq=False)
class Archive:
    """What a .keras file says.

    Attributes:
        config: the architecture, as JSON objects.
        keras_version: which Keras wrote it, as it says; empty where it does not.
        class_names: as the file says, such as one that was exported here; empty where it does not.
    """

    config: dict[str, Any]
    keras_version: str
    class_names: tuple[str, ...] = ()


def read_archive(path: Path, name: str) -> Archive:
    """Read what a .keras file says, without its weights.

    Args:
        path: the file.
        name: what to call it in messages; never used as a path.

    Raises:
        DataError: it is no .keras file, holds something else or more, or a part is too large.
    """
    shown = repr(name[-60:])
    with _opened(path, shown) as archive:
        _check_members(archive, shown)
        config = b"".join(_pieces(archive, CONFIG, MOST_CONFIG, shown))
        metadata = b"".join(_pieces(archive, METADATA, MOST_METADATA, shown))
    return Archive(parsed(config, shown), *_told(metadata))


def copy_weights(path: Path, target: Path, name: str, on_chunk: OnChunk = lambda: None) -> None:
    """Copy the weights of a .keras file to a file of their own, without holding them in memory.

    Args:
        path: the .keras file.
        target: where to; what is there is replaced.
        name: what to call it in messages.
        on_chunk: called at each piece; what it raises ends the copying.

    Raises:
        DataError: there are none, they are no HDF5 file, or too many.
    """
    shown = repr(name[-60:])
    with _opened(path, shown) as archive:
        most = min(MOST_FILE, _FREE + _MOST_PACKED * path.stat().st_size)
        with open(target, "wb") as file:
            for number, piece in enumerate(_pieces(archive, WEIGHTS, most, shown)):
                if number == 0 and not piece.startswith(HDF5):
                    break
                file.write(piece)
                on_chunk()
    if target.stat().st_size == 0:
        raise DataError(f"the weights of the model {shown} are no HDF5 file; save it again with model.save(...)")


@contextmanager
def _opened(path: Path, shown: str) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError) as error:
        raise DataError(
            f"the model {shown} is no .keras file, or a damaged one; save it with model.save('model.keras')"
        ) from error
    except OSError as error:
        raise DataError(f"the model {shown} cannot be read ({error.strerror or error}); choose another file") from error


def _check_members(archive: zipfile.ZipFile, shown: str) -> None:
    members = archive.infolist()
    names = sorted(member.filename for member in members[:10])
    if len(members) != 3 or names != sorted((CONFIG, WEIGHTS, METADATA)):
        more = f" and {len(members) - 10} more" if len(members) > 10 else ""
        found = ", ".join(repr(one[:40]) for one in names) or "nothing"
        raise DataError(
            f"the model {shown} holds {found}{more}; a .keras file has {CONFIG}, {METADATA} and {WEIGHTS} and nothing "
            "else, so save it again with model.save(...)"
        )
    if any(member.flag_bits & 1 for member in members):
        raise DataError(f"the model {shown} is encrypted; save it without a password")


def _pieces(archive: zipfile.ZipFile, member: str, most: int, shown: str) -> Iterator[bytes]:
    """Read a member, counting what really comes, whatever its header says."""
    total = 0
    with archive.open(member) as stream:
        while chunk := stream.read(_CHUNK):
            total += len(chunk)
            if total > most:
                raise DataError(
                    f"the part {member} of the model {shown} has more than {most / 2**20:,.0f} MiB; choose a smaller "
                    "model"
                )
            yield chunk


def parsed(config: bytes, shown: str) -> dict[str, Any]:
    """Read a configuration as JSON.

    Args:
        config: its bytes.
        shown: the model's name in quotes, for messages.

    Raises:
        DataError: it is no JSON object.
    """
    try:
        values = json.loads(config)
    except (ValueError, RecursionError) as error:
        raise DataError(
            f"the configuration of the model {shown} is no JSON; save it again with model.save(...)"
        ) from error
    if not isinstance(values, dict):
        raise DataError(f"the configuration of the model {shown} is no JSON object; save it again with model.save(...)")
    return values


def _told(metadata: bytes) -> tuple[str, tuple[str, ...]]:
    """What the file says of itself: the version of Keras, and names of classes where it has any that can be ones."""
    try:
        told = json.loads(metadata)
        version, names = told.get("keras_version", ""), told.get("class_names", ())
    except (ValueError, AttributeError, RecursionError):
        return "", ()
    return (version[:20] if isinstance(version, str) else ""), usable_names(names)


def usable_names(names: Any) -> tuple[str, ...]:
    """Return what a file says its classes are called; nothing where that cannot be names of classes."""
    usable = (
        isinstance(names, list)
        and len(names) == len({*map(str, names)}) <= MOST_NAMES
        and all(isinstance(name, str) and name.strip() == name and 0 < len(name) <= 60 for name in names)
        and all(name.isprintable() for name in names)
    )
    return tuple(names) if usable else ()
