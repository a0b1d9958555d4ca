"""Learning curves drawn: loss and accuracy over a run, by batch and by epoch, on axes that hold still."""

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go

from cnnviz.figures.learning_curve import Curve, curve, finite_or_nan
from cnnviz.figures.theme import Mode, empty_chart, palette

if TYPE_CHECKING:
    from cnnviz.runs import History

__all__ = ["in_words", "learning_rate", "loss_and_accuracy", "marks_epochs"]

_MOST_MARKS = 60  # on a half-width chart more of them merge into a band


def loss_and_accuracy(
    history: "History",
    epochs: float,
    mode: Mode = "light",
    *,
    classes: int | None = None,
    revision: str = "run",
) -> tuple[go.Figure, go.Figure]:
    """Draw the two learning curves of a run.

    Args:
        history: the run's history, empty before the first batch.
        epochs: how many epochs the run is to have; the x axis is [0, epochs] from the start.
        mode: light or dark.
        classes: how many classes; with it the loss of guessing sets the first axis, and accuracy has a line
            for guessing.
        revision: while it stays the same (a run's id) a zoom survives new data.

    Returns:
        The loss figure and the accuracy figure, each without a height of its own.
    """
    loss = curve(history, "loss", epochs, classes)
    accuracy = curve(history, "accuracy", epochs)
    figures = _figure(loss, mode, revision), _figure(accuracy, mode, revision)
    if classes and classes > 1:
        _mark_guessing(figures[1], 1 / classes, mode)
    return figures


def learning_rate(history: "History", epochs: float, mode: Mode = "light", *, revision: str = "run") -> go.Figure:
    """Draw the learning rate by epoch, as steps.

    Args:
        history: the run's history.
        epochs: how many epochs the run is to have.
        mode: light or dark.
        revision: see `loss_and_accuracy`.

    Returns:
        A figure to draw low, under the loss.
    """
    rates = finite_or_nan(history.epochs.get("learning_rate", ()))
    figure = _axes("Learning rate", max(float(epochs), len(rates), 1.0), mode, revision)
    figure.add_scatter(
        x=np.arange(len(rates), dtype=np.float64),
        y=rates,
        mode="lines",
        name="learning rate",
        line={"color": palette(mode).accent, "width": 2.5, "shape": "hv"},
        hovertemplate="from epoch %{x:.0f} · learning rate %{y:.3~g}<extra></extra>",
    )
    figure.update_yaxes(rangemode="tozero", exponentformat="power", nticks=4)
    return figure


def marks_epochs(epochs: float) -> bool:
    """Say whether the curves of a run of that many epochs have a mark at each of them."""
    return epochs <= _MOST_MARKS


def in_words(history: "History", epochs: int) -> str:
    """One sentence that says what the curves show, for those who do not see them."""
    done = len(history.epochs.get("loss", ()))
    if not done:
        return "Loss and accuracy of the run; no epoch is finished yet."
    told = [
        f"{word} {finite_or_nan(history.epochs[key])[-1]:{form}}"
        for key, word, form in (
            ("loss", "training loss", ".2f"),
            ("val_loss", "validation loss", ".2f"),
            ("accuracy", "training accuracy", ".0%"),
            ("val_accuracy", "validation accuracy", ".0%"),
        )
        if history.epochs.get(key)
    ]
    return f"Loss and accuracy of the run after epoch {done} of {epochs}: {', '.join(told)}{history.of_validation}."


def _axes(title: str, epochs: float, mode: Mode, revision: str) -> go.Figure:
    """An empty chart over [0, epochs] that keeps its zoom while `revision` stays."""
    figure = empty_chart(title, mode, revision, left=52)
    figure.update_xaxes(title_text="epoch", range=[0, epochs], showgrid=False, dtick=_tick(epochs), tick0=0)
    figure.update_yaxes(ticklabelstandoff=4, nticks=6)
    return figure


def _title(record: Curve, mode: Mode) -> str:
    """The chart's name and, in place of a legend, the splits in their colours and marks."""
    colors = palette(mode)
    circle, diamond = ("●", "◆") if marks_epochs(record.epochs) else ("━", "━")
    splits = [(f"{circle} training", colors.train)]
    if len(record.validation) or not len(record.train):
        splits.append((f"{diamond} validation", colors.validation))
    spans = [f'<span style="color:{color};font-size:14px;font-weight:400">{text}</span>' for text, color in splits]
    return "   ".join([record.metric.capitalize(), *spans])


def _tick(epochs: float) -> float:
    """A whole number of epochs between ticks that leaves at most ten of them."""
    return next((step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500) if epochs / step <= 10), math.ceil(epochs / 10))


def _figure(record: Curve, mode: Mode, revision: str) -> go.Figure:
    """Draw one record: always the same four traces, so that the browser updates and never rebuilds them."""
    colors = palette(mode)
    figure = _axes(_title(record, mode), record.epochs, mode, revision)
    number = "%{y:.3f}" if record.metric == "loss" else "%{y:.1%}"
    figure.update_yaxes(range=[0, record.bound], tickformat=None if record.metric == "loss" else ".0%")
    thin = {"color": colors.train, "width": 1}
    figure.add_scatter(
        x=record.position,
        y=record.batch,
        mode="lines",
        name="by batch",
        line=thin,
        opacity=0.35,
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=record.position,
        y=record.smoothed,
        mode="lines",
        name="smoothed",
        line={"color": colors.train, "width": 2.5},
        hovertemplate=f"epoch %{{x:.1f}} · {record.metric} {number}<extra></extra>",
    )
    figure.add_scatter(**_by_epoch(record, "training", colors.train, number))
    figure.add_scatter(**_by_epoch(record, "validation", colors.validation, number))
    return figure


def _by_epoch(record: Curve, name: str, color: str, number: str) -> dict[str, Any]:
    """The markers of one split, at the end of each epoch; only its line where there are too many."""
    values = record.train if name == "training" else record.validation
    alone = name == "validation" or not len(record.position)  # nothing by batch leads the eye from marker to marker
    marked = marks_epochs(record.epochs)
    return {
        "x": np.arange(1, len(values) + 1, dtype=np.float64),
        "y": values,
        "mode": "lines+markers" if alone else "markers",
        "cliponaxis": False,  # the last mark stands on the right end of the axis, and is whole
        "name": name,
        "line": {"color": color, "width": 2.5},
        "marker": {"color": color, "size": 9, "symbol": "circle" if name == "training" else "diamond"}
        | ({} if marked else {"opacity": 0}),  # there for the pointer
        "hovertemplate": f"epoch %{{x:.0f}} · {name} {record.metric} {number}<extra></extra>",
    }


def _mark_guessing(figure: go.Figure, chance: float, mode: Mode) -> None:
    """A dotted line at the accuracy of pure guessing."""
    muted = palette(mode).muted
    figure.add_hline(
        y=chance,
        line={"color": muted, "width": 1, "dash": "dot"},
        layer="below",
        opacity=0.8,
        annotation={
            "text": "guessing",
            "font": {"size": 12, "color": muted},
            "x": 1,
            "xanchor": "right",
            "yanchor": "bottom",
        },
    )
