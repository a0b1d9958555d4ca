"""Photos and what networks say of them: in an order, and as files."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cnnviz.evaluation.tables import csv_text
from cnnviz.inference.classifying import Classification

__all__ = ["AnsweredPhoto", "answers_csv", "answers_json", "arranged", "photo_json"]

_PLACES = 3  # classes with a column of their own


@dataclass(frozen=True, eq=False)
class AnsweredPhoto:
    """A photo and what a network says of it.

    Attributes:
        key: tells it from every other.
        name: its file's.
        answer: with all classes in `top`.
        other: what a second network says of it; None where nobody asked, or it is not known yet.
    """

    key: str
    name: str
    answer: Classification
    other: Classification | None = None

    @property
    def confidence(self) -> float:
        """How sure the network is of its first class."""
        return self.answer.top[0].probability

    @property
    def predicted(self) -> str:
        """Its first class, whether it answers or not."""
        return self.answer.top[0].class_name

    @property
    def differs(self) -> bool:
        """Whether a second network says something else."""
        return self.other is not None and _said(self.answer) != _said(self.other)


def _said(answer: Classification) -> str | None:
    """The class that is answered; None where none is."""
    return None if answer.abstained else answer.top[0].class_name


_SHOWN: Mapping[str, Callable[[AnsweredPhoto], bool]] = {
    "all": lambda row: True,
    "answered": lambda row: not row.answer.abstained,
    "abstained": lambda row: row.answer.abstained,
    "differ": lambda row: row.differs,
}
_ORDERS: Mapping[str, Callable[[AnsweredPhoto], Any]] = {
    "sure": lambda row: -row.confidence,
    "unsure": lambda row: row.confidence,
    "name": lambda row: row.name.casefold(),
    "class": lambda row: (row.answer.abstained, row.predicted, -row.confidence),
    "came": lambda row: 0,
}


def arranged(
    rows: Sequence[AnsweredPhoto], *, show: str = "all", predicted: str | None = None, sort: str = "sure"
) -> list[AnsweredPhoto]:
    """Return some photos in an order.

    Args:
        rows: in the order in which they came.
        show: "all", those "answered", those "abstained", or those on which two networks "differ".
        predicted: only those of this first class; None for every class.
        sort: by how "sure" or "unsure" the network is, by "name" or "class", or as they "came".
    """
    found = [row for row in rows if _SHOWN[show](row) and predicted in (None, row.predicted)]
    return sorted(found, key=_ORDERS[sort])


def answers_csv(rows: Sequence[AnsweredPhoto], refused: Sequence[tuple[str, str]]) -> str:
    """Return a table with a row for each photo; what a second network says stands in columns of its own.

    Args:
        rows: photos with answers.
        refused: the names of files that could not be classified, each with its reason; they come last.
    """
    places = min([_PLACES, *(len(row.answer.top) for row in rows)])
    columns = ["file", "abstained"]
    for place in range(places):
        columns += [f"class_{place + 1}", f"probability_{place + 1}"]
    two = any(row.other is not None for row in rows)
    columns += ["other_abstained", "other_class", "other_probability"] if two else []
    return csv_text(
        [*columns, "reason", "error"],
        [
            *([*_cells(row, places), *(_other(row) if two else ()), row.answer.reason or None, None] for row in rows),
            *((name, *[None] * len(columns), error) for name, error in refused),
        ],
    )


def _cells(row: AnsweredPhoto, places: int) -> list[object]:
    cells: list[object] = [row.name, _yes(row.answer.abstained)]
    for ranked in row.answer.top[:places]:
        cells += [ranked.class_name, ranked.probability]
    return cells


def _other(row: AnsweredPhoto) -> tuple[object, ...]:
    if row.other is None:
        return None, None, None
    first = row.other.top[0]
    return _yes(row.other.abstained), first.class_name, first.probability


def _yes(said: bool) -> str:
    return "yes" if said else "no"


def photo_json(name: str, said: Classification | str) -> dict[str, Any]:
    """Return what `cnnviz classify --json` says of a photo.

    Args:
        name: its file's.
        said: what a network says of it, or why it could not be classified.
    """
    if isinstance(said, str):
        return {"file": name, "top": [], "abstained": False, "reason": None, "error": said}
    return {"file": name, **said.to_json(), "error": None}


def answers_json(rows: Sequence[AnsweredPhoto], refused: Sequence[tuple[str, str]]) -> str:
    """Return the document that `cnnviz classify --json` prints; what a second network says has the key "other".

    Args:
        rows: photos with answers.
        refused: as for `answers_csv`.
    """
    other = [{} if row.other is None else {"other": row.other.to_json()} for row in rows]
    good = [{**photo_json(row.name, row.answer), **beside} for row, beside in zip(rows, other, strict=True)]
    bad = [photo_json(name, error) for name, error in refused]
    return json.dumps([*good, *bad], indent=1, ensure_ascii=False) + "\n"
