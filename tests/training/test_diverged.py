"""A loss that is not a number ends the run and costs nothing that was learned before."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnviz.models import named_weights
from cnnviz.runs import Event, Run, load_checkpoint
from cnnviz.spec import Convolution, Flatten
from cnnviz.training.execute import train
from cnnviz.training.fit import Fit
from tests.training.helpers import tiny_spec

# A penalty times such a rate multiplies every weight by -199 in every step, whatever the images are.
EXPLODES = (Convolution(filters=2, l2=1.0), Flatten())


def all_finite(arrays: dict[str, Any]) -> bool:
    return all(np.isfinite(array).all() for array in arrays.values())


def check_nothing_bad_is_kept(run: Run) -> None:
    assert run.state == "diverged"
    assert run.status.message.startswith("The loss was not a number at step ")
    assert run.status.message.endswith("; lower the learning rate.")
    for snapshot in run.snapshots():
        assert all_finite(run.weights(snapshot.number))
        assert np.isfinite(run.predictions(snapshot.number).confidence).all()
    for line in (run.folder / "events.jsonl").read_text().splitlines():
        json.loads(line, parse_constant=lambda name: pytest.fail(f"{name} in the log"))
    view = run.live()
    if view is not None:
        assert np.isfinite(view.probabilities).all()
    checkpoint = load_checkpoint(run.folder / "checkpoint")
    if checkpoint is not None:
        assert all_finite(checkpoint.arrays)


def test_a_hopeless_learning_rate(home: Path) -> None:
    run = train(tiny_spec(EXPLODES, optimizer="sgd", momentum=0.0, learning_rate=100.0), home)
    check_nothing_bad_is_kept(run)
    errors = [line for line in (run.folder / "events.jsonl").read_text().splitlines() if '"error"' in line]
    assert len(errors) == 1


def ruin(fit: Fit) -> None:
    """Make a weight infinite, as an update too large does."""
    kernel = fit.model.get_layer("logits").kernel
    kernel.assign(np.full(kernel.shape, np.inf))


@pytest.fixture
def fits(monkeypatch: pytest.MonkeyPatch) -> list[Fit]:
    """Every Fit that is made."""
    made: list[Fit] = []
    original = Fit.__init__

    def remember(self: Fit, *arguments: Any) -> None:
        original(self, *arguments)
        made.append(self)

    monkeypatch.setattr(Fit, "__init__", remember)
    return made


@pytest.mark.usefixtures("step_by_step")
@pytest.mark.parametrize("keep", ["last", "best"])
def test_the_last_finite_checkpoint_becomes_the_model(home: Path, fits: list[Fit], keep: str) -> None:
    def ruin_later(event: Event) -> None:
        if event["kind"] == "batch" and event["step"] == 60:
            ruin(fits[0])

    run = train(tiny_spec(keep=keep), home, ruin_later)
    check_nothing_bad_is_kept(run)
    assert run.status.message == "The loss was not a number at step 61; lower the learning rate."
    checkpoint = load_checkpoint(run.folder / "checkpoint")
    assert checkpoint is not None
    assert int(checkpoint.arrays["place"][2]) == 54  # the end of the second epoch
    best = int(np.argmin(run.history().epochs["val_loss"])) + 1 if keep == "best" else 2
    number = next(item.number for item in run.snapshots() if item.position == best)
    for name, array in named_weights(run.model()).items():
        np.testing.assert_array_equal(array, run.weights(number)[name])
    report = run.evaluation()
    assert report is not None
    assert np.isfinite(report["loss"])


@pytest.mark.usefixtures("step_by_step")
def test_ruined_by_the_last_step_of_an_epoch(home: Path, fits: list[Fit]) -> None:
    def ruin_at_the_end(event: Event) -> None:
        if event["kind"] == "batch" and event["step"] == 54:
            ruin(fits[0])

    run = train(tiny_spec(), home, ruin_at_the_end)
    check_nothing_bad_is_kept(run)
    assert run.history().n_epochs == 1
    assert "at step 54" in run.status.message
    assert all_finite(named_weights(run.model()))


@pytest.mark.usefixtures("step_by_step")
def test_ruined_by_the_step_before_a_stop(home: Path, fits: list[Fit]) -> None:
    def ruin_and_stop(event: Event) -> None:
        if event["kind"] == "batch" and event["step"] == 30:
            ruin(fits[0])
            (fits[0].run.folder / "stop").touch()

    run = train(tiny_spec(), home, ruin_and_stop)
    assert run.state == "stopped"
    checkpoint = load_checkpoint(run.folder / "checkpoint")
    assert checkpoint is not None
    assert all_finite(checkpoint.arrays)
    assert all_finite(named_weights(run.model()))


@pytest.mark.usefixtures("step_by_step")
def test_without_any_checkpoint_there_is_no_model_but_snapshots(home: Path, fits: list[Fit]) -> None:
    def ruin_soon(event: Event) -> None:
        if event["kind"] == "batch" and event["step"] == 12:
            ruin(fits[0])

    run = train(tiny_spec(), home, ruin_soon)
    check_nothing_bad_is_kept(run)
    assert [item.step for item in run.snapshots()] == [0, 10]
    assert not (run.folder / "model.keras").exists()
    assert run.evaluation() is None
    run.model(1)


def test_an_infinite_test_loss_is_still_json(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnviz.training.step.TrainingStep.penalty", lambda _: np.float32(np.inf))
    monkeypatch.setattr("cnnviz.training.looks.Looks.validate", lambda _: {})
    monkeypatch.setattr("cnnviz.training.fit.Fit._one_chunk", _pretend)
    run = train(tiny_spec(epochs=1), home)
    assert run.state == "completed", run.status.message
    report = run.evaluation()
    assert report is not None
    assert report["loss"] > 1e38


def _pretend(fit: Fit) -> bool:
    """A step that learns nothing and reports a loss of one."""
    fit.losses, fit.correct = np.append(fit.losses, np.float32(1)), np.append(fit.correct, 0)
    fit.batch, fit.taken = fit.batch + 1, fit.taken + 1
    return True
