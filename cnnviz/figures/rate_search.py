"""A search for a learning rate drawn: the loss while the rate grew, and the rate that it suggests."""

from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from cnnviz.figures.theme import Mode, empty_chart, palette

if TYPE_CHECKING:
    from cnnviz.training.rate_curve import RateCurve

__all__ = ["draw_rates", "rates_caption", "shown_rate"]

_ABOVE, _BELOW = 0.7, 0.2  # of the fall, shown above where it began and below the lowest: an explosion leaves the chart
_LEAST = 0.05  # of the loss at the beginning: a fall smaller than that does not fill the chart


def shown_rate(rate: float) -> str:
    """Return a learning rate for people, with two digits: 0.0032, 0.000001."""
    return np.format_float_positional(float(f"{rate:.2g}"), trim="-")


def draw_rates(curve: "RateCurve", mode: Mode = "light", *, revision: str = "") -> go.Figure:
    """Draw the loss over the rates that were tried, and mark the one that is suggested.

    Args:
        curve: what was found, of one step at least.
        mode: light or dark.
        revision: while it stays the same a zoom survives.

    Returns:
        A figure without a height of its own.
    """
    colors, number = palette(mode), "loss %{y:.3f} at %{x:.2g}<extra></extra>"
    figure = empty_chart("Loss while the rate grows", mode, revision, left=46)
    low, high = np.log10(curve.rates[[0, -1]])
    decades = np.arange(np.ceil(low), np.floor(high) + 1)
    figure.update_xaxes(
        type="log",
        title_text="learning rate",
        range=[low, high],
        showgrid=False,
        ticklabelstandoff=8,  # the first one is below the lowest of the losses, not on it
        tickvals=10**decades,
        ticktext=[f"10<sup>{decade:.0f}</sup>" for decade in decades],
    )
    figure.update_yaxes(range=_loss_range(curve), ticklabelstandoff=4, nticks=6)
    thin = {"color": colors.train, "width": 1}
    figure.add_scatter(
        x=curve.rates, y=curve.losses, mode="lines", name="by batch", line=thin, opacity=0.35, hoverinfo="skip"
    )
    figure.add_scatter(
        x=curve.rates,
        y=curve.smoothed,
        mode="lines",
        name="smoothed",
        line={"color": colors.train, "width": 2.5},
        hovertemplate=number,
    )
    if curve.suggested is not None:
        _mark(figure, curve, curve.suggested, mode)
    return figure


def rates_caption(curve: "RateCurve", role: str) -> str:
    """Say how to read the curve, why it ends where it does, and what is suggested or why nothing is.

    Args:
        curve: what was found.
        role: what the rate is in the schedule at hand, as `cnnviz.training.rate_curve.role_of_rate` says it.
    """
    if not len(curve.rates):
        return curve.remark
    ended = {
        "whole": "",
        "risen": ", where the loss had risen far above where it began",
        "not a number": "; in the next step the loss was not a number",
    }[curve.ending]
    grows = f"The rate grows from {shown_rate(curve.rates[0])} to {shown_rate(curve.rates[-1])}{ended}."
    suggested = (
        curve.remark
        if curve.suggested is None
        else f"It falls most steeply at {shown_rate(curve.suggested)}, suggested as {role}."
    )
    return f"{grows} Thin: batch by batch; thick: smoothed. {suggested}"


def _loss_range(curve: "RateCurve") -> list[float]:
    begun, lowest = float(curve.smoothed[0]), float(np.min(curve.smoothed))
    fall = max(begun - lowest, _LEAST * begun)
    return [max(0.0, lowest - _BELOW * fall), begun + _ABOVE * fall]


def _mark(figure: go.Figure, curve: "RateCurve", rate: float, mode: Mode) -> None:
    colors = palette(mode)
    loss = float(np.interp(np.log(rate), np.log(curve.rates), curve.smoothed))
    figure.add_vline(x=rate, line={"color": colors.validation, "width": 1.5, "dash": "dot"}, layer="below")
    figure.add_scatter(
        x=[rate],
        y=[loss],
        mode="markers+text",
        name="suggested",
        text=[f"<b>{shown_rate(rate)}</b>"],
        textposition="middle left",
        textfont={"color": colors.text, "size": 14},
        marker={"color": colors.validation, "size": 11, "symbol": "diamond"},
        hovertemplate="suggested: %{x:.2g}<extra></extra>",
    )
