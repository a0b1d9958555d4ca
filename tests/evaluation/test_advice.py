"""What is advised after a training."""

from pathlib import Path

import pytest

from cnnviz.evaluation import advice
from cnnviz.runs import History, Run
from tests.ui_train.prepared import prepared_run


@pytest.mark.parametrize(
    ("accuracy", "val_losses", "said"),
    [
        (0.1, [2.3, 2.3], "no better than guessing"),
        (0.55, [1.6, 1.2, 1.3, 1.9], "Since epoch 2 the validation loss has risen"),
        (0.55, [1.6, 1.2, 1.25], "change one thing"),
        (None, [], "change one thing"),
    ],
)
def test_advice_follows_how_it_went(
    home: Path, monkeypatch: pytest.MonkeyPatch, accuracy: float | None, val_losses: list[float], said: str
) -> None:
    run = prepared_run(home, "completed")
    monkeypatch.setattr(Run, "history", lambda _: History({"val_loss": val_losses} if val_losses else {}, {}))
    assert said in advice(run, accuracy)


def test_training_that_does_not_carry_over_is_not_told_to_learn_slower(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = prepared_run(home, "completed")
    values = {"loss": [0.1], "accuracy": [0.99], "val_loss": [3.0], "val_accuracy": [0.1]}
    monkeypatch.setattr(Run, "history", lambda _: History(values, {}))
    assert advice(run, 0.1).startswith("Next: look at its mistakes and at the labels on Data")
