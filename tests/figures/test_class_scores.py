"""Scores of the classes: their order, who is left out, and what is drawn of a class without images."""

from xml.etree import ElementTree

from cnnviz.evaluation import ClassScore
from cnnviz.figures.class_scores import class_bars, draw_class_bars

SVG = "{http://www.w3.org/2000/svg}"
SCORES = (
    ClassScore("cat", 0.5, 1.0, 2 / 3, 10),
    ClassScore("dog", 1.0, 0.25, 0.4, 4),
    ClassScore("ghost", None, None, None, 0),
    ClassScore("frog", 0.9, 0.9, 0.9, 1),
)


def named(order: str = "weakest", most: int = 20) -> list[str]:
    return [row.name for row in class_bars(SCORES, order, most).rows]  # type: ignore[arg-type]


def test_the_weakest_come_first_and_those_without_images_last() -> None:
    assert named() == ["dog", "cat", "frog", "ghost"]
    assert named("label") == ["cat", "dog", "ghost", "frog"]


def test_where_not_all_fit_the_weakest_are_shown() -> None:
    assert named(most=2) == ["dog", "cat"]
    assert named("label", most=2) == ["cat", "dog"]
    bars = class_bars(SCORES, most=2)
    assert bars.left_out == 2
    assert bars.caption.endswith("The 2 weakest classes of 4.")


def test_the_mean_leaves_out_what_cannot_be_measured() -> None:
    bars = class_bars(SCORES)
    assert bars.mean == (2 / 3 + 0.4 + 0.9) / 3
    assert "weakest classes of" not in bars.caption
    assert class_bars(SCORES[2:3]).mean == 0


def test_bars_and_marks_stand_at_their_values() -> None:
    root = ElementTree.fromstring(str(draw_class_bars(class_bars(SCORES))))
    marks = [(circle, float(circle.get("cx") or 0)) for circle in root.iter(f"{SVG}circle")]
    recall = {(circle.findtext(f"{SVG}title") or ""): at for circle, at in marks}
    end, quarter = recall["recall 1.0000"], recall["recall 0.2500"]
    words = list(root.iter(f"{SVG}text"))
    ticks = {text.text: float(text.get("x") or 0) for text in words if text.get("text-anchor") == "middle"}
    assert end == ticks["1"]
    assert quarter == ticks["0.25"]
    bars = {bar.findtext(f"{SVG}title"): float(bar.get("width") or 0) for bar in root.iter(f"{SVG}rect")}
    width = bars["dog: F1 0.4000, precision 1.0000, recall 0.2500, 4 test images"]
    assert abs(width - 0.4 * (end - ticks["0"])) < 0.02
    assert any((tip or "").endswith("recall 0.9000, 1 test image") for tip in bars)
    assert "no test image" in [text.text for text in words]
