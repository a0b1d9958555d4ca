"""The reliability diagram: whether 80 % are right of what a network says with 80 % (Guo et al. 2017)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cnnviz.figures.guesses import percent
from cnnviz.figures.svg import Drawing, Frame

if TYPE_CHECKING:
    from cnnviz.evaluation import Calibration

__all__ = ["Reliability", "draw_reliability", "reliability"]

WIDTH = 440.0
_FRAME = Frame(left=50, top=28, width=WIDTH - 66, height=270)
_BELOW = 48.0  # pixels of the bars that count images
_EVEN = 0.01  # closer than that, confidence and accuracy agree


@dataclass(frozen=True, eq=False)
class Reliability:
    """What is drawn of a calibration.

    Attributes:
        calibration: the bins.
        confidence: the mean confidence of all images, in [0, 1].
        accuracy: the share of all images that are right, in [0, 1].
    """

    calibration: "Calibration"
    confidence: float
    accuracy: float

    @property
    def verdict(self) -> str:
        """One sentence: how sure the network is, and how right."""
        told = f"It is {percent(self.confidence)} sure on average and right on {percent(self.accuracy)} of the images"
        if abs(self.confidence - self.accuracy) < _EVEN:
            return f"{told}: its confidence can be believed."
        return f"{told}: {'too sure of itself' if self.confidence > self.accuracy else 'better than it thinks'}."

    @property
    def caption(self) -> str:
        """What is shown and how to read it."""
        return (
            "Images sorted by confidence: each bar is the share of them that is right. On the dashed line confidence "
            "can be believed; orange is what the network claims too much, pale where it is better than it claims. "
            "Below: how many images."
        )


def reliability(calibration: "Calibration") -> Reliability:
    """Make the record of a reliability diagram."""
    counts, images = calibration.counts, max(int(calibration.counts.sum()), 1)
    return Reliability(
        calibration,
        confidence=float(counts @ calibration.confidence) / images,
        accuracy=float(counts @ calibration.accuracy) / images,
    )


def draw_reliability(record: Reliability) -> Drawing:
    """Draw accuracy by confidence, the gap to what was claimed, and how many images each bar stands for."""
    calibration = record.calibration
    drawing = Drawing(WIDTH, _FRAME.bottom + _BELOW + 60, f"Reliability diagram. {record.verdict}")
    drawing.ruled(_FRAME, "{:.0%}", down=_BELOW + 24)
    for bin_ in np.flatnonzero(calibration.counts):
        _bar(drawing, calibration, int(bin_))
    drawing.path([_FRAME.at(0, 0), _FRAME.at(1, 1)], "text", 1.5, dash="5 4")
    left, floor = _FRAME.left, _FRAME.bottom + _BELOW + 6
    drawing.line((left, floor), (left + _FRAME.width, floor), "muted")
    drawing.text((left - 8, _FRAME.bottom + 18), f"{calibration.counts.max():,}", 12, color="muted", anchor="end")
    drawing.text((left - 8, floor - 2), "images", 12, color="muted", anchor="end")
    drawing.text((left + _FRAME.width / 2, floor + 40), "confidence", color="muted", anchor="middle")
    drawing.text((left, 15), f"{100 * calibration.expected_error:.1f} %", 18, weight=600)
    drawing.text((left + 62, 15), "expected calibration error", 12, color="muted")
    return drawing


def _bar(drawing: Drawing, calibration: "Calibration", bin_: int) -> None:
    low, high = float(calibration.edges[bin_]), float(calibration.edges[bin_ + 1])
    accuracy, confidence = float(calibration.accuracy[bin_]), float(calibration.confidence[bin_])
    count, most = int(calibration.counts[bin_]), int(calibration.counts.max())
    tip = (
        f"confidence {100 * low:.1f} to {100 * high:.1f} %: {count:,} image{'' if count == 1 else 's'}, "
        f"{100 * accuracy:.1f} % right, {100 * confidence:.1f} % claimed"
    )
    left, width = _FRAME.at(low, 0)[0] + 1, _FRAME.width * (high - low) - 2
    least, larger = sorted((accuracy, confidence))
    drawing.box((left, _FRAME.at(0, least)[1]), width, _FRAME.height * least, "accent", tip=tip)
    drawing.box(
        (left, _FRAME.at(0, larger)[1]),
        width,
        _FRAME.height * (larger - least),
        "validation" if confidence > accuracy else "accent",
        opacity=0.4,
        tip=tip,
    )
    tall = _BELOW * count / most
    drawing.box((left, _FRAME.bottom + _BELOW + 6 - tall), width, tall, "muted", opacity=0.6, tip=tip)
