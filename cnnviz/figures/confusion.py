"""The confusion matrix: which class is taken for which, coloured by the share of each true class's images."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cnnviz.errors import SpecError
from cnnviz.figures.svg import Drawing, shortened, widest
from cnnviz.figures.theme import Palette, palette
from cnnviz.figures.tiles import color_table

__all__ = ["ConfusionPicture", "confusion_picture", "draw_confusion"]

_NUMBERED = 22.0  # pixels that a cell needs to hold its number
_NAMED = 9.0  # pixels that a row needs to hold its name
_LABEL = 120.0  # pixels for names at most
_TABLE = "sequential"


@dataclass(frozen=True, eq=False)
class ConfusionPicture:
    """What is drawn of a confusion matrix.

    Attributes:
        class_names: by label.
        counts: (classes, classes) int64, rows are true classes.
        mistakes_only: whether the scale is that of the mistakes, and the diagonal is left out.
    """

    class_names: tuple[str, ...]
    counts: NDArray[np.int64]
    mistakes_only: bool = False

    @cached_property
    def shares(self) -> NDArray[np.float64]:
        """(classes, classes) in [0, 1]: of each true class's images; 0 for a class without any."""
        return np.asarray(self.counts / np.maximum(self.counts.sum(axis=1, keepdims=True), 1))

    @cached_property
    def top(self) -> float:
        """The share that is drawn brightest: 1, or that of the largest mistake."""
        if not self.mistakes_only:
            return 1.0
        mistakes = self.shares.copy()
        np.fill_diagonal(mistakes, 0)
        return float(mistakes.max()) or 1.0

    @cached_property
    def levels(self) -> NDArray[np.intp]:
        """(classes, classes) rows of the colour table, 0 to 255."""
        return np.asarray(np.rint(255 * np.minimum(self.shares / self.top, 1)), np.intp)

    def words(self, true: int, predicted: int) -> str:
        """Say what a cell counts: "cat taken for dog: 136 of 1,000 (13.6 %)"."""
        names, count, of = self.class_names, int(self.counts[true, predicted]), int(self.counts[true].sum())
        what = f"{names[true]} recognised" if true == predicted else f"{names[true]} taken for {names[predicted]}"
        return f"{what}: {count:,} of {of:,}" + (f" ({100 * count / of:.1f} %)" if of else "")

    @property
    def scale(self) -> tuple[str, str]:
        """What the ends of the colour scale mean."""
        return "0", f"{100 * self.top:.2g} % of the row" if self.mistakes_only else "all of the row"


def confusion_picture(
    counts: NDArray[np.int64], class_names: Sequence[str], *, mistakes_only: bool = False
) -> ConfusionPicture:
    """Make the record of a confusion matrix.

    Args:
        counts: (classes, classes) int, rows are true classes.
        class_names: by label.
        mistakes_only: whether to colour the mistakes alone, the largest one brightest.

    Raises:
        SpecError: the matrix is not one of these classes.
    """
    if counts.shape != (len(class_names), len(class_names)) or not len(class_names):
        raise SpecError(
            f"a confusion matrix of shape {counts.shape} was given for {len(class_names)} classes; give one row and "
            "one column a class"
        )
    return ConfusionPicture(tuple(class_names), counts, mistakes_only)


def draw_confusion(picture: ConfusionPicture, width: float = 640) -> Drawing:
    """Draw a confusion matrix; its numbers where they can be read, its names where they can.

    Args:
        picture: what to draw.
        width: in pixels.
    """
    names, classes = picture.class_names, len(picture.class_names)
    named = (width - _LABEL) / classes >= _NAMED
    size = min(13.0, max(8.0, (width - _LABEL) / classes - 3))
    left = min(_LABEL, widest(names, size) + 28) if named else 24.0
    cell = min((width - left) / classes, 64.0)
    top = left if named and widest(names, size) > cell - 4 else 40.0
    drawing = Drawing(
        width, top + classes * cell + 8, "Confusion matrix: rows are true classes, columns predicted ones"
    )
    drawing.text((left, 12), "predicted →", 12, color="muted")
    drawing.text((12, top), "← true", 12, color="muted", anchor="end", turn=-90)
    if named:
        _name(drawing, picture, (left, top), cell, size)
    table = ["#" + bytes(row).hex() for row in color_table(_TABLE)]
    drawing.box((left, top), classes * cell, classes * cell, table[0])
    for true, predicted in zip(*np.nonzero(picture.counts), strict=True):
        place = (left + predicted * cell, top + true * cell)
        if picture.mistakes_only and true == predicted:
            drawing.box(place, cell, cell, "surface")
        else:
            drawing.box(
                place, cell, cell, table[picture.levels[true, predicted]], tip=picture.words(int(true), int(predicted))
            )
        if cell >= _NUMBERED:
            _count(drawing, picture, (int(true), int(predicted)), place, cell)
    return drawing


def _name(drawing: Drawing, picture: ConfusionPicture, corner: tuple[float, float], cell: float, size: float) -> None:
    """Write the classes beside the rows and above the columns."""
    left, top = corner
    turned = top > 41
    for index, name in enumerate(picture.class_names):
        absent = not picture.counts[index].sum()
        drawing.text(
            (left - 6, top + (index + 0.5) * cell + size * 0.35),
            shortened(name, left - 26, size),
            size,
            anchor="end",
            color="muted" if absent else "text",
            tip=f"{name}: no test image" if absent else name,
        )
        middle = left + (index + 0.5) * cell
        if turned:
            place = (middle + size * 0.3, top - 6)
            drawing.text(place, shortened(name, top - 26, size), size, turn=-90 if cell < 24 else -50, tip=name)
        else:
            drawing.text((middle, top - 8), shortened(name, cell, size), size, anchor="middle", tip=name)


def _count(
    drawing: Drawing, picture: ConfusionPicture, cell: tuple[int, int], place: tuple[float, float], side: float
) -> None:
    """Write how many images a cell has, in the colour that can be read on it."""
    count = f"{picture.counts[cell]:,}"
    size = min(14.0, side * 0.36, (side - 4) / (len(count) * 0.6))
    light, dark = palette("light"), palette("dark")
    on_surface = picture.mistakes_only and cell[0] == cell[1]
    color = "muted" if on_surface else readable_on(int(picture.levels[cell]), light, dark)
    drawing.text((place[0] + side / 2, place[1] + side / 2 + size * 0.35), count, size, color=color, anchor="middle")


def readable_on(level: int, light: Palette, dark: Palette) -> str:
    """Return the text colour that stands out on a level of the scale."""
    red, green, blue = color_table(_TABLE)[level].tolist()
    return light.text if 0.299 * red + 0.587 * green + 0.114 * blue > 140 else dark.text
