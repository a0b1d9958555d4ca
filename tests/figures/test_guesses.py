import numpy as np
import pytest

from cnnviz.errors import SpecError
from cnnviz.figures.guesses import Guess, guesses, percent

NAMES = ("cat", "dog")


def test_guesses_name_the_most_probable_class() -> None:
    told = guesses(np.array([0, 1]), np.array([[0.875, 0.125], [0.75, 0.25]], np.float32), NAMES)
    assert told == (Guess("cat", "cat", 0.875, True), Guess("dog", "cat", 0.75, False))


def test_before_the_first_guess_and_after_divergence_there_is_none() -> None:
    open_ = Guess("cat", None, 0.0, False)
    assert guesses(np.array([0]), None, NAMES) == (open_,)
    assert guesses(np.array([0]), np.array([[np.nan, np.nan]]), NAMES) == (open_,)


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(SpecError, match=r"probabilities have shape \(1, 3\), expected \(1, 2\)"):
        guesses(np.array([0]), np.zeros((1, 3)), NAMES)
    with pytest.raises(SpecError, match="labels reach from 0 to 2, expected 0 to 1"):
        guesses(np.array([0, 2]), None, NAMES)


@pytest.mark.parametrize(
    ("probability", "text"),
    [(0.0, "0 %"), (0.001, "< 1 %"), (0.234, "23 %"), (0.5, "50 %"), (0.996, "> 99 %"), (1.0, "100 %")],
)
def test_percent(probability: float, text: str) -> None:
    assert percent(probability) == text
