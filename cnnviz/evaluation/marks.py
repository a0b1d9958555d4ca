"""What a person says of test images with a doubtful label: wrong, unclear or fine, kept with the run."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from cnnviz.errors import RunError, SpecError
from cnnviz.evaluation.judged import Judged
from cnnviz.evaluation.tables import csv_text
from cnnviz.runs import Run
from cnnviz.spec.base import one_line

__all__ = ["VERDICTS", "Mark", "Verdict", "marks_csv", "read_marks", "write_mark"]

Verdict = Literal["wrong", "unclear", "fine"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
LONGEST_NOTE = 500

_FILE = "marks.json"


@dataclass(frozen=True)
class Mark:
    """What a person says of one test image's label.

    Attributes:
        index: the image's place in the test set.
        verdict: the label is "wrong", it is "unclear" what is shown, or the label is "fine".
        note: a line of the person's own, up to 500 characters; may be empty.
        right: the name of the class that a wrong label should have been; empty where nobody said.

    Raises:
        SpecError: a value that is none of these.
    """

    index: int
    verdict: Verdict
    note: str = ""
    right: str = ""

    def __post_init__(self) -> None:
        if type(self.index) is not int or self.index < 0:
            raise SpecError(f"the image was given as {self.index!r:.40}; give its place in the test set, from 0")
        if self.verdict not in VERDICTS:
            raise SpecError(f"a label cannot be marked {self.verdict!r:.40}; choose one of {', '.join(VERDICTS)}")
        if not isinstance(self.note, str) or len(self.note) > LONGEST_NOTE:
            raise SpecError(f"a note is a text of at most {LONGEST_NOTE} characters; shorten it")
        if not isinstance(self.right, str) or (self.right and self.verdict != "wrong"):
            raise SpecError(f"{self.right!r:.40} was given as the right class; give a class's name, of a wrong label")


def read_marks(run: Run, home: str | Path | None = None) -> dict[int, Mark]:
    """Return the marks of a run by the image's place in the test set, in that order.

    Args:
        run: the run.
        home: the home folder, where the marks of a read-only run are; None for the run's own.

    Raises:
        RunError: their file is damaged; it is left as it is.
    """
    additions = run.additions(home)
    return _parsed(additions.read(_FILE), additions.folder / _FILE)


def write_mark(
    run: Run,
    index: int,
    verdict: Verdict | None,
    note: str = "",
    home: str | Path | None = None,
    *,
    right: str = "",
) -> Mark | None:
    """Mark a test image's label, or take its mark away.

    Args:
        run: the run.
        index: the image's place in the test set, from 0.
        verdict: what the label is; None takes the mark away.
        note: a line of the person's own, up to 500 characters.
        home: the home folder, where the marks of a read-only run are; None for the run's own.
        right: the name of the class that a wrong label should have been; empty where that is not known.

    Returns:
        The mark as it is kept.

    Raises:
        SpecError: a value that no mark can have.
        RunError: the marks' file is damaged; it is left as it is.
        StorageError: the disk refuses, or the run is gone.
    """
    additions = run.additions(home)
    mark = None if verdict is None else Mark(index, verdict, one_line(note, LONGEST_NOTE + 1), right)

    def changed(values: dict[str, Any]) -> dict[str, Any]:
        marks = _parsed(values, additions.folder / _FILE)
        marks.pop(index, None)
        if mark is not None:
            marks[index] = mark
        return {"format": 1, "marks": [_written(marks[at]) for at in sorted(marks)]}

    additions.change(_FILE, changed)
    return mark


def marks_csv(judged: Judged, marks: Mapping[int, Mark]) -> str:
    """Return marks as CSV: place, label, predicted class and its confidence, verdict, note, and the right class."""
    rows = [
        (
            mark.index,
            judged.class_names[judged.labels[mark.index]],
            judged.class_names[judged.predicted[mark.index]],
            float(judged.confidence[mark.index]),
            mark.verdict,
            mark.note,
            mark.right,
        )
        for mark in marks.values()
        if mark.index < len(judged)
    ]
    return csv_text(("index", "label", "predicted", "confidence", "verdict", "note", "right"), rows)


def _written(mark: Mark) -> dict[str, Any]:
    values = asdict(mark)
    return values if mark.right else {key: value for key, value in values.items() if key != "right"}


def _parsed(values: dict[str, Any], path: Path) -> dict[int, Mark]:
    found = values.get("marks", [])
    try:
        marks = [Mark(item["index"], item["verdict"], item.get("note", ""), item.get("right", "")) for item in found]
    except (TypeError, KeyError, AttributeError, SpecError) as error:
        raise RunError(f"the file {path} has a mark that is none ({error}); mend it, or move it away") from error
    return {mark.index: mark for mark in sorted(marks, key=lambda mark: mark.index)}
