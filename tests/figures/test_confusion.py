"""The confusion matrix: shares of rows, scales, words, and a drawing for two classes and for a hundred."""

from xml.etree import ElementTree

import numpy as np
import pytest

from cnnviz.errors import SpecError
from cnnviz.figures.confusion import confusion_picture, draw_confusion
from cnnviz.figures.tiles import color_table

SVG = "{http://www.w3.org/2000/svg}"
COUNTS = np.array([[8, 2, 0], [1, 3, 0], [0, 0, 0]])
NAMES = ("cat", "dog", "<b>frog</b>")


def texts(svg: str) -> list[str]:
    return [text.text or "" for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_shares_are_those_of_the_row() -> None:
    picture = confusion_picture(COUNTS, NAMES)
    np.testing.assert_allclose(picture.shares, [[0.8, 0.2, 0], [0.25, 0.75, 0], [0, 0, 0]])
    assert picture.top == 1
    np.testing.assert_array_equal(picture.levels, [[204, 51, 0], [64, 191, 0], [0, 0, 0]])
    assert picture.scale == ("0", "all of the row")


def test_the_scale_of_mistakes_ends_at_the_largest_one() -> None:
    picture = confusion_picture(COUNTS, NAMES, mistakes_only=True)
    assert picture.top == 0.25
    assert picture.levels[1, 0] == 255
    assert picture.levels[0, 1] == 204
    assert picture.scale == ("0", "25 % of the row")
    assert confusion_picture(np.diag([3, 4]), NAMES[:2], mistakes_only=True).top == 1  # no mistakes at all


def test_a_cell_in_words() -> None:
    picture = confusion_picture(COUNTS, NAMES)
    assert picture.words(0, 1) == "cat taken for dog: 2 of 10 (20.0 %)"
    assert picture.words(1, 1) == "dog recognised: 3 of 4 (75.0 %)"
    assert picture.words(2, 0) == "<b>frog</b> taken for cat: 0 of 0"


@pytest.mark.parametrize("counts", [np.zeros((2, 3), int), np.zeros((3, 3, 1), int), np.zeros((2, 2), int)])
def test_another_matrix_is_refused(counts: np.ndarray) -> None:
    with pytest.raises(SpecError, match="3 classes; give one row"):
        confusion_picture(counts, NAMES)


def test_the_drawing_has_counts_names_and_colours() -> None:
    svg = str(draw_confusion(confusion_picture(COUNTS, NAMES)))
    assert {"cat", "dog", "<b>frog</b>", "8", "2", "1", "3"} <= set(texts(svg))
    tips = {title.text for title in ElementTree.fromstring(svg).iter(f"{SVG}title")}
    assert "cat taken for dog: 2 of 10 (20.0 %)" in tips
    assert "<b>frog</b>: no test image" in tips
    for level in (204, 51, 64, 191):
        assert "#" + bytes(color_table("sequential")[level]).hex() in svg


def test_numbers_can_be_read_on_their_cells() -> None:
    counts = np.array([[100, 0], [95, 5]])
    root = ElementTree.fromstring(str(draw_confusion(confusion_picture(counts, NAMES[:2]))))
    color = {text.text: text.get("fill") for text in root.iter(f"{SVG}text")}
    assert color["100"] == "#1B1F2A"  # on yellow
    assert color["5"] == "#E9ECF5"  # on violet


def test_a_hundred_classes_have_cells_and_tips_but_no_numbers() -> None:
    rng = np.random.default_rng(0)
    counts = np.diag(np.full(100, 90)) + rng.integers(0, 2, (100, 100))
    names = [f"class {n}" for n in range(100)]
    root = ElementTree.fromstring(str(draw_confusion(confusion_picture(counts, names), 700)))
    assert len(root.findall(f"{SVG}rect")) == 1 + np.count_nonzero(counts)
    words = [text.text for text in root.iter(f"{SVG}text")]
    assert words == ["predicted →", "← true"]
    height = float((root.get("viewBox") or "").split()[3])
    assert 690 < height < 760
