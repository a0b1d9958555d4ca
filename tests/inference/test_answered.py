"""Photos with answers: sorted and filtered, and saved as files."""

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pytest

from cnnviz.inference import Classification
from cnnviz.inference.answered import AnsweredPhoto, answers_csv, answers_json, arranged
from cnnviz.inference.classifying import Ranked

NAMES = ("cat", "=dog", "frog")


def answer(*shares: float, reason: str = "") -> Classification:
    order = np.argsort(-np.array(shares), kind="stable")
    top = tuple(Ranked(NAMES[i], int(i), shares[i]) for i in order)
    return Classification(top, np.array(shares), bool(reason), reason)


def row(name: str, *shares: float, reason: str = "") -> AnsweredPhoto:
    return AnsweredPhoto(name, name, answer(*shares, reason=reason))


ROWS = [
    row("b.png", 0.5, 0.3, 0.2),
    row("A.png", 0.1, 0.8, 0.1),
    row("+c.png", 0.4, 0.3, 0.3, reason="Not sure enough."),
    row("d.png", 0.9, 0.05, 0.05),
]
SAME, OTHER, NONE = answer(0.6, 0.2, 0.2), answer(0.1, 0.7, 0.2), answer(0.5, 0.3, 0.2, reason="Not sure enough.")
PAIRS = [replace(one, other=other) for one, other in zip(ROWS, (SAME, SAME, NONE, OTHER), strict=True)]
BAD = [("notes.txt", "The file 'notes.txt' holds text.")]


# --- showing ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("choices", "names"),
    [
        ({}, ["d.png", "A.png", "b.png", "+c.png"]),
        ({"sort": "unsure"}, ["+c.png", "b.png", "A.png", "d.png"]),
        ({"sort": "name"}, ["+c.png", "A.png", "b.png", "d.png"]),
        ({"sort": "came"}, ["b.png", "A.png", "+c.png", "d.png"]),
        ({"sort": "class"}, ["A.png", "d.png", "b.png", "+c.png"]),
        ({"show": "abstained"}, ["+c.png"]),
        ({"show": "answered", "sort": "came"}, ["b.png", "A.png", "d.png"]),
        ({"predicted": "cat", "sort": "came"}, ["b.png", "+c.png", "d.png"]),
        ({"predicted": "frog"}, []),
    ],
)
def test_photos_are_sorted_and_filtered(choices: dict[str, str], names: list[str]) -> None:
    assert [one.name for one in arranged(ROWS, **choices)] == names


def test_two_networks_differ_where_they_answer_something_else() -> None:
    assert [one.name for one in PAIRS if one.differs] == ["A.png", "d.png"]
    assert replace(ROWS[0], other=NONE).differs  # one answers, the other does not
    assert not ROWS[0].differs
    assert [one.name for one in arranged(PAIRS, show="differ")] == ["d.png", "A.png"]


# --- saving -----------------------------------------------------------------------------------------------------


def test_the_table_opens_in_a_spreadsheet_and_no_cell_is_a_formula() -> None:
    lines = list(csv.DictReader(io.StringIO(answers_csv(ROWS, BAD))))
    assert [line["file"] for line in lines] == ["b.png", "A.png", "'+c.png", "d.png", "notes.txt"]
    assert (lines[1]["class_1"], lines[1]["probability_1"], lines[1]["class_3"]) == ("'=dog", "0.8", "frog")
    assert [line["abstained"] for line in lines] == ["no", "no", "yes", "no", ""]
    assert lines[2]["reason"] == "Not sure enough."
    assert lines[4]["error"] == "The file 'notes.txt' holds text."
    assert answers_csv([], []).startswith("file,abstained,class_1")


def test_what_a_second_network_says_is_saved_beside_it() -> None:
    lines = list(csv.DictReader(io.StringIO(answers_csv(PAIRS, BAD))))
    assert [line["other_class"] for line in lines] == ["cat", "cat", "cat", "'=dog", ""]
    assert [line["other_abstained"] for line in lines] == ["no", "no", "yes", "no", ""]
    assert (lines[0]["other_probability"], lines[3]["class_1"]) == ("0.6", "cat")
    assert [line["error"] for line in lines] == ["", "", "", "", "The file 'notes.txt' holds text."]
    found = json.loads(answers_json(PAIRS, BAD))
    assert found[3]["other"]["top"][0] == {"class": "=dog", "probability": 0.7}
    assert (found[2]["other"]["abstained"], "other" in found[4]) == (True, False)


def test_the_document_is_the_command_line_s() -> None:
    found = json.loads(answers_json(ROWS, BAD))
    assert found[0] == {
        "file": "b.png",
        "top": [
            {"class": "cat", "probability": 0.5},
            {"class": "=dog", "probability": 0.3},
            {"class": "frog", "probability": 0.2},
        ],
        "abstained": False,
        "reason": None,
        "error": None,
    }
    assert (found[2]["abstained"], found[2]["reason"]) == (True, "Not sure enough.")
    assert found[4] == {
        "file": "notes.txt",
        "top": [],
        "abstained": False,
        "reason": None,
        "error": "The file 'notes.txt' holds text.",
    }
