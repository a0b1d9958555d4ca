"""Pictures that lie in several pieces, each a block of an array or a file: where one is, and what they come to."""

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.doubts import class_doubts, leaked
from cnnviz.data.sources.labels import classes_of
from cnnviz.data.sources.understood import Part, Reading, Understood

__all__ = ["Found", "PicturesOfPieces", "one_part", "understood_of"]


class Piece(Protocol):
    """Some of the pictures: a dataclass."""

    @property
    def part(self) -> Part:
        """What they are for."""

    @property
    def labels(self) -> NDArray[Any]:
        """Theirs, one each."""

    def name_of(self, position: int) -> str:
        """Return what to call a picture in messages."""


P = TypeVar("P", bound=Piece)


@dataclass(frozen=True)
class Found:
    """What a file says beside pictures and labels.

    Attributes:
        form: what it is, in a few words.
        names: of the classes, by label; None where it has none.
        notes: what was converted or supposed so far, whole sentences.
        skipped: what was passed over, a sentence each.
        columns: what can be named as label and image.
        last_pixel: what a header calls the last pixel; empty for none.
        groups: what each picture belongs to, over all pieces; None where nobody said so.
    """

    form: str
    names: Sequence[str] | None = None
    notes: Sequence[str] = ()
    skipped: Sequence[str] = ()
    columns: Sequence[str] = ()
    last_pixel: str = ""
    groups: NDArray[np.str_] | None = None


class PicturesOfPieces(ABC, Generic[P]):
    """The pictures of all pieces, read when they are asked for.

    Args:
        pieces: in the order of the pictures.
        invert: whether dark becomes bright.
    """

    def __init__(self, pieces: Sequence[P], *, invert: bool) -> None:
        self._pieces, self._invert = pieces, invert
        self._ends = list(accumulate(len(piece.labels) for piece in pieces))

    def __len__(self) -> int:
        return self._ends[-1]

    @property
    def parts(self) -> NDArray[np.str_]:
        """What each picture is for."""
        counts = [len(piece.labels) for piece in self._pieces]
        return np.repeat(np.array([piece.part for piece in self._pieces], "U10"), counts)

    def name(self, position: int) -> str:
        """Return what to call a picture in messages."""
        piece, inner = self._place(position)
        return piece.name_of(inner)

    def read(self, position: int) -> NDArray[np.uint8]:
        """Return a picture (height, width, 1 or 3)."""
        pixels = self.pixels(*self._place(position))
        return np.ascontiguousarray(255 - pixels if self._invert else pixels)

    @abstractmethod
    def pixels(self, piece: P, inner: int) -> NDArray[np.uint8]:
        """Return a picture of a piece, (height, width, 1 or 3)."""

    def _place(self, position: int) -> tuple[P, int]:
        number = bisect_right(self._ends, position)
        return self._pieces[number], position - (self._ends[number - 1] if number else 0)


def one_part(pieces: Sequence[P]) -> list[P]:
    """Return pieces whose parts say something: a single part divides nothing, and one without a name is for training.

    Args:
        pieces: some may have the part "".
    """
    named = {piece.part for piece in pieces}
    if len(named) == 1:
        return [_with_part(piece, "") for piece in pieces]
    return [_with_part(piece, piece.part or "train") for piece in pieces]


def _with_part(piece: P, part: Part) -> P:
    changed: P = replace(piece, part=part)  # type: ignore[type-var]
    return changed


def understood_of(
    path: Path,
    pictures: PicturesOfPieces[P],
    labels: NDArray[Any],
    found: Found,
    reading: Reading,
    *,
    prints: Sequence[bytes],
    doubts: Sequence[str] = (),
) -> Understood:
    """Say what pictures in pieces come to: what their labels mean, and what is doubtful.

    Args:
        path: the file or folder.
        pictures: all of them.
        labels: of all of them, as they are in the files.
        found: what the files say beside.
        reading: what the person says of it.
        prints: a fingerprint for each picture; none where they were not looked at.
        doubts: what is doubtful about the pictures themselves, whole sentences.

    Raises:
        DataError: labels that are no classes.
    """
    classes = classes_of(labels, f"the labels of {path.name}", pictures.name, found.names, reading.names)
    parts = pictures.parts
    inverted = ["Dark became bright, as was asked."] if reading.invert else []
    return Understood(
        path,
        found.form,
        classes.names,
        classes.labels,
        parts,
        pictures,
        groups=found.groups,
        notes=(*found.notes, *inverted, *classes.notes),
        doubts=(*doubts, *classes.doubts, *class_doubts(classes.labels, parts, classes.names), *leaked(parts, prints)),
        skipped=tuple(found.skipped),
        columns=tuple(found.columns),
        reading=reading,
    )
