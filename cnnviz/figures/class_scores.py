"""Precision, recall and F1 of each class as bars, the weakest class first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from cnnviz.figures.svg import Drawing, shortened, widest

if TYPE_CHECKING:
    from cnnviz.evaluation import ClassScore

__all__ = ["ClassBars", "class_bars", "draw_class_bars"]

Order = Literal["weakest", "label"]

WIDTH = 440.0
_PITCH = 27.0
_TOP, _FOOT = 46.0, 26.0


@dataclass(frozen=True)
class ClassBars:
    """What is drawn of the classes' scores.

    Attributes:
        rows: the classes that are shown, from top to bottom; those without test images come last.
        left_out: how many are not shown.
        mean: the mean F1 of all classes with test images, in [0, 1].
    """

    rows: tuple["ClassScore", ...]
    left_out: int
    mean: float

    @property
    def caption(self) -> str:
        """What is shown and how to read it, one sentence."""
        rest = f" The {len(self.rows)} weakest classes of {len(self.rows) + self.left_out}." if self.left_out else ""
        return (
            "Recall is the share of a class's images that are recognised, precision the share of the images taken for "
            "it that are; the bar is F1, which is high only where both are, and the dotted line its mean." + rest
        )


def class_bars(scores: Sequence["ClassScore"], order: Order = "weakest", most: int = 20) -> ClassBars:
    """Choose and order the classes that are shown.

    Args:
        scores: of all classes, by label.
        order: the least F1 first, or by label. Where not all fit, the weakest are shown either way.
        most: how many at most.
    """
    measured = [score for score in scores if score.f1 is not None]
    by_f1 = sorted(range(len(scores)), key=lambda at: (scores[at].f1 is None, scores[at].f1 or 0.0, at))[:most]
    shown = by_f1 if order == "weakest" else sorted(by_f1)
    mean = sum(score.f1 or 0.0 for score in measured) / max(len(measured), 1)
    return ClassBars(tuple(scores[at] for at in shown), len(scores) - len(shown), mean)


def draw_class_bars(bars: ClassBars) -> Drawing:
    """Draw a row for each class: its F1 as a bar, recall and precision as marks on it, and how many images it has."""
    left = min(128.0, widest([score.name for score in bars.rows], 13) + 10)
    start, end = left, WIDTH - 96
    drawing = Drawing(WIDTH, _TOP + _PITCH * len(bars.rows) + _FOOT, "Precision, recall and F1 of each class")

    def x(value: float) -> float:
        return start + (end - start) * value

    _key(drawing, start)
    drawing.text((end + 40, _TOP - 10), "F1", 12, color="muted", anchor="end")
    drawing.text((WIDTH, _TOP - 10), "images", 12, color="muted", anchor="end")
    bottom = _TOP + _PITCH * len(bars.rows)
    for value in (0, 0.25, 0.5, 0.75, 1):
        drawing.line((x(value), _TOP - 2), (x(value), bottom + 4))
        drawing.text((x(value), bottom + 18), f"{value:g}", 12, color="muted", anchor="middle")
    for row, score in enumerate(bars.rows):
        _row(drawing, score, _TOP + _PITCH * (row + 0.5), start, end)
    drawing.line((x(bars.mean), _TOP - 2), (x(bars.mean), bottom + 4), "text", 1.5, dash="2 3")
    return drawing


def _key(drawing: Drawing, start: float) -> None:
    drawing.box((start, 5), 18, 10, "accent", round_=2, opacity=0.35)
    drawing.text((start + 24, 14), "F1", 12)
    drawing.dot((start + 62, 10), 5, "train")
    drawing.text((start + 72, 14), "recall", 12)
    drawing.diamond((start + 126, 10), 6, "validation")
    drawing.text((start + 137, 14), "precision", 12)


def _row(drawing: Drawing, score: "ClassScore", middle: float, start: float, end: float) -> None:
    name, base = shortened(score.name, start - 8), middle + 4.5
    drawing.text((start - 8, base), name, anchor="end", tip=score.name)
    drawing.text((WIDTH, base), f"{score.support:,}", color="muted", anchor="end")
    if score.f1 is None or score.recall is None or score.precision is None:
        drawing.text((start + 8, base), "no test image", color="muted")
        return
    tip = (
        f"{score.name}: F1 {score.f1:.4f}, precision {score.precision:.4f}, recall {score.recall:.4f}, "
        f"{score.support:,} test image{'' if score.support == 1 else 's'}"
    )
    drawing.box((start, middle - 8), (end - start) * score.f1, 16, "accent", round_=2, opacity=0.35, tip=tip)
    drawing.dot((start + (end - start) * score.recall, middle), 5, "train", tip=f"recall {score.recall:.4f}")
    drawing.diamond(
        (start + (end - start) * score.precision, middle), 6, "validation", tip=f"precision {score.precision:.4f}"
    )
    drawing.text((end + 40, base), f"{score.f1:.2f}", weight=600, anchor="end")
