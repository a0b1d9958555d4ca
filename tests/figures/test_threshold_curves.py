"""ROC and precision-recall curves: which are named, in which colours, and where they run."""

from xml.etree import ElementTree

import numpy as np
import pytest

from cnnviz.evaluation.curves import Curve
from cnnviz.figures.theme import class_colors
from cnnviz.figures.threshold_curves import curve_sheet, draw_curves

SVG = "{http://www.w3.org/2000/svg}"


def curve(name: str, area: float) -> Curve:
    return Curve(name, np.array([0, 0, 1.0]), np.array([0, 1.0, 1]), area)


def test_the_weakest_stand_first_in_the_colours_of_their_classes() -> None:
    names = ("cat", "dog", "ship")
    sheet = curve_sheet("roc", [curve("cat", 0.9), curve("dog", 0.6), curve("ship", 0.75)], names)
    assert [one.class_name for one in sheet.named] == ["dog", "ship", "cat"]
    assert sheet.others == ()
    assert sheet.mean == pytest.approx(0.75)
    light, dark = class_colors(names, "light"), class_colors(names, "dark")
    assert sheet.colors[0] == f"light-dark({light[1]}, {dark[1]})"
    assert "weakest classes" not in sheet.caption


def test_of_many_only_the_weakest_are_named() -> None:
    names = [f"c{n}" for n in range(30)]
    sheet = curve_sheet("precision-recall", [curve(name, 0.5 + n / 100) for n, name in enumerate(names)], names)
    assert [one.class_name for one in sheet.named] == names[:5]
    assert len(set(sheet.colors)) == 5
    assert len(sheet.others) == 25
    assert sheet.caption.endswith("The 5 weakest classes have a colour.")


@pytest.mark.parametrize("kind", ["roc", "precision-recall"])
def test_a_curve_runs_through_its_points(kind: str) -> None:
    root = ElementTree.fromstring(str(draw_curves(curve_sheet(kind, [curve("b", 0.8)], ("a", "b")))))  # type: ignore[arg-type]
    paths = {path.findtext(f"{SVG}title"): path.get("d") for path in root.iter(f"{SVG}path")}
    assert paths["b: area 0.8000"] == "M56 360L56 30L424 30"
    assert (None in paths) == (kind == "roc")  # the line of guessing
    words = [text.text or "" for text in root.iter(f"{SVG}text")]
    assert "0.800" in words
    assert not any(word.startswith("mean of") for word in words)  # of one class


def test_several_have_their_mean() -> None:
    root = ElementTree.fromstring(str(draw_curves(curve_sheet("roc", [curve("a", 0.5), curve("b", 1.0)], ("a", "b")))))
    words = [text.text or "" for text in root.iter(f"{SVG}text")]
    assert "mean of 2" in words
    assert "0.750" in words
