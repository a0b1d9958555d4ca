"""Training on images that stay on the disk: the same run, to the last bit, as with all of them in memory."""

import json
from pathlib import Path

import numpy as np
import pytest

from cnnviz.data import Split, load_dataset
from cnnviz.data.stored import StoredImages
from cnnviz.evaluation import measured_images
from cnnviz.inference import Classifier
from cnnviz.inference.calibrating import abstention_of, validation_images
from cnnviz.inference.features import TrainingFeatures, training_images
from cnnviz.inference.views import measure_views
from cnnviz.runs import Run, Weights
from cnnviz.spec import RunSpec
from cnnviz.training.execute import train
from cnnviz.training.feeding import Feed
from tests.training.helpers import (
    busy_spec,
    curves,
    same_weights,
    stop_at,
    strong_spec,
    tiny_spec,
    write_large,
    write_tiny,
)


def epoch_of(run: Run) -> dict:
    """The event of the first epoch."""
    events = map(json.loads, (run.folder / "events.jsonl").read_text().splitlines())
    return next(event for event in events if event["kind"] == "epoch")


def from_disk(spec: RunSpec, name: str = "tiny-large") -> RunSpec:
    return spec.changed(data=spec.data.changed(name=name))


@pytest.fixture
def large(home: Path) -> Path:
    write_large(home)
    return home


@pytest.mark.parametrize("spec", [tiny_spec(epochs=2), busy_spec(epochs=2), strong_spec(epochs=2)], ids=str)
def test_the_run_is_the_same(large: Path, spec: RunSpec) -> None:
    run, other = train(spec, large), train(from_disk(spec), large)
    assert other.status.state == "completed", other.status.message
    assert isinstance(training_images(other, large).images, StoredImages)
    assert curves(run) == curves(other)
    for snapshot in run.snapshots():
        same_weights(run, other, snapshot.number)
    for name in ("predicted", "confidence"):
        ours, theirs = run.predictions(None), other.predictions(None)
        assert np.array_equal(getattr(ours, name), getattr(theirs, name))
    assert (run.folder / "evaluation.json").read_text() == (other.folder / "evaluation.json").read_text()


def test_a_stopped_run_goes_on_as_if_nothing_had_been(large: Path, step_by_step: None) -> None:
    from cnnviz.training.execute import continue_run

    whole = train(from_disk(busy_spec(epochs=2)), large)
    stopped = train(from_disk(busy_spec(epochs=2)), large, on_event=stop_at(large, 30))
    assert stopped.status.state == "stopped"
    continue_run(stopped)
    assert stopped.status.state == "completed", stopped.status.message
    assert curves(whole) == curves(stopped)
    same_weights(whole, stopped, whole.snapshots()[-1].number)


def test_what_is_measured_afterwards_is_the_same(large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In blocks of a few images, as more than hundreds are looked at."""
    spec = tiny_spec(epochs=1, data={"validation": 0.4})
    run, other = train(spec, large), train(from_disk(spec), large)
    for module in ("inference.classifying", "inference.calibrating", "data.views", "inference.features"):
        monkeypatch.setattr(f"cnnviz.{module}._AT_ONCE", 16)
    ours, theirs = validation_images(run), validation_images(other)
    assert isinstance(theirs.images, StoredImages)
    assert np.array_equal(ours.images, theirs.images)
    scores = [abstention_of(one, Classifier.of(one), large) for one in (run, other)]
    assert scores[0].threshold == pytest.approx(scores[1].threshold, abs=1e-6)
    views = [measure_views(one, 6, large) for one in (run, other)]
    assert views[0] == views[1]
    images = [measured_images(one).images for one in (run, other)]
    logits = [Classifier.of(one).logits(some) for one, some in zip((run, other), images, strict=True)]
    assert np.allclose(*logits, atol=1e-5)
    features = [
        TrainingFeatures(Weights(one), training_images(one, large), large).get(lambda *_: None) for one in (run, other)
    ]
    assert np.allclose(*features, atol=1e-2)


def test_a_validation_split_of_the_data_set_is_used_and_never_trained_on(home: Path) -> None:
    write_large(home, validation=40)
    run = train(from_disk(tiny_spec(epochs=1, data={"validation": 0.25})), home)
    dataset = load_dataset("tiny-large", home)
    assert dataset.validation is not None
    assert np.array_equal(validation_images(run, home).images, dataset.validation.images)
    assert len(training_images(run, home)) == 200
    assert epoch_of(run)["val_images"] == 40


def test_without_a_share_it_is_left_alone(home: Path) -> None:
    write_large(home, validation=40)
    run = train(from_disk(tiny_spec(epochs=1, data={"validation": 0})), home)
    assert len(training_images(run, home)) == 200
    assert "val_images" not in epoch_of(run)


def test_a_batch_is_read_while_another_is_used(home: Path) -> None:
    write_tiny(home)
    write_large(home)
    images = load_dataset("tiny-large", home).train.images
    assert isinstance(images, StoredImages)
    read: list[list[int]] = []

    class Watched(StoredImages):
        def __init__(self) -> None:
            """Read from the others."""

        def __getitem__(self, key: np.ndarray) -> np.ndarray:
            read.append(key.tolist())
            return images[key]

    feed = Feed(Watched())
    indices, following = np.array([[4, 2], [0, 1]], np.int32), np.array([7, 3], np.int32)
    found = list(feed.batches(indices, following))
    assert all(np.array_equal(batch, images[chosen]) for batch, chosen in zip(found, indices, strict=True))
    (batch,) = feed.batches(following[None])
    assert np.array_equal(batch, images[following])
    (other,) = feed.batches(np.array([[9, 9]], np.int32))  # what was not announced is read all the same
    assert np.array_equal(other, images[[9, 9]])
    assert read == [[4, 2], [0, 1], [7, 3], [9, 9]]


def test_a_split_that_became_shorter_fails_the_run_in_a_sentence(large: Path) -> None:
    def cut(event: dict) -> None:
        if event["kind"] == "plan" or (event["kind"] == "batch" and event["step"] >= 5):
            with (large / "datasets" / "tiny-large" / "images.npy").open("r+b") as file:
                file.truncate(200)

    run: Run = train(from_disk(tiny_spec()), large, on_event=cut)
    assert run.status.state == "failed"
    assert "has become shorter since it was opened" in run.status.message


def test_a_range_of_a_split_shares_memory_or_stays_on_the_disk(large: Path) -> None:
    stored, held = load_dataset("tiny-large", large).train, load_dataset("tiny", large).train
    for which in (slice(5), slice(None, None, 7), slice(3, 9, 2)):
        ours, theirs = stored.sliced(which), held.sliced(which)
        assert isinstance(ours, Split)
        assert isinstance(ours.images, StoredImages)
        assert np.shares_memory(theirs.images, held.images)
        assert np.array_equal(ours.images, theirs.images)
        assert np.array_equal(ours.labels, theirs.labels)
