import json

import numpy as np
import pytest

from cnnviz.figures.rate_search import draw_rates, rates_caption, shown_rate
from cnnviz.figures.theme import palette
from cnnviz.training.rate_curve import Ending, RateCurve, growing_rates

RATES = growing_rates(64)
LOSSES = 2.3 - 0.5 / (1 + (RATES / 1e-3) ** -2) + np.maximum(0, RATES / 0.1 - 1)
ROLE = "the rate of every step"


def found(count: int = 90, ending: Ending = "risen") -> RateCurve:
    return RateCurve.of(RATES[:count], LOSSES[:count], ending)


@pytest.mark.parametrize(
    ("rate", "shown"), [(1e-6, "0.000001"), (0.00316, "0.0032"), (0.5, "0.5"), (1.0, "1"), (17.78, "18"), (100, "100")]
)
def test_rates_are_shown_in_full_with_two_digits(rate: float, shown: str) -> None:
    assert shown_rate(rate) == shown


def test_the_figure_holds_the_record_on_a_logarithmic_axis() -> None:
    curve = found()
    figure = draw_rates(curve)
    raw, smooth, mark = figure.data
    np.testing.assert_array_equal(raw.x, curve.rates)
    np.testing.assert_array_equal(raw.y, curve.losses)
    np.testing.assert_array_equal(smooth.y, curve.smoothed)
    assert raw.line.width < smooth.line.width
    assert figure.layout.xaxis.type == "log"
    assert figure.layout.xaxis.range == tuple(np.log10(curve.rates[[0, -1]]))
    assert mark.x == (curve.suggested,)
    assert curve.smoothed.min() < mark.y[0] < curve.smoothed[0]
    assert "0.001" in mark.text[0]
    json.loads(figure.to_json())  # without NaN, which a browser does not read


def test_an_explosion_leaves_the_chart_and_the_fall_fills_it() -> None:
    wild = RateCurve.of(RATES[:80], np.append(LOSSES[:79], 1e12), "risen")
    low, high = draw_rates(wild).layout.yaxis.range
    assert low < wild.smoothed.min() < wild.smoothed[0] < high < 3
    assert (wild.smoothed[0] - wild.smoothed.min()) / (high - low) > 0.4


def test_without_a_suggestion_nothing_is_marked_and_it_is_said_why() -> None:
    flat = RateCurve.of(RATES, np.full(len(RATES), 2.3))
    figure = draw_rates(flat)
    assert [trace.name for trace in figure.data] == ["by batch", "smoothed"]
    assert not figure.layout.shapes
    low, high = figure.layout.yaxis.range
    assert low < 2.3 < high
    assert rates_caption(flat, ROLE).endswith(flat.remark)


@pytest.mark.parametrize(
    ("ending", "said"),
    [
        ("whole", "to 13. Thin"),
        ("risen", "to 13, where the loss had risen far above where it began. Thin"),
        ("not a number", "to 13; in the next step the loss was not a number. Thin"),
    ],
)
def test_the_caption_says_how_it_ended_and_what_it_suggests(ending: Ending, said: str) -> None:
    told = rates_caption(found(115, ending), ROLE)
    assert told.startswith(f"The rate grows from 0.000001 {said}")
    assert told.endswith("It falls most steeply at 0.001, suggested as the rate of every step.")


def test_of_no_step_there_is_only_the_reason() -> None:
    nothing = RateCurve.of([], [], "not a number")
    assert rates_caption(nothing, ROLE) == nothing.remark


def test_both_themes() -> None:
    colors = [draw_rates(found(), mode).data[1].line.color for mode in ("light", "dark")]  # type: ignore[arg-type]
    assert colors == [palette("light").train, palette("dark").train]
