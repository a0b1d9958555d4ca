"""A run's accuracy as a small picture."""

import math

import pytest

from cnnviz.figures.spark_line import spark_line
from cnnviz.runs import History


def test_a_spark_line_shows_validation_accuracy() -> None:
    svg, told = spark_line(History({"accuracy": [0.1, 0.9], "val_accuracy": [0.25, 0.5]}), 132, 30)
    assert told == "validation accuracy by epoch: from 25 to 50 %"
    assert 'points="4.0,20.5 128.0,15.0"' in svg


def test_without_validation_it_shows_training_accuracy() -> None:
    assert spark_line(History({"accuracy": [0.1]}), 132, 30)[1] == "training accuracy by epoch: from 10 to 10 %"


@pytest.mark.parametrize("epochs", [{}, {"accuracy": []}, {"accuracy": [math.nan]}])
def test_nothing_to_draw(epochs: dict[str, list[float]]) -> None:
    assert spark_line(History(epochs), 132, 30) == ("", "")
