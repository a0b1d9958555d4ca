"""Shares with their intervals, one under the other on one scale: how far apart, and how sure that is."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from cnnviz.figures.theme import Mode, run_colors, template

__all__ = ["Measured", "intervals"]

_SYMBOLS = ("circle", "diamond", "square", "cross")
_ROOM = 0.25  # of the span, free on either side


@dataclass(frozen=True)
class Measured:
    """A share that was measured on some images, and how sure it is.

    Attributes:
        place: of the run among those compared, from 0: it has that colour and mark.
        letter: what it is called.
        share: in [0, 1].
        low, high: its 95 % interval.
    """

    place: int
    letter: str
    share: float
    low: float
    high: float


def intervals(rows: Sequence[Measured], mode: Mode = "light") -> go.Figure:
    """Draw shares as points, their intervals as lines.

    Args:
        rows: at least one, the first on top.
        mode: light or dark.

    Returns:
        A figure without a height of its own; its axis reaches a little further than all intervals.
    """
    low, high = min(row.low for row in rows), max(row.high for row in rows)
    room = _ROOM * max(high - low, 0.005)
    figure = go.Figure()
    figure.update_layout(template=template(mode), showlegend=False, margin={"l": 30, "r": 14, "t": 6, "b": 40})
    for at, row in enumerate(rows):
        color = run_colors(mode)[row.place]
        figure.add_scatter(
            x=[row.share],
            y=[at],
            mode="markers+text",
            text=[f"{row.share:.1%}"],
            textposition="top center",
            marker={"color": color, "size": 11, "symbol": _SYMBOLS[row.place]},
            name=row.letter,
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [row.high - row.share],
                "arrayminus": [row.share - row.low],
                "color": color,
                "thickness": 2.5,
                "width": 6,
            },
            hovertemplate=f"{row.letter} · {row.share:.2%} · from {row.low:.2%} to {row.high:.2%}<extra></extra>",
        )
    figure.update_xaxes(
        range=[max(0.0, low - room), min(1.0, high + room)],
        tickformat=".1%" if high - low < 0.05 else ".0%",
        title_text="test images right",
        nticks=6,
    )
    figure.update_yaxes(
        range=[len(rows) - 0.5, -0.7],
        showgrid=False,
        tickfont={"size": 16},
        ticklabelstandoff=6,
        tickvals=list(range(len(rows))),
        ticktext=[row.letter for row in rows],
    )
    return figure
