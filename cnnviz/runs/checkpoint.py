"""The resumable state of a run: checksummed, written in one step, the previous one kept."""

import hashlib
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from cnnviz.arrays import Arrays, pack_arrays, unpack_arrays
from cnnviz.files import read_regular, write_atomically

__all__ = ["Checkpoint", "load_checkpoint", "save_checkpoint"]

_DIGEST = 64  # hexadecimal characters of a SHA-256, then a line feed, then the arrays
_KEPT = 2


@dataclass(frozen=True)
class Checkpoint:
    """What a checkpoint folder holds.

    Attributes:
        arrays: the newest intact state, by name.
        torn: files that were newer and damaged or not of this run, by name; what they held is lost.
    """

    arrays: Arrays
    torn: tuple[str, ...] = ()


def save_checkpoint(folder: Path, number: int, arrays: Mapping[str, NDArray[Any]]) -> Path:
    """Write a checkpoint and remove all but the one before it.

    Those with a larger number belong to an attempt that was given up (damaged, or begun anew) and go too.

    Args:
        folder: the checkpoint folder in a run's; made when missing.
        number: grows with every checkpoint (the step); the newest is the largest.
        arrays: the whole state.

    Raises:
        StorageError: the disk is full or refuses, or the run was deleted; the checkpoints that were there stay.
    """
    content = pack_arrays(arrays)
    path = folder / f"{number:010d}.ckpt"
    write_atomically(path, hashlib.sha256(content).hexdigest().encode() + b"\n" + content, within=folder.parent)
    present = sorted(folder.glob("*.ckpt"))
    kept = present[: present.index(path) + 1][-_KEPT:]
    for old in (*(other for other in present if other not in kept), *folder.glob(".*.part")):
        with suppress(OSError):
            os.unlink(old)
    return path


def load_checkpoint(folder: Path, fits: Callable[[Arrays], bool] | None = None) -> Checkpoint | None:
    """Read the newest checkpoint that is whole.

    Args:
        folder: the checkpoint folder in a run's.
        fits: says whether arrays can be this run's; those that cannot count as damaged.

    Returns:
        The checkpoint with the names of damaged newer ones, or None where none is whole.
    """
    torn: list[str] = []
    for path in sorted(folder.glob("*.ckpt"), reverse=True):
        try:
            content = read_regular(path)
            if hashlib.sha256(content[_DIGEST + 1 :]).hexdigest().encode() != content[:_DIGEST]:
                raise ValueError("checksum")
            arrays = unpack_arrays(content[_DIGEST + 1 :])
            if fits is not None and not fits(arrays):
                raise ValueError("of another network")
            return Checkpoint(arrays, tuple(torn))
        except (OSError, ValueError):
            torn.append(path.name)
    return None
