"""What is written adds up: the rule on its own, and on every pixel of a layer."""

from collections.abc import Callable
from decimal import Decimal

import keras
import numpy as np
import pytest

from cnnviz import explain
from cnnviz.explain.decimals import written_sum
from tests.explain.toys import picture


def test_the_sum_that_did_not_add_up() -> None:
    written = written_sum([1.044, 0.936, 0.872, -0.681], 2.171)
    assert [str(term) for term in written.terms] == ["1.04", "0.94", "0.87", "-0.68"]
    assert str(written.total) == "2.17"


def test_a_sum_that_needs_a_decimal_more() -> None:
    written = written_sum([1.044, 0.934, 0.874, -0.684], 2.168)  # 1.04 + 0.93 + 0.87 - 0.68 are 2.16
    assert [str(term) for term in written.terms] == ["1.044", "0.934", "0.874", "-0.684"]
    assert written.decimals == 3


@pytest.mark.parametrize(
    ("terms", "decimals"),
    [([0.5, 0.25], 2), ([12.5, 0.5], 1), ([250.0, -1.0], 0), ([0.04, 0.02], 3), ([0.0, -0.0], 0), ([1e-20], 12)],
)
def test_no_more_decimals_than_it_takes(terms: list[float], decimals: int) -> None:
    assert written_sum(terms, sum(terms)).decimals == decimals


@pytest.mark.parametrize("count", [1, 2, 5, 9, 40])
def test_random_terms_add_up_and_stay_what_they_are(count: int) -> None:
    random = np.random.default_rng(count)
    for _ in range(200):
        terms = (random.normal(size=count) * 10.0 ** random.integers(-3, 4)).tolist()
        total = float(np.sum(terms))
        written = written_sum(terms, total)
        unit = Decimal(1).scaleb(-written.decimals)
        assert sum(written.terms) == written.total
        assert abs(written.total - Decimal(total)) <= unit / 2
        assert all(abs(one - Decimal(term)) < unit for one, term in zip(written.terms, terms, strict=True))
        assert {-int(one.as_tuple().exponent) for one in (*written.terms, written.total)} == {written.decimals}


def test_what_is_not_finite_is_refused() -> None:
    with pytest.raises(ValueError, match="only finite numbers add up"):
        written_sum([1.0, float("nan")], 1.0)


def test_every_pixel_of_a_layer_adds_up(model_of: Callable[[str], keras.Model]) -> None:
    model, image = model_of("functional"), picture()
    height, width, filters = explain.convolution_layer(model, "first", image).activation.shape
    for row, column in np.ndindex(height, width):
        terms = explain.convolution_terms(model, "first", image, row, column, (row + column) % filters)
        assert sum(terms.written.terms) == terms.written.total
        assert len(terms.written.terms) == len(terms.channels) + 1
        assert terms.decimals == terms.written.decimals
