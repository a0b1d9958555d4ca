"""ROC and precision-recall curves: what is found, and what is taken for it, as one asks for less confidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from cnnviz.figures.svg import Drawing, Frame, shortened
from cnnviz.figures.theme import class_colors

if TYPE_CHECKING:
    from cnnviz.evaluation.curves import Curve

__all__ = ["CurveSheet", "Kind", "curve_sheet", "draw_curves"]

Kind = Literal["roc", "precision-recall"]

WIDTH = 440.0
_FRAME = Frame(left=56, top=30, width=WIDTH - 72, height=330)
_ROW = 15.5  # pixels of a line of the key
_EVERY = 10  # that many curves can be told apart by their colour
_WEAKEST = 5  # of more, only these have a colour and a name
_TITLES: dict[Kind, tuple[str, str, str]] = {
    "roc": ("ROC", "others taken for the class", "images of the class found"),
    "precision-recall": (
        "Precision and recall",
        "recall: images of the class found",
        "precision: right of those",
    ),
}
_CAPTIONS: dict[Kind, str] = {
    "roc": (
        "Each class against the rest: how many of the others are let in (to the right) as more of its images are found "
        "(upwards). The nearer to the upper left corner the better; guessing is the dashed line, and the number is the "
        "area under the curve."
    ),
    "precision-recall": (
        "Each class against the rest: as more of its images are found (to the right), how many of those are right "
        "(upwards). The nearer to the upper right corner the better; the number is the average precision."
    ),
}


@dataclass(frozen=True, eq=False)
class CurveSheet:
    """What is drawn of some classes' curves.

    Attributes:
        kind: "roc" or "precision-recall".
        named: the curves with a colour and a name, the smallest area first.
        colors: one for each of them, for the light and the dark theme.
        others: the rest, drawn thin.
        mean: the mean area of all.
    """

    kind: Kind
    named: tuple["Curve", ...]
    colors: tuple[str, ...]
    others: tuple["Curve", ...]
    mean: float

    @property
    def caption(self) -> str:
        """What is shown and how to read it."""
        rest = f" The {len(self.named)} weakest classes have a colour." if self.others else ""
        return _CAPTIONS[self.kind] + rest


def curve_sheet(kind: Kind, curves: Sequence["Curve"], class_names: Sequence[str]) -> CurveSheet:
    """Choose which curves are named: all where they can be told apart, else the weakest.

    Args:
        kind: what the curves are.
        curves: one a class, or one for two classes.
        class_names: of all classes, by label: they settle the colours.
    """
    weakest = sorted(curves, key=lambda curve: curve.area)
    most = len(weakest) if len(weakest) <= _EVERY else _WEAKEST
    names = list(class_names) if len(class_names) <= _EVERY else [curve.class_name for curve in weakest[:most]]
    pairs = zip(class_colors(names, "light"), class_colors(names, "dark"), strict=True)
    color_of = {name: f"light-dark({light}, {dark})" for name, (light, dark) in zip(names, pairs, strict=True)}
    named = tuple(weakest[:most])
    mean = sum(curve.area for curve in curves) / max(len(curves), 1)
    return CurveSheet(kind, named, tuple(color_of[one.class_name] for one in named), tuple(weakest[most:]), mean)


def draw_curves(sheet: CurveSheet) -> Drawing:
    """Draw the curves of a sheet in a square from 0 to 1, their areas beside their names."""
    title, below, beside = _TITLES[sheet.kind]
    drawing = Drawing(WIDTH, _FRAME.bottom + 50, f"{title} curves; mean area {sheet.mean:.3f}")
    drawing.text((0, 14), title, 15, weight=600)
    drawing.ruled(_FRAME, "{:g}")
    drawing.text((_FRAME.left + _FRAME.width / 2, _FRAME.bottom + 40), below, color="muted", anchor="middle")
    drawing.text((11, _FRAME.top + _FRAME.height / 2), beside, color="muted", anchor="middle", turn=-90)
    if sheet.kind == "roc":
        drawing.path([_FRAME.at(0, 0), _FRAME.at(1, 1)], "muted", 1.5, dash="5 4")
    for curve in sheet.others:
        _curve(drawing, curve, "muted", 1, 0.3)
    for curve, color in zip(sheet.named, sheet.colors, strict=True):
        _curve(drawing, curve, color, 2.5, 1)
    _key(drawing, sheet)
    return drawing


def _curve(drawing: Drawing, curve: "Curve", color: str, width: float, opacity: float) -> None:
    points = [_FRAME.at(x, y) for x, y in zip(curve.x.tolist(), curve.y.tolist(), strict=True)]
    drawing.path(points, color, width, opacity=opacity, tip=f"{curve.class_name}: area {curve.area:.4f}")


def _key(drawing: Drawing, sheet: CurveSheet) -> None:
    """Name the curves, the weakest at the top, in the corner that good curves leave empty."""
    left, bottom = _FRAME.at(0.54 if sheet.kind == "roc" else 0.02, 0)
    several = len(sheet.named) + len(sheet.others) > 1
    top = bottom - 10 - _ROW * (len(sheet.named) + several)
    drawing.box((left, top - 4), 164, bottom - top - 2, "background", round_=6, opacity=0.85)
    for row, (curve, color) in enumerate(zip(sheet.named, sheet.colors, strict=True)):
        y = top + _ROW * row + 11
        drawing.line((left + 8, y - 4), (left + 24, y - 4), color, 3)
        drawing.text((left + 30, y), shortened(curve.class_name, 88, 11.5), 11.5, tip=curve.class_name)
        drawing.text((left + 156, y), f"{curve.area:.3f}", 11.5, anchor="end")
    if several:
        count = len(sheet.named) + len(sheet.others)
        drawing.text((left + 30, bottom - 14), f"mean of {count}", 11.5, color="muted")
        drawing.text((left + 156, bottom - 14), f"{sheet.mean:.3f}", 11.5, anchor="end", weight=600)
