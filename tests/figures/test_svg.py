"""Drawings: well-formed whatever is written on them, in colours that follow the theme, thinned to what is seen."""

from xml.etree import ElementTree

import pytest

from cnnviz.figures.svg import Drawing, Frame, number, shortened, widest

HOSTILE = """</text><script>alert("x")</script>&amp; 'cat' """
SVG = "{http://www.w3.org/2000/svg}"


def parsed(drawing: Drawing) -> ElementTree.Element:
    return ElementTree.fromstring(str(drawing))


def test_whatever_is_written_stays_text() -> None:
    drawing = Drawing(100, 50, HOSTILE)
    drawing.text((1, 2), HOSTILE, tip=HOSTILE)
    drawing.box((0, 0), 5, 5, "accent", tip=HOSTILE)
    drawing.dot((1, 1), 2, "train", tip=HOSTILE)
    drawing.path([(0, 0), (1, 1)], "text", tip=HOSTILE)
    root = parsed(drawing)
    assert root.get("aria-label") == HOSTILE
    assert [title.text for title in root.iter(f"{SVG}title")] == [HOSTILE] * 4
    assert root.find(f"{SVG}text").text == HOSTILE  # type: ignore[union-attr]
    assert "<script" not in str(drawing)


def test_roles_are_colours_of_the_theme_and_others_stay() -> None:
    drawing = Drawing(10, 10, "two boxes")
    drawing.box((0, 0), 1, 1, "accent", opacity=0.5, edge="grid")
    drawing.box((0, 0), 1, 1, "#123456")
    one, other = parsed(drawing).findall(f"{SVG}rect")
    assert (one.get("fill"), one.get("stroke"), one.get("fill-opacity")) == (
        "var(--cnnviz-accent)",
        "var(--cnnviz-grid)",
        "0.5",
    )
    assert (other.get("fill"), other.get("stroke"), other.get("fill-opacity")) == ("#123456", None, None)


def test_a_frame_maps_the_unit_square() -> None:
    frame = Frame(left=10, top=20, width=100, height=50)
    assert frame.at(0, 0) == (10, 70)
    assert frame.at(1, 1) == (110, 20)
    assert frame.at(0.5, 0.2) == (60, 60)
    assert frame.bottom == 70
    drawing = Drawing(120, 100, "ruled")
    drawing.ruled(frame, "{:.0%}")
    words = [text.text for text in parsed(drawing).findall(f"{SVG}text")]
    assert words == ["0 %", "0 %", "25 %", "25 %", "50 %", "50 %", "75 %", "75 %", "100 %", "100 %"]


def test_a_path_of_one_point_is_nothing() -> None:
    drawing = Drawing(10, 10, "empty")
    drawing.path([(1, 1)], "text")
    assert len(parsed(drawing)) == 0


@pytest.mark.parametrize(("value", "told"), [(1, "1"), (1.5, "1.5"), (1.004, "1"), (1 / 3, "0.33"), (-0.001, "0")])
def test_numbers_are_no_longer_than_they_are_seen(value: float, told: str) -> None:
    assert number(value) == told


def test_long_words_are_cut() -> None:
    assert shortened("cat", 100) == "cat"
    cut = shortened("a very long name of a class", 60)
    assert cut.endswith("…")
    assert widest([cut]) <= 60
    assert widest([]) == 0
