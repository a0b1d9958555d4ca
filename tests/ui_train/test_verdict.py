"""What an ended run advises to do next."""

from pathlib import Path

import pytest

from cnnviz.runs import History, Run
from cnnviz.ui.train.verdict import _advice
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
    assert said in _advice(run, accuracy)
