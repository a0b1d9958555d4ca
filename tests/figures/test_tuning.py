"""Searches drawn: what stands in the figures is what stands in the trials."""

import json
from collections.abc import Callable

import numpy as np
import plotly.graph_objects as go
import pytest

from cnnviz.figures.theme import Mode, palette
from cnnviz.figures.tuning import (
    curves_caption,
    draw_curves,
    draw_history,
    draw_importance,
    draw_parallel,
    draw_slice,
    draw_trade,
    history_caption,
)
from cnnviz.tuning import Between, OneOf, Trial, best_of
from tests.tuning.made import RATES, study_spec

SPACE = {
    "learning_rate": RATES,
    "units": Between(low=32, high=256, step=32, whole=True),
    "flip": OneOf(values=(False, True)),
}
SPEC = study_spec(SPACE)
TITLES = {"learning_rate": "Learning rate", "flip": "Mirror"}


def settings(rate: float, units: int, flip: bool) -> dict[str, float | int | bool]:
    return {"learning_rate": rate, "units": units, "flip": flip}


TRIALS = (
    Trial(0, "complete", settings(0.001, 32, False), (0.5,), (0.2, 0.3, 0.4, 0.5)),
    Trial(1, "complete", settings(0.01, 64, True), (0.8,), (0.3, 0.5, 0.7, 0.8)),
    Trial(2, "pruned", settings(0.1, 32, False), (), (0.1, 0.2)),
    Trial(3, "diverged", settings(0.1, 96, True), (), (0.1,)),
    Trial(4, "passed over", settings(0.1, 256, True)),
    Trial(5, "complete", settings(0.02, 64, False), (0.7,), (0.3, 0.4, 0.6, 0.7)),
    Trial(6, "running", settings(0.03, 64, False), (), (0.9,)),
    Trial(7, "waiting", {}),
)
BEST = best_of(TRIALS, SPEC)
TWO = study_spec(SPACE, objectives=("accuracy", "parameters"), pruner="none")
PAIRS = tuple(
    Trial(number, "complete", settings(0.01, 64, True), values)
    for number, values in enumerate([(0.9, 500.0), (0.8, 100.0), (0.7, 300.0), (0.6, 90.0)])
)

DRAWINGS: dict[str, Callable[[Mode], go.Figure]] = {
    "history": lambda mode: draw_history(TRIALS, SPEC, mode),
    "curves": lambda mode: draw_curves(TRIALS, SPEC, BEST, mode),
    "slice of numbers": lambda mode: draw_slice("units", "Units", TRIALS, SPEC, mode),
    "slice of choices": lambda mode: draw_slice("flip", "Mirror", TRIALS, SPEC, mode),
    "parallel": lambda mode: draw_parallel(TRIALS, SPEC, TITLES, mode),
    "trade": lambda mode: draw_trade(PAIRS, TWO, best_of(PAIRS, TWO), mode),
    "importance": lambda mode: draw_importance({"learning_rate": 0.7, "flip": 0.3}, TITLES, mode),
    "history of nothing": lambda mode: draw_history(TRIALS[7:], SPEC, mode),
    "curves of nothing": lambda mode: draw_curves(TRIALS[7:], SPEC, (), mode),
    "parallel of nothing": lambda mode: draw_parallel(TRIALS[7:], SPEC, TITLES, mode),
}


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("name", DRAWINGS)
def test_every_figure_can_be_sent_to_a_browser(name: str, mode: Mode) -> None:
    text = DRAWINGS[name](mode).to_json()
    assert "NaN" not in text
    json.loads(text)


def test_trials_in_their_order_and_the_best_so_far() -> None:
    early, complete, best = draw_history(TRIALS, SPEC).data
    assert (early.x, early.y) == ((2, 3), (0.2, 0.1))  # where they were at their end
    assert (complete.x, complete.y) == ((0, 1, 5), (0.5, 0.8, 0.7))
    assert (best.x, tuple(best.y)) == ((0, 1, 5), (0.5, 0.8, 0.8))
    assert complete.customdata[1] == "learning_rate 0.01, units 64, flip yes"
    by_loss = draw_history(TRIALS, study_spec(SPACE, objectives=("loss",)))
    assert tuple(by_loss.data[2].y) == (0.5, 0.5, 0.5)
    assert "The line: the best so far." in history_caption(TRIALS, SPEC)
    assert "line" not in history_caption(PAIRS, TWO)
    assert len(draw_history(PAIRS, TWO).data) == 2


def test_curves_and_the_best_of_them() -> None:
    figure = draw_curves(TRIALS, SPEC, BEST)
    early, others, best = figure.data
    assert best.y == (0.3, 0.5, 0.7, 0.8, None)
    assert best.x == (1, 2, 3, 4, None)
    assert best.line.width > others.line.width
    assert early.y == (0.1, 0.2, None, 0.1, None)
    assert set(others.customdata) == {"trial 0", "trial 5", "trial 6"}
    assert figure.layout.xaxis.range == (0.5, 4.5)
    assert best.line.color == palette("light").validation
    assert "1 ended early (grey)" in curves_caption(TRIALS)
    assert "early" not in curves_caption(TRIALS[:2])


def test_what_trials_reached_over_one_setting() -> None:
    early, complete = draw_slice("learning_rate", "Rate", TRIALS, SPEC).data
    assert (complete.x, complete.y) == ((0.001, 0.01, 0.02), (0.5, 0.8, 0.7))
    assert early.x == (0.1, 0.1)
    assert draw_slice("learning_rate", "Rate", TRIALS, SPEC).layout.xaxis.type == "log"
    choices = draw_slice("flip", "Mirror", TRIALS, SPEC)
    assert choices.layout.xaxis.ticktext == ("no", "yes")
    np.testing.assert_array_equal(np.round(choices.data[1].x), [0, 1, 0])
    assert choices.data[1].customdata[1] == "trial 1: yes"
    more = draw_slice("flip", "Mirror", (*TRIALS, Trial(8, "complete", settings(0.1, 32, True), (0.4,))), SPEC)
    assert more.data[1].x[:3] == choices.data[1].x  # points keep their places when others come


def test_all_settings_of_complete_trials_at_once() -> None:
    (lines,) = draw_parallel(TRIALS, SPEC, TITLES).data
    rate, units, flip, reached = lines.dimensions
    assert [one.label for one in lines.dimensions] == ["Learning rate", "units", "Mirror", "validation accuracy"]
    np.testing.assert_allclose(rate["values"], np.log10([0.001, 0.01, 0.02]))
    assert rate.range == (-4, -1)
    assert rate.ticktext == ("0.0001", "0.001", "0.01", "0.1")
    assert tuple(units["values"]) == (32, 64, 64)
    assert tuple(flip["values"]) == (0, 1, 0)
    assert tuple(reached["values"]) == tuple(lines.line.color) == (0.5, 0.8, 0.7)


def test_two_objectives_and_what_none_beats() -> None:
    figure = draw_trade(PAIRS, TWO, best_of(PAIRS, TWO))
    everything, front = figure.data
    assert (everything.x, everything.y) == ((500, 100, 300, 90), (0.9, 0.8, 0.7, 0.6))
    assert (front.x, front.y) == ((90, 100, 500), (0.6, 0.8, 0.9))
    assert figure.layout.xaxis.title.text == "parameters"


def test_what_mattered_most_is_on_top() -> None:
    (bars,) = draw_importance({"learning_rate": 0.7, "flip": 0.3}, TITLES).data
    assert (bars.y, bars.x) == (("Mirror", "Learning rate"), (0.3, 0.7))
