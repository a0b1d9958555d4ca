"""Marks are kept with the run, and nothing a person said is ever lost."""

import csv
import io
import json
import threading
from pathlib import Path

import pytest

from cnnviz.errors import RunError, SpecError, StorageError
from cnnviz.evaluation import Mark, marks_csv, read_marks, write_mark
from cnnviz.runs import Run, RunStore
from tests.evaluation.made import ended_run, guesses, judged


@pytest.fixture
def run(home: Path) -> Run:
    return ended_run(home, [0, 1, 2], guesses([0, 1, 2], 3))


def test_written_read_changed_and_taken_away(run: Run) -> None:
    assert read_marks(run) == {}
    assert write_mark(run, 7, "wrong", " a dog,\n not a cat ") == Mark(7, "wrong", "a dog, not a cat")
    write_mark(run, 2, "unclear")
    assert list(read_marks(run).values()) == [Mark(2, "unclear"), Mark(7, "wrong", "a dog, not a cat")]
    write_mark(run, 7, "fine")
    assert read_marks(run)[7] == Mark(7, "fine")
    assert write_mark(run, 7, None) is None
    assert list(read_marks(run)) == [2]
    write_mark(run, 99, None)


def test_the_file_is_as_documented(run: Run) -> None:
    write_mark(run, 7, "wrong", "a dog")
    written = json.loads((run.folder / "marks.json").read_text())
    assert written == {"format": 1, "marks": [{"index": 7, "verdict": "wrong", "note": "a dog"}]}
    write_mark(run, 7, "wrong", right="dog")
    written = json.loads((run.folder / "marks.json").read_text())
    assert written["marks"] == [{"index": 7, "verdict": "wrong", "note": "", "right": "dog"}]
    assert read_marks(run)[7] == Mark(7, "wrong", "", "dog")


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        '{"marks": 3}',
        '{"marks": [3]}',
        '{"marks": [{"index": 1}]}',
        '{"marks": [{"index": 1, "verdict": "ugly"}]}',
        '{"marks": [{"index": -1, "verdict": "fine"}]}',
        '{"marks": [{"index": true, "verdict": "fine"}]}',
        '{"marks": [{"index": 1, "verdict": "fine", "note": 5}]}',
        '{"marks": [{"index": 1, "verdict": "wrong", "right": 5}]}',
        '{"marks": [{"index": 1, "verdict": "fine", "right": "cat"}]}',
    ],
)
def test_a_damaged_file_is_one_sentence_and_stays(content: str, run: Run) -> None:
    path = run.folder / "marks.json"
    path.write_text(content)
    for touch in (lambda: read_marks(run), lambda: write_mark(run, 1, "fine")):
        with pytest.raises(RunError, match="mend it, or move it away"):
            touch()
    assert path.read_text() == content


def test_what_is_no_mark_is_refused(run: Run) -> None:
    with pytest.raises(SpecError, match="choose one of wrong, unclear, fine"):
        write_mark(run, 1, "ugly")  # type: ignore[arg-type]
    with pytest.raises(SpecError, match="at most 500 characters"):
        write_mark(run, 1, "wrong", "x" * 501)
    with pytest.raises(SpecError, match="give its place in the test set"):
        write_mark(run, -1, "wrong")
    assert read_marks(run) == {}


def test_two_who_mark_at_once_both_keep_their_marks(run: Run) -> None:
    def mark(first: int) -> None:
        for index in range(first, first + 20):
            write_mark(run, index, "wrong")

    threads = [threading.Thread(target=mark, args=(first,)) for first in (0, 20, 40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(read_marks(run)) == list(range(60))


def test_marks_of_a_read_only_run_are_in_the_home(run: Run, home: Path, tmp_path: Path) -> None:
    bundled = Run(run.folder, bundled=True)
    write_mark(bundled, 3, "fine", home=tmp_path / "other")
    assert (tmp_path / "other" / "additions" / run.id / "marks.json").is_file()
    assert read_marks(bundled, tmp_path / "other") == {3: Mark(3, "fine")}
    assert read_marks(bundled) == {}
    assert not (run.folder / "marks.json").exists()


def test_marks_go_with_their_run_and_do_not_bring_it_back(run: Run) -> None:
    write_mark(run, 3, "fine")
    RunStore().delete(run.id)
    assert not run.additions().folder.exists()
    with pytest.raises(StorageError, match="its folder does not exist"):
        write_mark(run, 4, "fine")
    assert not run.folder.exists()


def test_csv(run: Run) -> None:
    found = judged([0, 1], [[0.25, 0.75], [0.4, 0.6]])
    marks = {0: Mark(0, "wrong", "=SUM(A1)", "c1"), 1: Mark(1, "fine"), 9: Mark(9, "fine", "of another test set")}
    assert list(csv.reader(io.StringIO(marks_csv(found, marks)))) == [
        ["index", "label", "predicted", "confidence", "verdict", "note", "right"],
        ["0", "c0", "c1", "0.75", "wrong", "'=SUM(A1)", "c1"],
        ["1", "c1", "c1", "0.6", "fine", "", ""],
    ]
