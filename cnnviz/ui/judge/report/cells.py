"""Which cell of the confusion matrix is looked at: in the URL as `?cell=3-5`, the true class first."""

import re

import numpy as np
from numpy.typing import NDArray

from cnnviz.errors import SpecError
from cnnviz.evaluation import Judged
from cnnviz.ui.judge.address import Address

__all__ = ["Cell", "asked_cell", "choose_cell"]

Cell = tuple[int, int]

_ADDRESS = Address("report", ("cell",))
_FORM = re.compile(r"(\d{1,4})-(\d{1,4})")


def asked_cell(judged: Judged, matrix: NDArray[np.int64]) -> Cell:
    """Return the cell that the URL asks for; without one the largest mistake, or what is right where there is none.

    Args:
        judged: what is looked at.
        matrix: its confusion matrix.

    Raises:
        SpecError: the URL asks for a cell that there is not.
    """
    _ADDRESS.settle()
    text, classes = _ADDRESS.asked().get("cell"), len(judged.class_names)
    if text is None:
        mistakes = matrix.copy()
        np.fill_diagonal(mistakes, 0)
        true, predicted = divmod(int((mistakes if mistakes.any() else matrix).argmax()), classes)
        return true, predicted
    found = _FORM.fullmatch(text)
    cell = (int(found[1]), int(found[2])) if found else (classes, classes)
    if max(cell) >= classes:
        raise SpecError(
            f"the link asks for the cell {text[:40]!r}; a cell is the true and the predicted class, such as 3-5, each "
            f"from 0 to {classes - 1}"
        )
    return cell


def choose_cell(cell: Cell) -> None:
    """Look at another cell: in a callback."""
    _ADDRESS.change(cell=f"{cell[0]}-{cell[1]}")
