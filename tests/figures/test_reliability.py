"""The reliability diagram: the verdict in words, and bars as high as the share that is right."""

from xml.etree import ElementTree

import numpy as np
import pytest

from cnnviz.evaluation import Calibration
from cnnviz.figures.reliability import draw_reliability, reliability

SVG = "{http://www.w3.org/2000/svg}"


def made(confidence: tuple[float, float], accuracy: tuple[float, float], counts: tuple[int, int]) -> Calibration:
    edges, error = np.array([0, 0.5, 1]), 0.25
    return Calibration(edges, np.array(confidence), np.array(accuracy), np.array(counts), error)


@pytest.mark.parametrize(
    ("accuracy", "verdict"),
    [
        ((0.25, 0.5), "It is 75 % sure on average and right on 45 % of the images: too sure of itself."),
        ((0.5, 1.0), "It is 75 % sure on average and right on 90 % of the images: better than it thinks."),
        ((0.4, 0.84), "It is 75 % sure on average and right on 75 % of the images: its confidence can be believed."),
    ],
)
def test_the_verdict_compares_confidence_with_accuracy(accuracy: tuple[float, float], verdict: str) -> None:
    record = reliability(made((0.35, 0.85), accuracy, (2, 8)))
    assert record.confidence == pytest.approx(0.75)
    assert record.verdict == verdict


def rectangles(calibration: Calibration) -> list[dict[str, str]]:
    root = ElementTree.fromstring(str(draw_reliability(reliability(calibration))))
    return [dict(box.attrib, tip=box.findtext(f"{SVG}title") or "") for box in root.iter(f"{SVG}rect")]


def test_a_bar_is_as_high_as_its_share_and_the_gap_reaches_its_confidence() -> None:
    right, gap, count = rectangles(made((0, 0.8), (0, 0.6), (0, 5)))
    assert right["tip"] == "confidence 50.0 to 100.0 %: 5 images, 60.0 % right, 80.0 % claimed"
    assert float(right["height"]) == pytest.approx(270 * 0.6)
    assert float(gap["height"]) == pytest.approx(270 * 0.2, abs=0.01)
    assert float(gap["y"]) + float(gap["height"]) == pytest.approx(float(right["y"]), abs=0.02)
    assert gap["fill"] == "var(--cnnviz-validation)"
    assert float(count["height"]) == 48


def test_what_is_better_than_claimed_is_pale_not_orange() -> None:
    right, gap, _ = rectangles(made((0, 0.6), (0, 0.8), (0, 5)))
    assert float(right["height"]) == pytest.approx(270 * 0.6)
    assert (gap["fill"], gap["fill-opacity"]) == ("var(--cnnviz-accent)", "0.4")


def test_the_expected_error_is_written() -> None:
    root = ElementTree.fromstring(str(draw_reliability(reliability(made((0.2, 0.8), (0, 1), (1, 1))))))
    assert "25.0 %" in [text.text for text in root.iter(f"{SVG}text")]
    assert (root.get("aria-label") or "").startswith("Reliability diagram. It is 50 % sure")
