"""Pictures that lie in files as photos do (JPEG, PNG), whatever holds them: how they are understood."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.originals import Original
from cnnviz.data.photos import Photo, open_photo
from cnnviz.data.sources.pieces import Found, PicturesOfPieces, one_part, understood_of
from cnnviz.data.sources.places import files_below
from cnnviz.data.sources.roles import part_of
from cnnviz.data.sources.understood import Part, Reading, Understood
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

    def name_of(self, position: int) -> str:
        """Return what to call a picture in messages."""
        return f"{self.path.name}[{position}]"


class EncodedPictures(PicturesOfPieces[Shard]):
    """Pictures that are decoded when they are asked for, by the rules for photos."""

    def pixels(self, piece: Shard, inner: int) -> NDArray[np.uint8]:
        """Return a picture of a shard, (height, width, 1 or 3)."""
        return self._photo(piece, inner).pixels

    def read_original(self, position: int) -> tuple[NDArray[np.uint8], Original]:
        """Return a picture, as `read` does, and what it was."""
        photo = self._photo(*self._place(position))
        pixels = np.ascontiguousarray(255 - photo.pixels if self._invert else photo.pixels)
        return pixels, photo.original or Original(*pixels.shape[:2])

    def _photo(self, piece: Shard, inner: int) -> Photo:
        content = piece.content(inner)
        return open_photo(content, piece.name_of(inner)) if isinstance(content, bytes) else Photo(content)


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
    pictures = EncodedPictures(one_part(shards), invert=reading.invert)
    prints = [print_ for shard in shards for print_ in shard.prints]
    return understood_of(
        path, pictures, _joined([shard.labels for shard in shards], path), found, reading, prints=prints
    )


def _joined(labels: Sequence[NDArray[Any]], path: Path) -> NDArray[Any]:
    if len({part.dtype.kind in "US" for part in labels}) > 1:
        raise DataError(f"the labels of {path} are words in one file and numbers in another; give them alike")
    return np.concatenate(labels)
