"""Whole runs: what they leave behind, that they repeat, and how they end."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnviz.data import load_dataset, prepare
from cnnviz.errors import CnnvizError, DataError, SpecError
from cnnviz.models import named_weights
from cnnviz.runs import Event, Run, RunStore
from cnnviz.spec import DataSpec, Flatten, ModelSpec, RunSpec, TrainSpec
from cnnviz.training.budget import Plan
from cnnviz.training.execute import train
from cnnviz.training.forward import Forward, probabilities_of
from tests.training.helpers import N_TEST, busy_spec, curves, same_weights, tiny_spec, write_tiny


def test_a_run_s_folder_is_the_contracted_one(busy: Run) -> None:
    names = {path.name for path in busy.folder.iterdir() if not path.name.startswith(".")}
    assert names == {
        *("spec.json", "events.jsonl", "status.json", "checkpoint", "snapshots", "predictions"),
        *("model.keras", "evaluation.json", "live.npz", "classes.json", "ground.json"),
    }
    assert busy.state == "completed"
    assert busy.spec.changed(versions={}) == busy_spec()
    status = busy.status
    assert (status.epoch, status.epochs, status.step, status.steps) == (3, 3, 81, 81)
    assert (status.message, status.seconds_left, status.position) == ("", None, 3.0)
    assert status.images_per_second > 0


def test_events_are_numbered_and_say_what_happened(busy: Run) -> None:
    events = [json.loads(line) for line in (busy.folder / "events.jsonl").read_text().splitlines()]
    assert [event["seq"] for event in events] == list(range(len(events)))
    assert [event["state"] for event in events if event["kind"] == "status"] == ["running", "completed"]
    assert [event["epoch"] for event in events if event["kind"] == "epoch"] == [1, 2, 3]
    assert events[0]["kind"] == events[-1]["kind"] == "status"


def test_the_curves_are_complete(busy: Run) -> None:
    history = busy.history()
    assert set(history.epochs) == {"loss", "accuracy", "val_loss", "val_accuracy", "learning_rate", "seconds"}
    assert {len(values) for values in history.epochs.values()} == {3}
    positions = history.batches["position"]
    assert positions == sorted(positions)
    assert positions[-1] == 3.0
    assert len(positions) == len(set(positions)) >= 3
    assert all(0 <= value <= 1 for value in history.epochs["accuracy"] + history.epochs["val_accuracy"])
    assert history.epochs["learning_rate"] == sorted(history.epochs["learning_rate"], reverse=True)


def test_snapshots_are_at_early_steps_and_every_epoch(busy: Run) -> None:
    found = [(item.number, item.step, round(item.position, 3)) for item in busy.snapshots()]
    assert found == [(0, 0, 0.0), (1, 10, 0.37), (2, 27, 1.0), (3, 54, 2.0), (4, 81, 3.0)]


def test_the_batches_add_up_to_the_epoch(busy: Run) -> None:
    # 27 steps of 8 images: no smaller last batch, so the epoch's loss is the plain mean over its steps
    history = busy.history()
    first = [index for index, position in enumerate(history.batches["position"]) if position <= 1.0]
    ends = np.array([0, *(history.batches["position"][index] for index in first)]) * 27
    mean = np.average([history.batches["loss"][index] for index in first], weights=np.diff(ends))
    assert mean == pytest.approx(history.epochs["loss"][0], abs=1e-4)


def test_snapshot_predictions_are_those_of_their_weights(busy: Run) -> None:
    images = load_dataset("tiny", busy.folder.parent.parent).test.images
    for snapshot in busy.snapshots():
        expected = probabilities_of(Forward(busy.model(snapshot.number))(images))
        found = busy.predictions(snapshot.number)
        np.testing.assert_array_equal(found.predicted, expected.argmax(1))
        np.testing.assert_allclose(found.confidence, expected.max(1), rtol=1e-5)


def test_model_evaluation_and_final_predictions_agree(busy: Run) -> None:
    test = load_dataset("tiny", busy.folder.parent.parent).test
    probabilities = np.asarray(busy.model()(test.images.astype(np.float32)))
    final, report = busy.predictions(), busy.evaluation()
    assert final.probabilities is not None
    assert report is not None
    np.testing.assert_allclose(final.probabilities, probabilities, atol=1e-6)
    accuracy = (probabilities.argmax(1) == test.labels).mean()
    assert report["accuracy"] == pytest.approx(accuracy)
    assert (report["n_test"], report["n_mistakes"]) == (N_TEST, round(N_TEST * (1 - accuracy)))
    cross_entropy = -np.log(probabilities[np.arange(N_TEST), test.labels]).mean()
    penalty = 1e-3 * np.square(named_weights(busy.model())["dense_1/kernel"]).sum()
    assert report["loss"] == pytest.approx(cross_entropy + penalty, rel=1e-4)


def test_the_last_validation_is_that_of_the_model(busy: Run) -> None:
    data = prepare(load_dataset("tiny", busy.folder.parent.parent), busy.spec.data, busy.spec.train.seed)
    probabilities = np.asarray(busy.model()(data.validation.images.astype(np.float32)))
    accuracy = (probabilities.argmax(1) == data.validation.labels).mean()
    assert busy.history().epochs["val_accuracy"][-1] == pytest.approx(accuracy)


def test_the_live_view_is_of_the_last_moment(busy: Run) -> None:
    view = busy.live()
    assert view is not None
    assert view.kernels is not None
    assert view.position == 3.0
    np.testing.assert_array_equal(view.kernels, busy.weights(4)["conv2d_1/kernel"])
    assert sorted(view.labels.tolist()) == [0, 0, 1, 1, 2, 2, 3, 3]
    assert view.probabilities.shape == (8, 4)
    assert busy.predictions().predicted[view.watched].tolist() == view.probabilities.argmax(1).tolist()


def test_the_same_seed_repeats_the_run_and_another_does_not(busy: Run, home: Path) -> None:
    again, other = train(busy_spec(), home), train(busy_spec(seed=6), home)
    assert curves(again) == curves(busy)
    same_weights(again, busy, 4)
    assert curves(other)["loss"] != curves(busy)["loss"]


def test_listeners_hear_every_event_after_it_is_written(home: Path) -> None:
    heard: list[Event] = []

    def listen(event: Event) -> None:
        folder = next((home / "runs").glob("[0-9]*"))
        assert json.loads((folder / "events.jsonl").read_text().splitlines()[-1]) == event
        heard.append(event)

    run = train(tiny_spec(epochs=1), home, listen)
    written = (run.folder / "events.jsonl").read_text().splitlines()
    assert heard == [json.loads(line) for line in written]


def test_an_epoch_s_mean_counts_the_smaller_last_batch_less(home: Path) -> None:
    # 216 images in batches of 200: the second batch holds 16
    run = train(tiny_spec(epochs=1, batch_size=200, learning_rate=1e-9), home)
    losses, sizes = run.history().batches["loss"], np.array([200, 16])
    if len(losses) == 2:
        assert run.history().epochs["loss"][0] == pytest.approx(np.average(losses, weights=sizes), abs=1e-5)
    images = prepare(load_dataset("tiny", home), run.spec.data, run.spec.train.seed).train
    probabilities = np.asarray(run.model(0)(images.images.astype(np.float32)))
    expected = -np.log(probabilities[np.arange(len(images)), images.labels]).mean()
    assert run.history().epochs["loss"][0] == pytest.approx(expected, rel=1e-4)


def orders_of(spec: RunSpec, home: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """The images of every epoch in the order in which the steps saw them."""
    seen: list[int] = []

    def record(_step: object, indices: Any, _rates: object, _first: int, **_: object) -> tuple[Any, Any]:
        seen.extend(indices.ravel().tolist())
        return np.ones(len(indices), np.float32), np.zeros(len(indices), np.int32)

    monkeypatch.setattr("cnnviz.training.step.TrainingStep.__call__", record)
    assert train(spec, home).state == "completed"
    return [seen[start : start + 216] for start in range(0, len(seen), 216)]


def test_every_epoch_sees_every_image_once_in_an_order_of_its_own(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    orders = orders_of(tiny_spec(batch_size=50), home, monkeypatch)
    assert [sorted(order) for order in orders] == [list(range(216))] * 3
    assert orders[0] != orders[1] != orders[2] != orders[0]
    assert orders_of(tiny_spec(batch_size=16), home, monkeypatch) == orders
    assert orders_of(tiny_spec(batch_size=50, seed=6), home, monkeypatch)[0] not in orders


def test_a_run_learns(home: Path) -> None:
    run = train(tiny_spec(epochs=8, learning_rate=0.02), home)
    report = run.evaluation()
    assert report is not None
    assert report["accuracy"] > 0.8  # four patterns in noise; guessing gives 0.25
    assert run.history().epochs["loss"][-1] < run.history().epochs["loss"][0] / 2


def test_a_binary_run(home: Path) -> None:
    layers = tiny_spec().model.layers
    model = ModelSpec(input_shape=(8, 8, 1), layers=layers, classes=2, output="sigmoid")
    spec = RunSpec(
        data=DataSpec(name="tiny", classes=("3", "1")), model=model, train=TrainSpec(epochs=4, learning_rate=0.02)
    )
    run = train(spec, home)
    final, report = run.predictions(), run.evaluation()
    assert final.probabilities is not None
    assert report is not None
    assert (report["n_test"], final.probabilities.shape) == (N_TEST // 2, (N_TEST // 2, 2))
    np.testing.assert_allclose(final.probabilities.sum(1), 1, rtol=1e-5)
    assert report["accuracy"] > 0.8
    view = run.live()
    assert view is not None
    assert view.probabilities.shape == (8, 2)


def test_without_validation_nothing_is_validated(home: Path) -> None:
    run = train(tiny_spec(data={"validation": 0.0}, epochs=1), home)
    assert set(run.history().epochs) == {"loss", "accuracy", "learning_rate", "seconds"}
    assert run.state == "completed"


def test_a_network_without_convolution_has_no_kernels(home: Path) -> None:
    run = train(tiny_spec((Flatten(),), epochs=1), home)
    view = run.live()
    assert view is not None
    assert view.kernels is None


def test_keep_best_keeps_the_best(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = iter([3.0, 1.0, 2.0, 1.0])  # of two equal ones the first, as Keras' ModelCheckpoint has it
    monkeypatch.setattr("cnnviz.training.looks.Looks.validate", lambda _: {"val_loss": next(told), "val_accuracy": 0.5})
    run = train(tiny_spec(epochs=4, keep="best"), home)
    number = next(item.number for item in run.snapshots() if item.position == 2.0)
    for name, array in named_weights(run.model()).items():
        np.testing.assert_array_equal(array, run.weights(number)[name])
    np.testing.assert_array_equal(run.predictions().predicted, run.predictions(number).predicted)
    last = run.weights(number + 2)
    assert any((array != last[name]).any() for name, array in run.weights(number).items())


def test_early_stopping_ends_the_run(home: Path) -> None:
    run = train(tiny_spec(epochs=50, learning_rate=0.1, early_stopping=2, seed=1), home)
    losses = run.history().epochs["val_loss"]
    assert run.status.message == "The validation loss has not fallen for 2 epochs."
    assert (run.state, len(losses)) == ("completed", int(np.argmin(losses)) + 3)
    assert len(losses) < 50


def test_plateau_lowers_the_rate(home: Path) -> None:
    spec = tiny_spec(epochs=8, learning_rate=0.1, schedule="plateau", plateau_patience=1, seed=1)
    epochs = train(spec, home).history().epochs
    expected, best = [0.1], math.inf
    for loss in epochs["val_loss"][:-1]:
        expected.append(expected[-1] * (1 if loss < best else 0.5))
        best = min(loss, best)
    np.testing.assert_allclose(epochs["learning_rate"], expected, rtol=1e-6)
    assert expected[-1] < 0.1


def test_a_number_of_seconds_is_kept_to(home: Path) -> None:
    run = train(busy_spec(seconds=3.0, epochs=1), home)
    assert run.state == "completed"
    assert run.history().n_epochs >= 1
    plan = next(
        json.loads(line)
        for line in (run.folder / "events.jsonl").read_text().splitlines()
        if json.loads(line)["kind"] == "plan"
    )
    assert run.status.epochs in (plan["epochs"], 1)  # 1 where a busy machine needed all the time for the first
    assert run.evaluation() is not None


def test_measuring_the_machine_leaves_no_trace(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnviz.training.fit.plan_for_seconds", lambda *_: Plan(2, 216, 8))
    measured = train(busy_spec(seconds=1000.0, epochs=1), home)
    assert curves(measured) == curves(train(busy_spec(epochs=2), home))


@pytest.mark.parametrize(
    ("spec", "error", "said"),
    [
        (tiny_spec(data={"name": "nothing-of-that-name"}), DataError, "no data set 'nothing-of-that-name'"),
        (tiny_spec().changed(model=ModelSpec(classes=4)), SpecError, "are 8x8x1 and the model takes 32x32x3"),
        (
            tiny_spec().changed(model=ModelSpec(input_shape=(8, 8, 1), classes=5)),
            SpecError,
            "has 4 classes here and the model tells 5 apart",
        ),
        (tiny_spec(data={"train_images": 10**6}), SpecError, "train_images is 1000000"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_written(
    home: Path, spec: RunSpec, error: type[CnnvizError], said: str
) -> None:
    with pytest.raises(error, match=said) as caught:
        train(spec, home)
    assert str(caught.value).isprintable()
    assert RunStore(home).ids() == ()


def test_a_bug_of_ours_ends_in_failed_and_not_in_a_traceback(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("cnnviz.training.looks.Looks.validate", broken)
    run = train(tiny_spec(epochs=1), home)
    assert run.state == "failed"
    assert run.status.message.startswith("An unexpected ZeroDivisionError ended it; worker.log")
    assert [row.state for row in RunStore(home).list()] == ["failed"]


def test_a_data_set_of_another_shape_and_colour(home: Path) -> None:
    write_tiny(home, "colour", classes=3, channels=3)
    spec = tiny_spec(epochs=1).for_data("colour", (8, 8, 3), 3)
    run = train(spec, home)
    assert run.state == "completed"
    view = run.live()
    assert view is not None
    assert view.images.shape == (8, 8, 8, 3)
