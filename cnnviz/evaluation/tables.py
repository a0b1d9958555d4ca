"""Tables for a spreadsheet: CSV whose cells no program takes for formulas."""

import csv
import io
from collections.abc import Iterable, Sequence

from cnnviz.evaluation.report import Evaluation

__all__ = ["csv_text", "report_csv"]

_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as CSV.

    A text that a spreadsheet would take for a formula is prefixed with ', so that a class called =1+1 stays a name.

    Args:
        columns: the heads.
        rows: a value for every column; None is an empty cell.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([_cell(value) for value in row] for row in (columns, *rows))
    return text.getvalue()


def report_csv(evaluation: Evaluation) -> str:
    """Return a report as CSV: a row for each class with its scores, then how often it is taken for each class."""
    columns = ("class", "precision", "recall", "f1", "support", *(f"as {name}" for name in evaluation.class_names))
    scores = zip(evaluation.per_class, evaluation.confusion.tolist(), strict=True)
    rows = [(score.name, score.precision, score.recall, score.f1, score.support, *counts) for score, counts in scores]
    return csv_text(columns, rows)


def _cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(_FORMULAS):
        return f"'{value}"
    return round(value, 6) if isinstance(value, float) else value
