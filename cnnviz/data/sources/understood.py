"""What a person's files were understood as, before anything of them is kept; and what of that can be corrected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol, get_args

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.records import Labels, Shape
from cnnviz.errors import DataError

__all__ = ["PARTS", "Colour", "Fit", "Keeping", "Part", "Pictures", "Reading", "Understood", "renamed"]

Part = Literal["train", "validation", "test", ""]
PARTS: tuple[Part, ...] = get_args(Part)
Fit = Literal["crop", "fit", "stretch"]
Colour = Literal["", "grey", "rgb"]


class Pictures(Protocol):
    """Pictures that are read when they are asked for: files of a folder, rows of a table, slices of an array."""

    def __len__(self) -> int: ...

    def name(self, position: int) -> str:
        """Return what to call a picture in messages, such as its path in the folder, or "row 17"."""

    def read(self, position: int) -> NDArray[np.uint8]:
        """Return a picture.

        Args:
            position: from 0.

        Returns:
            (height, width, 1 or 3) uint8; may be called from several threads at once.

        Raises:
            DataError: it cannot be read: which one, why, and the cure.
        """


@dataclass(frozen=True)
class Reading:
    """How files are to be read where what was understood is not what was meant; None and "" leave it to cnnviz.

    Attributes:
        label: the column of a table, or the name of an array, that holds the labels.
        image: the column of file names or encoded images, or the name of the array of images.
        part: the column that says "train", "validation" or "test".
        group: the column that says which pictures belong together (one patient, one animal); or a regular expression
            whose first group, found in a picture's name, says so.
        shape: (height, width, channels) of a row of pixels.
        channels_first: whether rows or arrays hold all of a channel before the next.
        delimiter: between the values of a table.
        header: whether a table's first line names its columns.
        window: the values that are black and white, for pictures of more than 8 bits.
        invert: whether dark becomes bright, as for networks that learned bright on dark.
        names: what classes are to be called, by what they are called in the files.
    """

    label: str | None = None
    image: str | None = None
    part: str | None = None
    group: str | None = None
    shape: Shape | None = None
    channels_first: bool | None = None
    delimiter: str | None = None
    header: bool | None = None
    window: tuple[float, float] | None = None
    invert: bool = False
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Keeping:
    """How pictures that were understood are kept as a data set.

    Attributes:
        size: height and width in pixels; None for 32x32 where sizes differ, and for their own where all have one.
        fit: how it comes into that size: its centre ("crop"), the whole with bars ("fit"), or pulled ("stretch").
        colour: "grey" or "rgb" for all; "" for grey where all are grey.
        test: share of each class set aside for testing, where the files do not divide it.
        validation: share of the rest set aside for validation, where groups have to stay together; else each run draws
            its own.
        seed: of what is drawn; the same seed draws the same.
        left_out: positions that are not kept.
    """

    size: tuple[int, int] | None = None
    fit: Fit = "crop"
    colour: Colour = ""
    test: float = 0.2
    validation: float = 0.1
    seed: int = 0
    left_out: frozenset[int] = frozenset()


@dataclass(frozen=True, eq=False)
class Understood:
    """Labelled pictures that somebody has, as they were understood. Nothing is kept yet; no picture need be decoded.

    Attributes:
        path: the file or folder.
        form: what it is, in a few words, such as "class folders in train, val and test".
        class_names: by label.
        labels: (n,) int64, positions in `class_names`.
        parts: (n,), for each picture "train", "validation", "test", or "" where the files do not divide: it may come to
            either train or test, also where others are for validation.
        pictures: the n pictures.
        groups: (n,), for each picture what it belongs to; None where nobody said so.
        shape: (height, width, channels) that all have; None where that is not known before they are read.
        notes: what was converted or supposed, whole sentences.
        doubts: what is probably not meant (labels from 1, all values at most 1, ...), whole sentences with the cure.
        skipped: what was passed over, a sentence each, with its cure.
        columns: what `Reading.label`, `image`, `part` and `group` can name; none where there are no columns.
        reading: how it was read, with what was found out filled in.
    """

    path: Path
    form: str
    class_names: tuple[str, ...]
    labels: Labels
    parts: NDArray[np.str_]
    pictures: Pictures
    groups: NDArray[np.str_] | None = None
    shape: Shape | None = None
    notes: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    columns: Sequence[str] = ()
    reading: Reading = field(default_factory=Reading)

    def __len__(self) -> int:
        return len(self.labels)

    def counts(self) -> dict[str, dict[str, int]]:
        """Return how many pictures each class has in each part, by names; "undivided" where the files do not divide."""
        found = {part or "undivided": self.labels[self.parts == part] for part in PARTS}
        numbers = {part: np.bincount(labels, minlength=len(self.class_names)) for part, labels in found.items()}
        return {
            name: {part: int(of[label]) for part, of in numbers.items()} for label, name in enumerate(self.class_names)
        }

    @property
    def correctable(self) -> frozenset[str]:
        """The fields of a `Reading` that make sense for this form."""
        told, fields = self.reading, {"names", "invert"}
        in_rows, in_arrays = told.delimiter is not None, told.shape is not None
        if self.columns:
            fields |= {"label"} if in_rows else {"label", "image"}
        if self.columns and (in_rows or (told.image is not None and not in_arrays)):
            fields |= {"part", "group"}
        elif not self.columns and not in_rows and not in_arrays:
            fields |= {"group"}  # by what stands in the names
        if in_arrays:
            fields |= {"shape", "window"} | ({"channels_first"} if told.shape and told.shape[2] > 1 else set())
        if told.window is not None:
            fields |= {"window"}
        return frozenset(fields | {name for name in ("delimiter", "header") if getattr(told, name) is not None})


def renamed(names: Mapping[str, str], shown: Sequence[str], typed: Sequence[str]) -> Mapping[str, str]:
    """Return `Reading.names` where somebody renames classes that may have been renamed before.

    Args:
        names: as it was.
        shown: what the classes are called now, by label.
        typed: what they are to be called, in that order; empty ones stay as they are.

    Raises:
        DataError: there are more or fewer names than classes.
    """
    if len(typed) != len(shown):
        raise DataError(f"{len(typed):,} names for {len(shown):,} classes; give one for each, a line a name")
    new = {old: name.strip() for old, name in zip(shown, typed, strict=True) if name.strip() and name.strip() != old}
    before = {original: new.get(name, name) for original, name in names.items()}
    return before | {old: name for old, name in new.items() if old not in names.values()}
