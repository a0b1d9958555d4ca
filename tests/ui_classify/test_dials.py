"""The curve over a dial: which classes get a line, and that it meets the bars."""

import numpy as np

from cnnviz.ui.classify.dials import with_place, worth_a_line

SHARES = np.array([[0.9, 0.05, 0.05, 0.0], [0.2, 0.05, 0.7, 0.05], [0.5, 0.06, 0.4, 0.04]])
PLACES = np.array([-1.0, 0.0, 1.0])


def test_classes_that_matter_somewhere_get_a_line() -> None:
    assert worth_a_line(SHARES) == [0, 2]
    assert worth_a_line(np.full((3, 20), 0.05)) == [0]  # one in any case
    assert len(worth_a_line(np.full((3, 8), 0.125))) == 5


def test_the_curve_passes_through_what_the_bars_say() -> None:
    here = np.array([0.6, 0.1, 0.2, 0.1])
    places, shares = with_place(PLACES, SHARES, 0.25, here)
    assert places.tolist() == [-1, 0, 0.25, 1]
    assert shares[2].tolist() == here.tolist()
    for place in (-1.0, 0.0, 1.0, 1.5, -2.0):  # a place that is there, or beyond the ends
        assert with_place(PLACES, SHARES, place, here)[0] is PLACES
