"""A stranger's .keras file, read without Keras: which parts it has, how large they are, what its configuration says.

Nothing of it is unpacked or believed: sizes are counted while reading, and only the three members that Keras itself
writes are accepted.
"""

import json
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from cnnviz.errors import DataError

__all__ = ["HDF5", "MOST_WEIGHTS", "Archive", "read_archive"]

CONFIG, WEIGHTS, METADATA = "config.json", "model.weights.h5", "metadata.json"
MOST_CONFIG = 2**20
MOST_WEIGHTS = 120 * 2**20
MOST_METADATA = 2**16
MOST_NAMES = 10_000
HDF5 = b"\x89HDF\r\n\x1a\n"
_CHUNK = 2**20


@dataclass(frozen=True, eq=False)
class Archive:
    """What a .keras file holds.

    Attributes:
        config: the architecture, as JSON objects.
        weights: the HDF5 file's bytes.
        keras_version: which Keras wrote it, as it says; empty where it does not.
        class_names: as the file says, such as one that was exported here; empty where it does not.
    """

    config: dict[str, Any]
    weights: bytes
    keras_version: str
    class_names: tuple[str, ...] = ()


def read_archive(path: Path, name: str) -> Archive:
    """Read a .keras file's parts.

    Args:
        path: the file.
        name: what to call it in messages; never used as a path.

    Raises:
        DataError: it is no .keras file, holds something else or more, or a part is too large.
    """
    shown = repr(name[-60:])
    try:
        with zipfile.ZipFile(path) as archive:
            _check_members(archive, shown)
            config = _read(archive, CONFIG, MOST_CONFIG, shown)
            metadata = _read(archive, METADATA, MOST_METADATA, shown)
            weights = _read(archive, WEIGHTS, MOST_WEIGHTS, shown)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError) as error:
        raise DataError(_no_archive(path, shown)) from error
    except OSError as error:
        raise DataError(f"the model {shown} cannot be read ({error.strerror or error}); choose another file") from error
    if not weights.startswith(HDF5):
        raise DataError(f"the weights of the model {shown} are no HDF5 file; save it again with model.save(...)")
    return Archive(_parsed(config, shown), weights, *_told(metadata))


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


def _read(archive: zipfile.ZipFile, member: str, most: int, shown: str) -> bytes:
    """Read a member, counting what really comes, whatever its header says."""
    parts, total = [], 0
    with archive.open(member) as stream:
        while chunk := _next(stream):
            total += len(chunk)
            if total > most:
                raise DataError(
                    f"the part {member} of the model {shown} has more than {most / 2**20:g} MiB; choose a smaller model"
                )
            parts.append(chunk)
    return b"".join(parts)


def _next(stream: BinaryIO | Any) -> bytes:
    chunk: bytes = stream.read(_CHUNK)
    return chunk


def _parsed(config: bytes, shown: str) -> dict[str, Any]:
    try:
        values = json.loads(config)
    except (ValueError, RecursionError) as error:
        raise DataError(f"the {CONFIG} of the model {shown} is no JSON; save it again with model.save(...)") from error
    if not isinstance(values, dict):
        raise DataError(f"the {CONFIG} of the model {shown} is no JSON object; save it again with model.save(...)")
    return values


def _told(metadata: bytes) -> tuple[str, tuple[str, ...]]:
    """What the file says of itself: the version of Keras, and names of classes where it has any that can be ones."""
    try:
        told = json.loads(metadata)
        version, names = told.get("keras_version", ""), told.get("class_names", ())
    except (ValueError, AttributeError, RecursionError):
        return "", ()
    usable = (
        isinstance(names, list)
        and len(names) == len({*map(str, names)}) <= MOST_NAMES
        and all(isinstance(name, str) and name.strip() == name and 0 < len(name) <= 60 for name in names)
        and all(name.isprintable() for name in names)
    )
    return (version[:20] if isinstance(version, str) else ""), (tuple(names) if usable else ())


def _no_archive(path: Path, shown: str) -> str:
    with open(path, "rb") as file:
        start = file.read(8)
    if start == HDF5:
        return (
            f"the model {shown} is an HDF5 file; whole models are accepted as .keras only, so save it with "
            "model.save('model.keras'), or load its weights into an architecture built here"
        )
    return f"the model {shown} is no .keras file, or a damaged one; save it with model.save('model.keras')"
