import pytest

from cnnviz.figures.intervals import Measured, intervals


def test_points_and_intervals_on_one_scale() -> None:
    figure = intervals([Measured(0, "A", 0.6, 0.55, 0.64), Measured(1, "B", 0.7, 0.66, 0.74)])
    first, second = figure.data
    assert (first.x[0], second.x[0]) == (0.6, 0.7)
    assert first.error_x.arrayminus[0] == pytest.approx(0.05)
    assert first.error_x.array[0] == pytest.approx(0.04)
    low, high = figure.layout.xaxis.range
    assert low < 0.55 < 0.74 < high
    assert figure.layout.yaxis.ticktext == ("A", "B")
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1]  # the first on top


def test_the_scale_stays_within_what_shares_can_be() -> None:
    low, high = intervals([Measured(2, "C", 1.0, 0.2, 1.0)]).layout.xaxis.range
    assert (low, high) == (pytest.approx(0.0), 1.0)
    narrow = intervals([Measured(0, "A", 0.5, 0.5, 0.5)]).layout.xaxis.range
    assert narrow[0] < 0.5 < narrow[1]
