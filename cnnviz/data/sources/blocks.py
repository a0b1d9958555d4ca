"""Pictures that lie in arrays, a block for each part: how they are understood, whatever kind of file holds them."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.doubts import fingerprint
from cnnviz.data.sources.pieces import Found, PicturesOfPieces, understood_of
from cnnviz.data.sources.pixels import BYTES, Layout, Spread, as_bytes, layout_of, window_of
from cnnviz.data.sources.rows import Rows, chunks
from cnnviz.data.sources.understood import Part, Reading, Understood
from cnnviz.data.validation import MOST_IMAGES
from cnnviz.errors import DataError

__all__ = ["Block", "understood_of_blocks"]

_SAMPLE = 32  # pictures that are looked at to see how their values lie


@dataclass(frozen=True, eq=False)
class Block:
    """Pictures and labels that lie together.

    Attributes:
        part: "train", "validation", "test" or "".
        images: (n, ...) numbers.
        labels: (n,), (n, 1) or (n, classes), as they are in the file.
        what: what the pictures are called in messages.
        name: names one, such as "row 17 of input.csv"; by default "picture 17 of" and what.
    """

    part: Part
    images: Rows
    labels: NDArray[Any]
    what: str
    name: Callable[[int], str] | None = None

    def name_of(self, position: int) -> str:
        """Return what to call a picture in messages."""
        return self.name(position) if self.name else f"picture {position} of {self.what}"


class ArrayPictures(PicturesOfPieces[Block]):
    """The pictures of blocks, arranged and converted when they are asked for."""

    def __init__(self, blocks: Sequence[Block], layout: Layout, window: tuple[float, float], *, invert: bool) -> None:
        super().__init__(blocks, invert=invert)
        self._layout, self._window = layout, window

    def pixels(self, piece: Block, inner: int) -> NDArray[np.uint8]:
        """Return a picture of a block, (height, width, 1 or 3)."""
        pixels = as_bytes(self._layout.arrange(piece.images[inner : inner + 1])[0], self._window)
        return _on_white(pixels) if pixels.shape[2] == 4 else pixels


def understood_of_blocks(path: Path, blocks: Sequence[Block], found: Found, reading: Reading) -> Understood:
    """Understand pictures in arrays: how they lie, what is black and white, what their labels mean, what is doubtful.

    Args:
        path: the file or folder.
        blocks: in the order of the pictures; all pictures of one shape.
        found: what the files say beside.
        reading: what the person says of it.

    Raises:
        DataError: they are no labelled pictures, or hold infinities.
    """
    _check_blocks(blocks)
    notes, doubts = list(found.notes), list[str]()
    first = blocks[0].images
    sample = first[0 : min(_SAMPLE, first.shape[0])]
    layout = layout_of(tuple(first.shape[1:]), sample, reading, blocks[0].what, notes, found.last_pixel)
    spread, prints = _looked_at(blocks, hashed=len({block.part for block in blocks}) > 1)
    window = window_of(spread, reading, notes, doubts)
    if layout.shape[2] == 4:
        notes.append("Transparent parts are shown on white, and the fourth channel is left out.")
    understood = understood_of(
        path,
        ArrayPictures(blocks, layout, window, invert=reading.invert),
        _joined(blocks),
        replace(found, notes=notes),
        replace(
            reading,
            shape=layout.shape,
            channels_first=layout.channels_first,
            window=None if window == BYTES else window,
        ),
        prints=prints,
        doubts=doubts,
    )
    return replace(understood, shape=(*layout.shape[:2], 1 if layout.shape[2] == 1 else 3))


def _check_blocks(blocks: Sequence[Block]) -> None:
    total = 0
    for block in blocks:
        n_images, n_labels = block.images.shape[0], block.labels.shape[0] if block.labels.ndim else 0
        if n_images != n_labels:
            raise DataError(
                f"{block.what} has {n_images:,} images and {n_labels:,} labels; give one label for each image"
            )
        if not n_images:
            raise DataError(f"{block.what} holds no images; give at least one")
        if block.images.dtype.kind not in "buif":
            raise DataError(f"{block.what} holds {block.images.dtype!s:.40} values, expected numbers; convert it")
        if block.images.shape[1:] != blocks[0].images.shape[1:]:
            raise DataError(
                f"the pictures of {blocks[0].what} are {blocks[0].images.shape[1:]!s:.80} and those of {block.what} "
                f"{block.images.shape[1:]!s:.80}; make them all the same size"
            )
        total += n_images
    if total > MOST_IMAGES:
        raise DataError(f"{blocks[0].what} holds {total:,} images; keep at most {MOST_IMAGES:,}")


def _looked_at(blocks: Sequence[Block], *, hashed: bool) -> tuple[Spread, list[bytes]]:
    """Go once through all numbers: their range, whether all are finite and whole, and a fingerprint of each picture."""
    low, high, whole = np.inf, -np.inf, True
    prints: list[bytes] = []
    for block in blocks:
        for start, rows in chunks(block.images):
            if rows.dtype.kind == "f":
                finite = np.isfinite(rows.reshape(len(rows), -1)).all(axis=1)
                if not finite.all():
                    raise DataError(
                        f"{block.name_of(start + int(finite.argmin()))} holds an infinity or something that is no "
                        "number (NaN, or nothing); correct or remove it"
                    )
                whole = whole and bool((rows == np.floor(rows)).all())
            low, high = min(low, float(rows.min())), max(high, float(rows.max()))
            if hashed:
                prints += [fingerprint(np.ascontiguousarray(row).data) for row in rows]
    types = Counter(block.images.dtype for block in blocks)
    return Spread(next(iter(types)), low, high, whole), prints


def _joined(blocks: Sequence[Block]) -> NDArray[Any]:
    labels = [block.labels for block in blocks]
    shapes = {part.shape[1:] for part in labels}
    if shapes <= {(), (1,)}:
        labels = [part.reshape(-1) for part in labels]
    elif len(shapes) > 1:
        raise DataError(
            f"the labels of {blocks[0].what} and of {blocks[-1].what} have different shapes; give them alike"
        )
    if len({part.dtype.kind in "US" for part in labels}) > 1:
        raise DataError(f"the labels of {blocks[0].what} are words in one part and numbers in another; give them alike")
    return np.concatenate(labels)


def _on_white(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return red, green and blue as they look on white paper."""
    opacity = pixels[..., 3:].astype(np.float64) / 255
    return np.rint(pixels[..., :3] * opacity + 255 * (1 - opacity)).astype(np.uint8)
