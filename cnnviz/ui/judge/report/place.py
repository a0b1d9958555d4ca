"""What the URL has of the report: the cell of the confusion matrix, the true class first, and how figures are drawn."""

from contextlib import suppress
from dataclasses import dataclass

from cnnviz.errors import SpecError
from cnnviz.ui.place import Codec, Known, Place, choice, pair, param

__all__ = ["COLOURS", "ORDERS", "MatrixCell", "ReportPlace"]

MatrixCell = tuple[int, int]

COLOURS = {"all": "all images", "mistakes": "mistakes only"}
ORDERS = {"weakest": "weakest first", "label": "by label"}


def _read_cell(said: str, known: Known) -> MatrixCell:
    classes, cell = len(known.classes), None
    with suppress(SpecError):
        cell = _CELL.read(said, known)
    if cell is None or max(cell) >= classes:
        raise SpecError(
            f"the link asks for the cell {said[:40]!r}; a cell is the true and the predicted class, such as 3-5, each "
            f"from 0 to {classes - 1}"
        )
    return cell


_CELL = pair("cell", 4)


@dataclass(frozen=True)
class ReportPlace(Place):
    """What the URL says beside the run.

    Attributes:
        cell: labels of the true and the predicted class; None for the largest mistake.
        colours: a key of COLOURS: of which images the matrix shows shares.
        order: a key of ORDERS, for the classes.
    """

    cell: MatrixCell | None = param(Codec(_read_cell, _CELL.write), per="run")
    colours: str = param(choice("colours", COLOURS), "all", kept=True, lenient=True)
    order: str = param(choice("order", ORDERS), "weakest", name="classes", kept=True, lenient=True)
