"""What a network makes of its training images: made once, kept with the run, made again for other weights."""

import os
from pathlib import Path

import numpy as np
import pytest

from cnnviz.errors import RunError
from cnnviz.explain import penultimate
from cnnviz.runs import Run
from cnnviz.ui.judge.mistakes import features
from cnnviz.ui.judge.mistakes.features import TrainingFeatures, training_images
from tests.look_fixtures import looked_at, trained_home

__all__ = ["looked_at", "trained_home"]

PATIENCE_S = 60.0


def made(run: Run, snapshot: int | None = None) -> TrainingFeatures:
    found = TrainingFeatures(run, snapshot)
    ended = found.start().wait(PATIENCE_S)
    assert ended.state == "done", ended.error
    return TrainingFeatures(run, snapshot)


def test_the_images_it_was_fitted_on(looked_at: Run) -> None:
    split = training_images(looked_at)
    assert len(split) == 216  # 240 less a tenth that it was validated on


def test_they_are_made_once_and_kept_with_the_run(looked_at: Run) -> None:
    before = TrainingFeatures(looked_at, None)
    assert before.kept() is None
    assert before.going() is None
    found = made(looked_at).kept()
    assert found is not None
    expected = penultimate(looked_at.model(), training_images(looked_at).images)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=2e-3, atol=1e-3)  # half precision on the disk
    assert (looked_at.folder / "features" / "train-model.npz").is_file()
    assert before.every(found) == 1
    made(looked_at, 1)
    assert (looked_at.folder / "features" / "train-0001.npz").is_file()


def test_other_weights_and_damaged_files_are_made_again(looked_at: Run) -> None:
    made(looked_at)
    path = looked_at.folder / "features" / "train-model.npz"
    model = looked_at.folder / "model.keras"
    weights = model.read_bytes()
    model.write_bytes((looked_at.folder / "spec.json").read_bytes())
    os.utime(model, ns=(1, 1))
    assert TrainingFeatures(looked_at, None).kept() is None
    model.write_bytes(weights)
    os.utime(model, ns=(2, 2))
    assert TrainingFeatures(looked_at, None).kept() is not None
    path.write_bytes(path.read_bytes()[:100])
    os.utime(path, ns=(3, 3))
    assert TrainingFeatures(looked_at, None).kept() is None


def test_of_wide_features_not_every_image_is_looked_at(looked_at: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    width = penultimate(looked_at.model(), training_images(looked_at).images[:1]).shape[1]
    monkeypatch.setattr(features, "_MOST_VALUES", 60 * width)
    found = made(looked_at)
    kept = found.kept()
    assert kept is not None
    assert kept.shape == (54, width)  # every fourth of 216
    assert found.every(kept) == 4


def test_a_disk_that_refuses_costs_nothing_but_the_next_time(looked_at: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        from cnnviz.errors import StorageError

        raise StorageError("the disk is read-only; choose another")

    monkeypatch.setattr(features, "write_addition", refuse)
    assert made(looked_at).kept() is not None
    assert not (looked_at.folder / "features").exists()


def test_without_the_data_set_there_is_nothing_to_compare_with(looked_at: Run, home: Path) -> None:
    (home / "datasets" / "tiny.npz").unlink()
    with pytest.raises(RunError, match="the training images of tiny are not on this machine"):
        training_images(looked_at)
