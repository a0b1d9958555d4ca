"""The one place for colours and type: Plotly figures, pictures and components take theirs from here.

Signed values are red-white-blue around zero (blue negative), positive values viridis, heatmaps over photos
inferno. Right and wrong are never told by colour alone: `right` and `wrong` only tint a mark and a frame.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

__all__ = [
    "DIVERGING",
    "HEATMAP",
    "RUN_ROLES",
    "SEQUENTIAL",
    "Mode",
    "Palette",
    "class_colors",
    "css_variables",
    "diverging_table",
    "empty_chart",
    "hex_to_rgb",
    "palette",
    "recolouring",
    "run_colors",
    "template",
]

Mode = Literal["light", "dark"]

SEQUENTIAL = "viridis"  # positive values: feature maps
HEATMAP = "inferno"  # attributions laid over a photograph
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', sans-serif"

RUN_ROLES = ("train", "validation", "third", "fourth")  # of runs side by side, in the order of their letters

# ColorBrewer's RdBu (Cynthia Brewer, colorbrewer2.org) turned round: blue negative, white zero, red positive.
_DIVERGING_STOPS = (
    "#053061",
    "#2166AC",
    "#4393C3",
    "#92C5DE",
    "#D1E5F0",
    "#F7F7F7",
    "#FDDBC7",
    "#F4A582",
    "#D6604D",
    "#B2182B",
    "#67001F",
)
DIVERGING: list[list[float | str]] = [[step / 10, stop] for step, stop in enumerate(_DIVERGING_STOPS)]


@dataclass(frozen=True)
class Palette:
    """The colours of one theme, each `#RRGGBB`; every role has another colour in the other theme."""

    background: str
    surface: str
    text: str
    muted: str
    grid: str
    accent: str
    train: str
    validation: str
    right: str
    wrong: str
    third: str
    fourth: str


_PALETTES: dict[Mode, Palette] = {
    "light": Palette(
        background="#FFFFFF",
        surface="#F4F5FA",
        text="#1B1F2A",
        muted="#5C6375",
        grid="#E3E6EF",
        accent="#3D52D5",
        train="#3D52D5",
        validation="#E0761B",
        right="#15795A",
        wrong="#B93A32",
        third="#0F8B8D",
        fourth="#A23B72",
    ),
    "dark": Palette(
        background="#0F1218",
        surface="#1A1F29",
        text="#E9ECF5",
        muted="#A2AABD",
        grid="#2B3240",
        accent="#93A1FF",
        train="#93A1FF",
        validation="#F59B4C",
        right="#4CC79A",
        wrong="#FF8A80",
        third="#4FC3C5",
        fourth="#E38AB8",
    ),
}

# Vehicles are cool, animals warm; the ten lightnesses are evenly spaced, so that grey tells them apart too.
_CLASS_COLORS: dict[Mode, dict[str, str]] = {
    "light": {
        "airplane": "#4BC0FD",
        "automobile": "#2B2794",
        "bird": "#E5C43E",
        "cat": "#C2520C",
        "deer": "#6E3A03",
        "dog": "#EB8F13",
        "frog": "#788D0D",
        "horse": "#A41D46",
        "ship": "#1962C5",
        "truck": "#9D81F7",
    },
    "dark": {
        "airplane": "#A9DEFE",
        "automobile": "#454DBA",
        "bird": "#FFE891",
        "cat": "#EE7232",
        "deer": "#955A29",
        "dog": "#FFB871",
        "frog": "#97B115",
        "horse": "#CD4766",
        "ship": "#3F85EC",
        "truck": "#BAABFD",
    },
}


def palette(mode: Mode) -> Palette:
    """The colours of the light or the dark theme."""
    return _PALETTES[mode]


def run_colors(mode: Mode) -> tuple[str, ...]:
    """Four colours for runs side by side; lines of them are told apart by their dashes, too."""
    return tuple(getattr(palette(mode), role) for role in RUN_ROLES)


def class_colors(names: Sequence[str], mode: Mode) -> tuple[str, ...]:
    """One colour a class.

    Args:
        names: class names; CIFAR-10's keep their colour in every subset and order.
        mode: light or dark.

    Returns:
        `#RRGGBB` for each name. Names that are not CIFAR-10's take the colours that are free, in order;
            beyond ten classes colours repeat.
    """
    known = _CLASS_COLORS[mode]
    free = [color for name, color in known.items() if name not in names] or list(known.values())
    chosen, taken = [], 0
    for name in names:
        if name in known:
            chosen.append(known[name])
        else:
            chosen.append(free[taken % len(free)])
            taken += 1
    return tuple(chosen)


def hex_to_rgb(color: str) -> tuple[int, int, int]:
    """Split `#RRGGBB` into red, green and blue, each 0 to 255."""
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def diverging_table() -> NDArray[np.uint8]:
    """The diverging scale as a table for pictures.

    Returns:
        uint8 (255, 3): row 127 is zero, row 0 the negative limit (blue), row 254 the positive one (red).
    """
    stops = np.array([hex_to_rgb(stop) for stop in _DIVERGING_STOPS], dtype=np.float64)  # (11, 3)
    positions = np.linspace(0, len(stops) - 1, 255)
    channels = [np.interp(positions, np.arange(len(stops)), stops[:, channel]) for channel in range(3)]
    return np.rint(np.stack(channels, axis=1)).astype(np.uint8)


def recolouring(mode: Mode) -> dict[str, str]:
    """What to replace so that a figure made for the other theme suits this one.

    The browser knows the theme before Python does, so a component recolours what it is given.

    Returns:
        Colour of the other theme -> colour of this one, for every role.
    """
    other = palette("light" if mode == "dark" else "dark")
    here = palette(mode)
    return {getattr(other, role.name): getattr(here, role.name) for role in fields(Palette)}


def css_variables(selector: str = ":host") -> str:
    """The palette as CSS: `--cnnviz-train` and so on, following the theme through `color-scheme`.

    Args:
        selector: what carries the variables; `:host` inside a component's shadow root.
    """
    light, dark = palette("light"), palette("dark")
    lines = [
        f"  --cnnviz-{role.name}: light-dark({getattr(light, role.name)}, {getattr(dark, role.name)});"
        for role in fields(Palette)
    ]
    return "\n".join([f"{selector} {{", *lines, "}", ""])


def template(mode: Mode) -> go.layout.Template:
    """How every Plotly figure looks: transparent, system fonts, few lines.

    Args:
        mode: light or dark.

    Returns:
        A Plotly template, for `figure.update_layout(template=...)`.
    """
    colors = palette(mode)
    axis: dict[str, Any] = {
        "gridcolor": colors.grid,
        "linecolor": colors.grid,
        "zeroline": False,
        "ticks": "",
        "tickfont": {"color": colors.muted, "size": 13},
        "title": {"font": {"color": colors.muted, "size": 13}, "standoff": 8},
    }
    return go.layout.Template(
        layout={
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"family": FONT, "size": 14, "color": colors.text},
            "colorway": [colors.train, colors.validation],
            "colorscale": {"sequential": SEQUENTIAL, "diverging": DIVERGING},
            "xaxis": axis,
            "yaxis": axis,
            "title": {"font": {"size": 16, "weight": 600, "color": colors.text}, "x": 0, "xanchor": "left"},
            "legend": {"font": {"color": colors.text, "size": 13}, "bgcolor": "rgba(0,0,0,0)"},
            "hoverlabel": {
                "bgcolor": colors.surface,
                "bordercolor": colors.grid,
                "font": {"family": FONT, "size": 14, "color": colors.text},
            },
            "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": colors.muted, "activecolor": colors.text},
        }
    )


def empty_chart(title: str, mode: Mode, revision: str, *, left: int) -> go.Figure:
    """Return a chart of curves without any yet, its title above.

    Args:
        title: of the chart.
        mode: light or dark.
        revision: while it stays the same, a zoom survives new curves.
        left: room for the numbers of the upright axis, in pixels.
    """
    figure = go.Figure()
    figure.update_layout(
        template=template(mode),
        uirevision=revision,
        showlegend=False,
        hovermode="closest",
        hoverdistance=40,
        title={"text": title, "y": 1, "pad": {"t": 8}, "yanchor": "top"},
        margin={"l": left, "r": 14, "t": 38, "b": 44},
    )
    return figure
