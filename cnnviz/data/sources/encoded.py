"""Pictures that lie in files as photos do (JPEG, PNG), whatever holds them: how they are understood."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.doubts import class_doubts, leaked
from cnnviz.data.photos import open_photo
from cnnviz.data.sources.blocks import Found
from cnnviz.data.sources.labels import classes_of
from cnnviz.data.sources.places import files_below
from cnnviz.data.sources.roles import part_of
from cnnviz.data.sources.understood import PARTS, Part, Reading, Understood
from cnnviz.data.validation import MOST_IMAGES
from cnnviz.errors import DataError

__all__ = ["Shard", "shards_of", "understood_of_shards"]

_MOST_SHARDS = 10_000


@dataclass(frozen=True, eq=False)
class Shard:
    """A file with some of the pictures.

    Attributes:
        path: the file.
        part: "train", "validation", "test" or "".
        labels: (n,) as they are in the file.
        content: reads an encoded picture of it, or the pixels (height, width, 1 or 3) of one that is not encoded.
        prints: a fingerprint for each picture; none where they were not looked at.
    """

    path: Path
    part: Part
    labels: NDArray[Any]
    content: Callable[[int], bytes | NDArray[np.uint8]]
    prints: Sequence[bytes] = ()


class EncodedPictures:
    """Pictures that are decoded when they are asked for, by the rules for photos."""

    def __init__(self, shards: Sequence[Shard], *, invert: bool) -> None:
        self._shards, self._invert = shards, invert
        self._ends = list(accumulate(len(shard.labels) for shard in shards))

    def __len__(self) -> int:
        return self._ends[-1]

    def name(self, position: int) -> str:
        """Return what to call a picture in messages."""
        shard, inner = self._place(position)
        return f"{shard.path.name}[{inner}]"

    def read(self, position: int) -> NDArray[np.uint8]:
        """Return a picture (height, width, 1 or 3)."""
        shard, inner = self._place(position)
        content = shard.content(inner)
        pixels = open_photo(content, self.name(position)).pixels if isinstance(content, bytes) else content
        return np.ascontiguousarray(255 - pixels if self._invert else pixels)

    def _place(self, position: int) -> tuple[Shard, int]:
        number = bisect_right(self._ends, position)
        return self._shards[number], position - (self._ends[number - 1] if number else 0)


def shards_of(path: Path, belongs: Callable[[Path], bool]) -> list[tuple[Path, Part]]:
    """Return the files of a folder, or a file, each with the part that its name says.

    Args:
        path: a file or a folder.
        belongs: whether a file is one of them.

    Raises:
        DataError: none is, or too many are.
    """
    files = files_below(path, belongs) if path.is_dir() else [path]
    if not 1 <= len(files) <= _MOST_SHARDS:
        raise DataError(f"{path} holds {len(files):,} files of such pictures, expected 1 to {_MOST_SHARDS:,}")
    parts = [(file, part_of(file.stem) or (part_of(file.parent.name) if file.parent != path else "")) for file in files]
    order: Sequence[Part] = ("train", "", "validation", "test")
    return sorted(parts, key=lambda pair: order.index(pair[1]))


def understood_of_shards(path: Path, shards: Iterable[Shard], found: Found, reading: Reading) -> Understood:
    """Understand encoded pictures: what their labels mean, and what is doubtful.

    Args:
        path: the file or folder.
        shards: in the order of the pictures.
        found: what the files say beside.
        reading: what the person says of it.

    Raises:
        DataError: there are none, or their labels are none.
    """
    shards = [shard for shard in shards if len(shard.labels)]
    if not shards:
        raise DataError(f"{path} holds no images; give at least one")
    total = sum(len(shard.labels) for shard in shards)
    if total > MOST_IMAGES:
        raise DataError(f"{path} holds {total:,} images; keep at most {MOST_IMAGES:,}")
    named = {shard.part for shard in shards}
    shards = [replace(shard, part="" if len(named) == 1 else shard.part or "train") for shard in shards]
    pictures = EncodedPictures(shards, invert=reading.invert)
    labels = _joined([shard.labels for shard in shards], path)
    classes = classes_of(labels, f"the labels of {path.name}", pictures.name, found.names, reading.names)
    parts = np.repeat(np.array([shard.part for shard in shards], "U10"), [len(shard.labels) for shard in shards])
    assert set(parts.tolist()) <= set(PARTS)
    prints = [print_ for shard in shards for print_ in shard.prints]
    doubts = [*classes.doubts, *class_doubts(classes.labels, parts, classes.names), *leaked(parts, prints)]
    inverted = ["Dark became bright, as was asked."] if reading.invert else []
    return Understood(
        path,
        found.form,
        classes.names,
        classes.labels,
        parts,
        pictures,
        notes=(*found.notes, *classes.notes, *inverted),
        doubts=tuple(doubts),
        skipped=tuple(found.skipped),
        columns=tuple(found.columns),
        reading=reading,
    )


def _joined(labels: Sequence[NDArray[Any]], path: Path) -> NDArray[Any]:
    if len({part.dtype.kind in "US" for part in labels}) > 1:
        raise DataError(f"the labels of {path} are words in one file and numbers in another; give them alike")
    return np.concatenate(labels)
