"""What the network said of many photos, as files: CSV for a spreadsheet, JSON as `cnnviz classify` prints it."""

import json
from collections.abc import Sequence
from typing import Any

from cnnviz.evaluation.tables import csv_text
from cnnviz.ui.classify.answers import Row
from cnnviz.ui.classify.shelf import Item

__all__ = ["answers_csv", "answers_json"]

_PLACES = 3  # classes with a column of their own


def answers_csv(rows: Sequence[Row], bad: Sequence[Item]) -> str:
    """Return a table with a row for each photo; files that could not be classified come last, with their reason.

    Args:
        rows: photos with answers.
        bad: files without.
    """
    places = min([_PLACES, *(len(row.answer.top) for row in rows)])
    columns = ["file", "abstained"]
    for place in range(places):
        columns += [f"class_{place + 1}", f"probability_{place + 1}"]
    return csv_text([*columns, "reason", "error"], [
        *(_cells(row, places) for row in rows),
        *((item.name, *[None] * (2 * places + 2), item.error) for item in bad),
    ])  # fmt: skip


def _cells(row: Row, places: int) -> list[object]:
    cells: list[object] = [row.item.name, "yes" if row.answer.abstained else "no"]
    for ranked in row.answer.top[:places]:
        cells += [ranked.class_name, ranked.probability]
    return [*cells, row.answer.reason or None, None]


def answers_json(rows: Sequence[Row], bad: Sequence[Item]) -> str:
    """Return the document that `cnnviz classify --json` prints.

    Args:
        rows: photos with answers.
        bad: files without.
    """
    good = [{"file": row.item.name, **row.answer.to_json(), "error": None} for row in rows]
    without: dict[str, Any] = {"top": [], "abstained": False, "reason": None}
    errors = [{"file": item.name, **without, "error": item.error} for item in bad]
    return json.dumps([*good, *errors], indent=1, ensure_ascii=False) + "\n"
