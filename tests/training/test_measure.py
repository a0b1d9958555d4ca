"""Test images that are left alone, and measured later."""

import json
from pathlib import Path

import numpy as np
import pytest

from cnnviz.errors import RunError
from cnnviz.runs import Run
from cnnviz.spec import RunSpec
from cnnviz.training.execute import measure, train
from cnnviz.training.tasks import TASKS, Images
from tests.training.helpers import busy_spec, curves, stop_at, strong_spec


def left_alone(run: Run) -> bool:
    return run.evaluation() is None and not run.has_final_predictions and not run.predicted_snapshots()


@pytest.mark.parametrize("spec", [busy_spec(epochs=2, keep="best"), strong_spec(epochs=1)], ids=["best", "averaged"])
def test_what_is_measured_later_is_what_would_have_been_measured(home: Path, spec: RunSpec) -> None:
    usual = train(spec, home)
    run = train(spec.changed(train=spec.train.changed(tests="never")), home)
    assert run.state == "completed"
    assert left_alone(run)
    assert curves(run) == curves(usual)  # looking at them changes nothing
    events, status = (run.folder / "events.jsonl").read_bytes(), run.status
    measure(run)
    assert run.evaluation() == usual.evaluation()
    np.testing.assert_array_equal(run.predictions().probabilities, usual.predictions().probabilities)
    assert run.predicted_snapshots() == ()
    assert (run.folder / "events.jsonl").read_bytes() == events
    assert (run.state, run.status.message) == ("completed", status.message)

    (run.folder / "evaluation.json").write_text('{"n_test": 9, "n_mistakes": 0, "accuracy": 1.0, "loss": 0.0}')
    measure(run)  # once is enough
    assert run.evaluation() == {"n_test": 9, "n_mistakes": 0, "accuracy": 1.0, "loss": 0.0}

    TASKS["time"](run, Images())
    assert 0 < json.loads((run.folder / "speed.json").read_text())["milliseconds"] < 1000


def test_at_the_end_alone(home: Path) -> None:
    run = train(busy_spec(epochs=1, tests="end"), home)
    assert run.evaluation() is not None
    assert run.has_final_predictions
    assert run.predicted_snapshots() == ()


def test_only_a_complete_run_with_its_weights_can_be_measured(home: Path) -> None:
    stopped = train(busy_spec(epochs=1, tests="never"), home, stop_at(home, 1))
    assert stopped.state == "stopped"
    with pytest.raises(RunError, match="is stopped; only a completed one is measured on test images"):
        measure(stopped)
    run = train(busy_spec(epochs=1, tests="never"), home)
    for path in (run.folder / "checkpoint").iterdir():
        path.unlink()
    with pytest.raises(RunError, match="has no checkpoint any more, so it cannot be measured; train it again"):
        measure(run)
    assert left_alone(run)
