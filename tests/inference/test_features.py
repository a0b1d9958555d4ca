"""What a network makes of its training images: made once, kept with the run, made again for other weights."""

from pathlib import Path

import numpy as np
import pytest

from cnnviz.errors import RunError, StorageError
from cnnviz.explain import penultimate
from cnnviz.inference import features
from cnnviz.inference.features import TrainingFeatures, training_images
from cnnviz.runs import Run
from cnnviz.runs.additions import Additions
from tests.look_fixtures import looked_at, trained_home

__all__ = ["looked_at", "trained_home"]


def of(run: Run, snapshot: int | None = None) -> TrainingFeatures:
    return TrainingFeatures(run.at(snapshot), training_images(run))


def test_the_images_it_was_fitted_on(looked_at: Run) -> None:
    assert len(training_images(looked_at)) == 216  # 240 less a tenth that it was validated on


def test_they_are_made_once_and_kept_with_the_run(looked_at: Run) -> None:
    assert of(looked_at).load() is None
    told: list[float] = []
    made = of(looked_at).make(lambda share, _: told.append(share))
    assert told[-1] == 1
    found = of(looked_at).load()
    assert found is not None
    assert of(looked_at).load() is found  # read once
    assert not found.flags.writeable
    expected = penultimate(looked_at.model(), training_images(looked_at).images)
    np.testing.assert_allclose(made, expected, rtol=1e-5, atol=1e-5)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=2e-3, atol=1e-3)  # half precision on the disk
    assert (looked_at.folder / "features" / "train-model.npz").is_file()
    assert of(looked_at).every(found) == 1
    of(looked_at, 1).make()
    assert (looked_at.folder / "features" / "train-0001.npz").is_file()


def test_other_weights_and_damaged_files_are_made_again(looked_at: Run) -> None:
    of(looked_at).make()
    path = looked_at.folder / "features" / "train-model.npz"
    model = looked_at.folder / "model.keras"
    weights = model.read_bytes()
    model.write_bytes((looked_at.folder / "spec.json").read_bytes())
    assert of(looked_at).load() is None
    model.write_bytes(weights)
    assert of(looked_at).load() is not None
    path.write_bytes(path.read_bytes()[:100])
    assert of(looked_at).load() is None
    assert of(looked_at).get() is not None
    assert of(looked_at).load() is not None


def test_who_is_told_how_far_it_is_may_stop_it(looked_at: Run) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        of(looked_at).make(stop)
    assert not (looked_at.folder / "features").exists()


def test_of_wide_features_not_every_image_is_looked_at(looked_at: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    width = penultimate(looked_at.model(), training_images(looked_at).images[:1]).shape[1]
    monkeypatch.setattr(features, "_MOST_VALUES", 60 * width)
    of(looked_at).make()
    kept = of(looked_at).load()
    assert kept is not None
    assert kept.shape == (54, width)  # every fourth of 216
    assert of(looked_at).every(kept) == 4


def test_a_disk_that_refuses_costs_nothing_but_the_next_time(looked_at: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise StorageError("the disk is read-only; choose another")

    monkeypatch.setattr(Additions, "write", refuse)
    assert len(of(looked_at).make()) == 216
    with pytest.raises(StorageError, match="the disk is read-only"):
        of(looked_at).save(np.zeros((216, 5), np.float32))
    assert not (looked_at.folder / "features").exists()


def test_without_the_data_set_there_is_nothing_to_compare_with(looked_at: Run, home: Path) -> None:
    (home / "datasets" / "tiny.npz").unlink()
    with pytest.raises(RunError, match="the training images of tiny are not on this machine"):
        training_images(looked_at)
