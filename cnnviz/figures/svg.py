"""A drawing as SVG text: one for the page, the printable report and a file. Everything written into it is escaped.

Colours are roles of the palette, as CSS variables that follow the light and the dark theme: whoever shows a drawing
brings them along, as `cnnviz.figures.theme.css_variables` and `STYLE` do.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from html import escape
from typing import Literal

from cnnviz.figures.theme import FONT, Palette

__all__ = ["STYLE", "Drawing", "Frame", "number", "shortened", "widest"]

Anchor = Literal["start", "middle", "end"]
Point = tuple[float, float]

STYLE = f"""svg.drawing {{ display: block; width: 100%; height: auto; overflow: visible; font-family: {FONT}; }}
svg.drawing text {{ font-variant-numeric: tabular-nums; }}
"""
_ROLES = {role.name for role in fields(Palette)}
_LETTER = 0.56  # a letter's mean width in ems


@dataclass(frozen=True)
class Frame:
    """Where in a drawing the unit square lies, which both axes from 0 to 1 span.

    Attributes:
        left, top: its upper left corner, in pixels.
        width, height: its size, in pixels.
    """

    left: float
    top: float
    width: float
    height: float

    def at(self, x: float, y: float) -> Point:
        """Return the pixel of a point of the unit square; y goes upwards."""
        return self.left + self.width * x, self.top + self.height * (1 - y)

    @property
    def bottom(self) -> float:
        """The pixel of y = 0."""
        return self.top + self.height


class Drawing:
    """A picture that is drawn on, part by part.

    Args:
        width: in pixels at its own size; it is shown as wide as there is room.
        height: in pixels.
        label: what it shows, for those who do not see it.
    """

    def __init__(self, width: float, height: float, label: str) -> None:
        self.width, self.height, self._label = width, height, label
        self._parts: list[str] = []

    def __str__(self) -> str:
        size = f'viewBox="0 0 {number(self.width)} {number(self.height)}"'
        head = f'<svg xmlns="http://www.w3.org/2000/svg" class="drawing" {size} role="img"'
        return f'{head} aria-label="{escape(self._label)}">{"".join(self._parts)}</svg>'

    def text(
        self,
        at: Point,
        words: str,
        size: float = 13,
        *,
        color: str = "text",
        anchor: Anchor = "start",
        weight: int = 400,
        turn: float = 0,
        tip: str = "",
    ) -> None:
        """Write a line; `at` is on its base line, `turn` in degrees clockwise about that point."""
        x, y = number(at[0]), number(at[1])
        turned = f' transform="rotate({number(turn)} {x} {y})"' if turn else ""
        look = f'font-size="{number(size)}" text-anchor="{anchor}" font-weight="{weight}" fill="{_color(color)}"'
        self._parts.append(f'<text x="{x}" y="{y}" {look}{turned}>{escape(words)}{_tip(tip)}</text>')

    def line(self, start: Point, end: Point, color: str = "grid", width: float = 1, *, dash: str = "") -> None:
        """Draw a straight line; `dash` as SVG has it, such as "4 3"."""
        (x1, y1), (x2, y2) = start, end
        places = f'x1="{number(x1)}" y1="{number(y1)}" x2="{number(x2)}" y2="{number(y2)}"'
        self._parts.append(f"<line {places} {_stroke(color, width, dash)}/>")

    def ruled(self, frame: Frame, form: str, *, down: float = 18) -> None:
        """Rule a frame at every quarter and write what its axes count.

        Args:
            frame: where.
            form: how a value from 0 to 1 is written, such as "{:g}" or "{:.0%}".
            down: how far below the frame the lower axis is written, in pixels.
        """
        for value in (0, 0.25, 0.5, 0.75, 1):
            self.line(frame.at(0, value), frame.at(1, value))
            words = form.format(value).replace("%", " %")
            left, y = frame.at(0, value)
            self.text((left - 8, y + 4), words, 12, color="muted", anchor="end")
            x = frame.at(value, 0)[0]
            self.text((x, frame.bottom + down), words, 12, color="muted", anchor="middle")

    def path(
        self,
        points: Sequence[Point],
        color: str,
        width: float = 2,
        *,
        dash: str = "",
        opacity: float = 1,
        tip: str = "",
    ) -> None:
        """Join points; fewer than two are nothing."""
        if len(points) < 2:
            return
        places = "L".join(f"{number(x)} {number(y)}" for x, y in points)
        look = f'fill="none" stroke-linejoin="round" opacity="{number(opacity)}" {_stroke(color, width, dash)}'
        self._parts.append(_holding(f'<path d="M{places}" {look}', "path", tip))

    def box(
        self,
        at: Point,
        width: float,
        height: float,
        color: str,
        *,
        round_: float = 0,
        opacity: float = 1,
        edge: str = "",
        edge_width: float = 1,
        dash: str = "",
        tip: str = "",
    ) -> None:
        """Fill a rectangle whose upper left corner is `at`, "none" leaves it open; `edge` colours its outline."""
        sizes = f'x="{number(at[0])}" y="{number(at[1])}" width="{number(width)}" height="{number(height)}"'
        outline = f" {_stroke(edge, edge_width, dash)}" if edge else ""
        faded = f' fill-opacity="{number(opacity)}"' if opacity < 1 else ""
        rounded = f' rx="{number(round_)}"' if round_ else ""
        self._parts.append(_holding(f'<rect {sizes}{rounded} fill="{_color(color)}"{faded}{outline}', "rect", tip))

    def dot(self, at: Point, radius: float, color: str, *, tip: str = "") -> None:
        """Draw a filled circle."""
        places = f'cx="{number(at[0])}" cy="{number(at[1])}" r="{number(radius)}"'
        self._parts.append(_holding(f'<circle {places} fill="{_color(color)}"', "circle", tip))

    def diamond(self, at: Point, radius: float, color: str, *, tip: str = "") -> None:
        """Draw a filled square that stands on a corner."""
        (x, y), r = at, radius
        places = "L".join(f"{number(a)} {number(b)}" for a, b in ((x, y - r), (x + r, y), (x, y + r), (x - r, y)))
        self._parts.append(_holding(f'<path d="M{places}Z" fill="{_color(color)}"', "path", tip))


def number(value: float) -> str:
    """Write a number with at most two decimals: a hundredth of a pixel is not seen."""
    return f"{round(float(value), 2) + 0.0:.2f}".rstrip("0").rstrip(".")  # + 0.0: there is no minus zero


def shortened(words: str, room: float, size: float = 13) -> str:
    """Cut a text that is too long for its place, about; the whole one belongs in a tip.

    Args:
        words: the text.
        room: pixels.
        size: of its letters.
    """
    most = max(2, int(room / (size * _LETTER)))
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def widest(words: Iterable[str], size: float = 13) -> float:
    """Return about how many pixels the longest of some texts takes."""
    return max(map(len, words), default=0) * size * _LETTER


def _color(color: str) -> str:
    return f"var(--cnnviz-{color})" if color in _ROLES else color


def _stroke(color: str, width: float, dash: str) -> str:
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return f'stroke="{_color(color)}" stroke-width="{number(width)}"{dashes}'


def _holding(opened: str, tag: str, tip: str) -> str:
    return f"{opened}>{_tip(tip)}</{tag}>" if tip else f"{opened}/>"


def _tip(words: str) -> str:
    return f"<title>{escape(words)}</title>" if words else ""
