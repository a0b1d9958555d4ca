import math

import pytest

from cnnviz.runs import History, Status
from cnnviz.ui.run_rows import spark_line, state_in_words


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (Status("queued"), "waits for its turn"),
        (Status("running", epoch=2, epochs=10), "running, epoch 3 of 10"),
        (Status("stopping"), "stopping"),
        (Status("stopped", epoch=4), "stopped at epoch 4"),
        (Status("stopped"), "stopped before the first epoch ended"),
        (Status("completed", epoch=1), "completed, 1 epoch"),
        (Status("completed", epoch=10), "completed, 10 epochs"),
        (Status("failed"), "failed"),
        (Status("diverged", epoch=2), "diverged at epoch 2"),
        (Status("interrupted", epoch=2), "interrupted at epoch 2"),
    ],
)
def test_state_in_words(status: Status, expected: str) -> None:
    assert state_in_words(status) == expected


def test_a_spark_line_shows_validation_accuracy() -> None:
    svg, told = spark_line(History({"accuracy": [0.1, 0.9], "val_accuracy": [0.25, 0.5]}))
    assert told == "validation accuracy by epoch: from 25 to 50 %"
    assert 'points="4.0,20.5 128.0,15.0"' in svg


def test_without_validation_it_shows_training_accuracy() -> None:
    assert spark_line(History({"accuracy": [0.1]}))[1] == "training accuracy by epoch: from 10 to 10 %"


@pytest.mark.parametrize("epochs", [{}, {"accuracy": []}, {"accuracy": [math.nan]}])
def test_nothing_to_draw(epochs: dict[str, list[float]]) -> None:
    assert spark_line(History(epochs)) == ("", "")
