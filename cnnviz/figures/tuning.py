"""A search for settings drawn: its trials in order, their curves, what each setting did, and all of them at once."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from cnnviz.figures.theme import SEQUENTIAL, Mode, empty_chart, palette, template
from cnnviz.tuning import OBJECTIVES, StudySpec, Trial, written

__all__ = [
    "curves_caption",
    "draw_curves",
    "draw_history",
    "draw_importance",
    "draw_parallel",
    "draw_slice",
    "draw_trade",
    "history_caption",
]

_STATES = {"complete": "complete", "pruned": "ended early", "diverged": "diverged"}
_JITTER = 0.16  # of the room of one choice: points of the same choice lie beside each other
_MOST_TICKS = 8
_LONGEST = 14  # letters of a choice on an axis


def draw_history(trials: Sequence[Trial], spec: StudySpec, mode: Mode = "light", *, revision: str = "") -> go.Figure:
    """Draw what each trial reached, in their order, and the best so far.

    Args:
        trials: in their order.
        spec: of the study.
        mode: light or dark.
        revision: while it stays the same a zoom survives new trials.

    Returns:
        A figure without a height of its own. A trial that ended early stands where it was then.
    """
    colors, title = palette(mode), _title(spec)
    figure = empty_chart(f"{title[0].upper()}{title[1:]} by trial", mode, revision, left=58)
    shown = [(trial, value) for trial in trials if (value := _reached(trial)) is not None]
    looks = {"complete": ("circle", colors.train, 9), "pruned": ("circle-open", colors.muted, 8)}
    for state in ("pruned", "complete"):
        of_state = [(trial, value) for trial, value in shown if (trial.state == "complete") == (state == "complete")]
        symbol, color, size = looks[state]
        figure.add_scatter(
            x=[trial.number for trial, _ in of_state],
            y=[value for _, value in of_state],
            mode="markers",
            name=_STATES[state],
            marker={"symbol": symbol, "color": color, "size": size, "line": {"color": color, "width": 1.5}},
            customdata=[_settings_in_words(trial) for trial, _ in of_state],
            hovertemplate=f"trial %{{x}}, {_STATES[state]}: %{{y:{_format(spec)}}}<br>%{{customdata}}<extra></extra>",
        )
    complete = [(trial.number, value) for trial, value in shown if trial.state == "complete"]
    if complete and not spec.several:
        numbers, values = zip(*complete, strict=True)
        best = np.maximum.accumulate(values) if _more_is_better(spec) else np.minimum.accumulate(values)
        figure.add_scatter(
            x=numbers,
            y=best,
            mode="lines",
            name="best so far",
            line={"color": colors.validation, "width": 2.5, "shape": "hv"},
            hovertemplate=f"best so far: %{{y:{_format(spec)}}}<extra></extra>",
        )
    last = max((trial.number for trial in trials), default=0)
    figure.update_xaxes(title_text="trial", range=[-0.5, last + 0.5], **_whole_ticks(0, last))
    figure.update_yaxes(tickformat=_axis_format(spec), nticks=6)
    return figure


def history_caption(trials: Sequence[Trial], spec: StudySpec) -> str:
    """Say how to read the trials in their order."""
    line = "" if spec.several else " The line: the best so far."
    return f"A dot: a trial that came to its end; a ring: one that was ended early, where it was then.{line}"


def draw_curves(
    trials: Sequence[Trial], spec: StudySpec, best: Sequence[Trial], mode: Mode = "light", *, revision: str = ""
) -> go.Figure:
    """Draw the first objective of each trial after each epoch: the best thick, those that were ended early thin.

    Args:
        trials: in their order.
        spec: of the study.
        best: the best of them.
        mode: light or dark.
        revision: as in `draw_history`.

    Returns:
        A figure without a height of its own.
    """
    colors, title = palette(mode), _title(spec)
    figure = empty_chart(f"{title[0].upper()}{title[1:]} by epoch", mode, revision, left=58)
    winners = {trial.number for trial in best[:1]}
    groups: tuple[tuple[str, str, float, float], ...] = (
        ("ended early", colors.muted, 1.0, 0.55),
        ("complete", colors.train, 1.5, 0.55),
        ("best", colors.validation, 3.0, 1.0),
    )
    for name, color, width, opacity in groups:
        lines = [trial for trial in trials if trial.curve and _group(trial, winners) == name]
        x: list[float | None] = []
        y: list[float | None] = []
        told: list[str] = []
        for trial in lines:
            x += [*range(1, len(trial.curve) + 1), None]
            y += [*trial.curve, None]
            told += [f"trial {trial.number}"] * (len(trial.curve) + 1)
        figure.add_scatter(
            x=x,
            y=y,
            mode="lines+markers",
            name=name,
            opacity=opacity,
            line={"color": color, "width": width},
            marker={"color": color, "size": 3 + width},
            customdata=told,
            hovertemplate=f"%{{customdata}}, epoch %{{x}}: %{{y:{_format(spec)}}}<extra></extra>",
        )
    epochs = spec.trial_base.train.epochs
    figure.update_xaxes(title_text="epoch", range=[0.5, epochs + 0.5], **_whole_ticks(1, epochs))
    figure.update_yaxes(tickformat=_axis_format(spec), nticks=6)
    return figure


def curves_caption(trials: Sequence[Trial]) -> str:
    """Say how to read the curves."""
    early = sum(trial.state == "pruned" for trial in trials)
    ended = f" {early} ended early (grey), since others had done better by then." if early else ""
    return f"A line: a trial, measured on validation images after each epoch; thick: the best.{ended}"


def draw_importance(importance: Mapping[str, float], titles: Mapping[str, str], mode: Mode = "light") -> go.Figure:
    """Draw how much each setting mattered, as bars.

    Args:
        importance: the share of each setting, by its name, all together 1.
        titles: what each is called.
        mode: light or dark.
    """
    figure = empty_chart("What mattered", mode, "importance", left=140)
    rows = sorted(importance.items(), key=lambda item: item[1])
    figure.add_bar(
        x=[share for _, share in rows],
        y=[titles.get(name, name) for name, _ in rows],
        orientation="h",
        marker={"color": palette(mode).train},
        hovertemplate="%{y}: %{x:.0%}<extra></extra>",
    )
    figure.update_xaxes(tickformat=".0%", rangemode="tozero", title_text="share of the differences it explains")
    figure.update_yaxes(showgrid=False, ticklabelstandoff=6)
    figure.update_layout(bargap=0.35)
    return figure


def draw_slice(
    name: str, title: str, trials: Sequence[Trial], spec: StudySpec, mode: Mode = "light", *, revision: str = ""
) -> go.Figure:
    """Draw what trials reached over one setting.

    Args:
        name: of the setting.
        title: what it is called.
        trials: in their order.
        spec: of the study.
        mode: light or dark.
        revision: as in `draw_history`.
    """
    colors, tried = palette(mode), spec.space[name]
    figure = empty_chart(title, mode, revision, left=58)
    shown = [(trial, value) for trial in trials if name in trial.settings and (value := _reached(trial)) is not None]
    choices = [] if tried.kind == "between" else [written(value) for value in tried.values]
    for complete in (False, True):
        of_state = [(trial, value) for trial, value in shown if (trial.state == "complete") == complete]
        if choices:
            shift = np.random.default_rng(0).uniform(-_JITTER, _JITTER, len(trials))
            x = [choices.index(written(trial.settings[name])) + shift[trial.number] for trial, _ in of_state]
        else:
            x = [float(trial.settings[name]) for trial, _ in of_state]
        color = colors.train if complete else colors.muted
        figure.add_scatter(
            x=x,
            y=[value for _, value in of_state],
            mode="markers",
            marker={"symbol": "circle" if complete else "circle-open", "color": color, "size": 8},
            customdata=[f"trial {trial.number}: {written(trial.settings[name])}" for trial, _ in of_state],
            hovertemplate=f"%{{customdata}}, %{{y:{_format(spec)}}}<extra></extra>",
        )
    if choices:
        short = [one if len(one) <= _LONGEST else f"{one[: _LONGEST - 1]}…" for one in choices]
        figure.update_xaxes(tickvals=list(range(len(choices))), ticktext=short, range=[-0.5, len(choices) - 0.5])
    elif tried.kind == "between" and tried.log:
        figure.update_xaxes(type="log", dtick=1)
    elif tried.kind == "between" and tried.whole:
        figure.update_xaxes(**_whole_ticks(int(tried.low), int(tried.high)))
    else:
        figure.update_xaxes(nticks=6)
    figure.update_yaxes(tickformat=_axis_format(spec), nticks=5)
    return figure


def draw_parallel(
    trials: Sequence[Trial], spec: StudySpec, titles: Mapping[str, str], mode: Mode = "light"
) -> go.Figure:
    """Draw every complete trial as a line through its settings to what it reached.

    Args:
        trials: in their order.
        spec: of the study.
        titles: what each setting is called.
        mode: light or dark.

    Returns:
        A figure in which ranges can be marked on the axes.
    """
    colors = palette(mode)
    complete = [trial for trial in trials if trial.state == "complete"]
    values = [trial.values[0] for trial in complete]
    axes: list[dict[str, Any]] = []
    for name, tried in spec.space.items():
        having = [trial.settings[name] for trial in complete]
        if tried.kind == "between":
            numbers = [float(value) for value in having]
            if tried.log:
                powers = np.arange(np.floor(np.log10(tried.low)), np.ceil(np.log10(tried.high)) + 1)
                axis = {
                    "values": np.log10(numbers),
                    "range": [np.log10(tried.low), np.log10(tried.high)],
                    "tickvals": powers,
                    "ticktext": [f"{10.0**power:g}" for power in powers],
                }
            else:
                ticks = _whole_ticks(int(tried.low), int(tried.high)) if tried.whole else {}
                axis = {"values": numbers, "range": [tried.low, tried.high], **ticks}
        else:
            choices = [written(value) for value in tried.values]
            axis = {
                "values": [choices.index(written(value)) for value in having],
                "range": [-0.3, len(choices) - 0.7],
                "tickvals": list(range(len(choices))),
                "ticktext": choices,
            }
        axes.append({"label": titles.get(name, name), **axis})
    axes.append({"label": _title(spec), "values": values, "tickformat": _axis_format(spec)})
    figure = go.Figure(
        go.Parcoords(
            dimensions=axes,
            line={"color": values, "colorscale": SEQUENTIAL, "reversescale": not _more_is_better(spec)},
            labelfont={"size": 13, "color": colors.text},
            tickfont={"size": 12, "color": colors.muted},
            rangefont={"size": 11, "color": colors.muted},
            labelangle=-12,
        )
    )
    figure.update_layout(template=template(mode), margin={"l": 60, "r": 70, "t": 74, "b": 24})
    return figure


def draw_trade(
    trials: Sequence[Trial], spec: StudySpec, best: Sequence[Trial], mode: Mode = "light", *, revision: str = ""
) -> go.Figure:
    """Draw two objectives against each other, and the trials that no other beats in both.

    Args:
        trials: in their order.
        spec: of a study with two objectives or more; the first two are drawn.
        best: those that none beats.
        mode: light or dark.
        revision: as in `draw_history`.
    """
    colors = palette(mode)
    figure = empty_chart("What is gained for what", mode, revision, left=58)
    complete = [trial for trial in trials if trial.state == "complete"]
    front = sorted(best, key=lambda trial: trial.values[1])
    for name, group, color, style in (
        ("others", complete, colors.muted, "markers"),
        ("none beats these", front, colors.validation, "lines+markers"),
    ):
        figure.add_scatter(
            x=[trial.values[1] for trial in group],
            y=[trial.values[0] for trial in group],
            mode=style,
            name=name,
            line={"color": color, "width": 2, "shape": "hv"},
            marker={"color": color, "size": 9},
            customdata=[_settings_in_words(trial) for trial in group],
            hovertemplate=f"%{{y:{_format(spec)}}} at %{{x:,.4g}}<br>%{{customdata}}<extra></extra>",
        )
    figure.update_xaxes(title_text=_titles(spec)[1], nticks=6)
    figure.update_yaxes(tickformat=_axis_format(spec), nticks=6)
    return figure


def _titles(spec: StudySpec) -> list[str]:
    return [OBJECTIVES[one][0] for one in spec.objectives]


def _title(spec: StudySpec) -> str:
    return _titles(spec)[0]


def _more_is_better(spec: StudySpec) -> bool:
    return spec.objectives[0] == "accuracy"


def _format(spec: StudySpec) -> str:
    """How the first objective is written, as d3 has it."""
    return {"accuracy": ".1%", "loss": ".3f"}.get(spec.objectives[0], ",.4~g")


def _axis_format(spec: StudySpec) -> str:
    """The same on an axis, where fewer digits do."""
    return {"accuracy": ".0%"}.get(spec.objectives[0], _format(spec))


def _whole_ticks(first: int, last: int) -> dict[str, Any]:
    """Ticks at whole numbers alone, a few of them."""
    step = max(1, -(-(last - first) // _MOST_TICKS))
    return {"tickvals": list(range(first, last + 1, step))}


def _reached(trial: Trial) -> float | None:
    """The first objective of a complete trial; of another where it was at its end."""
    if trial.state == "complete":
        return trial.values[0]
    return trial.curve[-1] if trial.ended and trial.curve else None


def _group(trial: Trial, winners: set[int]) -> str:
    if trial.number in winners:
        return "best"
    return "ended early" if trial.state in ("pruned", "diverged", "failed") else "complete"


def _settings_in_words(trial: Trial) -> str:
    return ", ".join(f"{name} {written(value)}" for name, value in trial.settings.items())
