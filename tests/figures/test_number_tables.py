"""The weights of a kernel as numbers in coloured cells."""

import numpy as np
import pytest

from cnnviz.figures.number_tables import weight_tables


@pytest.mark.parametrize(
    ("weight", "text"),
    [
        (0.123, ".12"),
        (-0.0361, "−.036"),
        (1.23, "1.2"),
        (0.0, ".000"),
        (np.nan, "NaN"),
        (np.inf, "∞"),
        (-np.inf, "−∞"),
    ],
)
def test_two_digits_as_short_as_they_can_be(weight: float, text: str) -> None:
    [table] = weight_tables(np.full((1, 1, 1), weight), 1.0)
    assert table.rows[0][0].text == text


def test_colours_and_letters_that_can_be_read_on_them() -> None:
    [table] = weight_tables(np.array([[[-2.0], [0.0], [2.0]]]), 2.0)
    least, zero, most = table.rows[0]
    assert (zero.color, zero.ink) == ("#F7F7F6", "#1B1F2A")
    assert {least.ink, most.ink} == {"#FFFFFF"}
    assert least.color != most.color
    assert least.exact == "−2"


def test_channels_have_names_and_of_many_the_strongest_are_shown() -> None:
    assert [table.name for table in weight_tables(np.ones((2, 2, 3)), 1.0)] == ["red", "green", "blue"]
    assert [table.name for table in weight_tables(np.ones((2, 2, 1)), 1.0)] == ["grey"]
    many = weight_tables(np.arange(5.0).reshape(1, 1, 5), 4.0)
    assert [table.name for table in many] == ["channel 4", "channel 3", "channel 2"]
