"""Photos by the dozen: taken in once, small enough to keep, sorted and filtered, and saved as files."""

import base64
import csv
import io
import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from cnnviz.data import Photo
from cnnviz.inference import Classification
from cnnviz.inference.classifying import Ranked
from cnnviz.ui.classify import photos
from cnnviz.ui.classify.answers import AnsweredPhoto, answers_csv, answers_json
from cnnviz.ui.classify.many_photos import chosen_rows
from cnnviz.ui.classify.photos import PhotoItem, PhotoShelf
from cnnviz.ui.classify.place import ClassifyPlace

NAMES = ("cat", "=dog", "frog")


def photo_file(seed: int, width: int = 60, height: int = 40) -> bytes:
    content = io.BytesIO()
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    Image.fromarray(pixels).save(content, "PNG")
    return content.getvalue()


def answer(*shares: float, reason: str = "") -> Classification:
    order = np.argsort(-np.array(shares), kind="stable")
    top = tuple(Ranked(NAMES[i], int(i), shares[i]) for i in order)
    return Classification(top, np.array(shares), bool(reason), reason)


def row(name: str, *shares: float, reason: str = "") -> AnsweredPhoto:
    return AnsweredPhoto(PhotoItem(name, name), answer(*shares, reason=reason))


ROWS = [
    row("b.png", 0.5, 0.3, 0.2),
    row("A.png", 0.1, 0.8, 0.1),
    row("+c.png", 0.4, 0.3, 0.3, reason="Not sure enough."),
    row("d.png", 0.9, 0.05, 0.05),
]
SAME, OTHER, NONE = answer(0.6, 0.2, 0.2), answer(0.1, 0.7, 0.2), answer(0.5, 0.3, 0.2, reason="Not sure enough.")
PAIRS = [replace(one, other=other) for one, other in zip(ROWS, (SAME, SAME, NONE, OTHER), strict=True)]
BAD = [PhotoItem("x", "notes.txt", error="The file 'notes.txt' holds text.")]


# --- taking in --------------------------------------------------------------------------------------------------


def test_a_file_is_decoded_once_and_let_go_of() -> None:
    shelf = PhotoShelf()
    item = shelf.add("one.png", photo_file(1))
    assert item is not None
    assert shelf.pending == [item]
    item.decode(shelf.side)
    assert (item.content, shelf.pending, shelf.photos, item.size) == (None, [], [item], (40, 60))
    item.decode(shelf.side)  # nothing left to decode
    assert shelf.add("the same.png", photo_file(1)) is item  # the same photo is there once
    assert len(shelf.photos) == 1


def test_a_bad_file_is_kept_with_its_reason() -> None:
    shelf = PhotoShelf()
    bad = shelf.add("notes.png", b"milk, bread")
    assert bad is not None
    bad.decode(100)
    assert shelf.bad == [bad]
    assert not shelf.photos
    assert bad.error.startswith("The file 'notes.png' holds text; accepted are JPEG")


def test_many_photos_are_kept_smaller_and_too_many_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photos, "_MOST_PHOTOS", 26)
    shelf = PhotoShelf()
    first = shelf.add("large.png", photo_file(0, 1500, 1000))
    assert first is not None
    first.decode(shelf.side)
    assert first.pixels.shape == (500, 750, 3)
    for number in range(1, 27):
        shelf.add(f"{number}.png", photo_file(number, 1100, 60 + number))
    assert (len(shelf.everything()), shelf.left_out, shelf.side) == (26, 1, 512)
    second = shelf.pending[0]
    second.decode(shelf.side)
    assert second.pixels.shape[:2] == (21, 367)
    shelf.clear()
    assert (shelf.everything(), shelf.left_out) == ([], 0)


@pytest.mark.parametrize(("side", "kind"), [(32, "png"), (400, "jpeg")])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_tiny_picture_keeps_its_pixels_on_the_way_to_the_browser(side: int, kind: str, channels: int) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (side, side, channels), np.uint8)
    item = PhotoItem("x", "x", None, Photo(pixels))
    for address in (item.address, item.thumbnail):
        assert address.startswith(f"data:image/{kind};base64,")
    if side == 32:
        with Image.open(io.BytesIO(base64.b64decode(item.address.partition(",")[2]))) as picture:
            assert np.array_equal(np.asarray(picture).reshape(pixels.shape), pixels)


# --- showing ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("choices", "names"),
    [
        (ClassifyPlace(), ["d.png", "A.png", "b.png", "+c.png"]),
        (ClassifyPlace(sort="unsure"), ["+c.png", "b.png", "A.png", "d.png"]),
        (ClassifyPlace(sort="name"), ["+c.png", "A.png", "b.png", "d.png"]),
        (ClassifyPlace(sort="came"), ["b.png", "A.png", "+c.png", "d.png"]),
        (ClassifyPlace(sort="class"), ["A.png", "d.png", "b.png", "+c.png"]),
        (ClassifyPlace(show="abstained"), ["+c.png"]),
        (ClassifyPlace(show="answered", sort="came"), ["b.png", "A.png", "d.png"]),
        (ClassifyPlace(predicted="cat", sort="came"), ["b.png", "+c.png", "d.png"]),
        (ClassifyPlace(predicted="frog"), []),
    ],
)
def test_photos_are_sorted_and_filtered(choices: ClassifyPlace, names: list[str]) -> None:
    assert [one.item.name for one in chosen_rows(ROWS, choices)] == names


def test_two_networks_differ_where_they_answer_something_else() -> None:
    assert [one.item.name for one in PAIRS if one.differs] == ["A.png", "d.png"]
    assert replace(ROWS[0], other=NONE).differs  # one answers, the other does not
    assert not ROWS[0].differs
    assert [one.item.name for one in chosen_rows(PAIRS, ClassifyPlace(show="differ"))] == ["d.png", "A.png"]


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
