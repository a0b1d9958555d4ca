"""What the network said of many photos, as files: CSV for a spreadsheet, JSON as `cnnviz classify` prints it.

What a second network said stands in columns of its own, and under the key "other".
"""

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
    two = any(row.other is not None for row in rows)
    columns += ["other_abstained", "other_class", "other_probability"] if two else []
    return csv_text([*columns, "reason", "error"], [
        *([*_cells(row, places), *(_other(row) if two else ()), row.answer.reason or None, None] for row in rows),
        *((item.name, *[None] * (len(columns)), item.error) for item in bad),
    ])  # fmt: skip


def _cells(row: Row, places: int) -> list[object]:
    cells: list[object] = [row.item.name, _yes(row.answer.abstained)]
    for ranked in row.answer.top[:places]:
        cells += [ranked.class_name, ranked.probability]
    return cells


def _other(row: Row) -> tuple[object, ...]:
    if row.other is None:
        return None, None, None
    first = row.other.top[0]
    return _yes(row.other.abstained), first.class_name, first.probability


def _yes(said: bool) -> str:
    return "yes" if said else "no"


def answers_json(rows: Sequence[Row], bad: Sequence[Item]) -> str:
    """Return the document that `cnnviz classify --json` prints.

    Args:
        rows: photos with answers.
        bad: files without.
    """
    good = [
        {
            "file": row.item.name,
            **row.answer.to_json(),
            "error": None,
            **({} if row.other is None else {"other": row.other.to_json()}),
        }
        for row in rows
    ]
    without: dict[str, Any] = {"top": [], "abstained": False, "reason": None}
    errors = [{"file": item.name, **without, "error": item.error} for item in bad]
    return json.dumps([*good, *errors], indent=1, ensure_ascii=False) + "\n"
