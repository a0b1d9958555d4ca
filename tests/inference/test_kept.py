"""What an earlier version computed and kept beside a run is read by this one, and not computed again."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnviz.evaluation import measured_images
from cnnviz.evaluation.marks import read_marks
from cnnviz.inference import Classifier
from cnnviz.inference.calibrating import evidence_of
from cnnviz.inference.features import TrainingFeatures, training_images
from cnnviz.inference.planes import MappedImages, PlacedImages
from cnnviz.runs import Run, RunStore
from cnnviz.runs.views import read_views

KEPT = Path(__file__).parent / "kept_home.zip"  # of 0.1.0, before what is kept had a common form


@pytest.fixture
def run(home: Path) -> Run:
    with zipfile.ZipFile(KEPT) as archive:
        archive.extractall(home)
    return RunStore(home).get("latest")


@pytest.fixture(autouse=True)
def nothing_is_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError("it is kept")

    for kind in (PlacedImages, TrainingFeatures):
        monkeypatch.setattr(kind, "compute", refuse)
    monkeypatch.setattr(Classifier, "logits", refuse)


def stored(run: Run, name: str) -> dict[str, Any]:
    with np.load(run.folder / name) as arrays:
        return dict(arrays)


@pytest.mark.parametrize(("method", "snapshot"), [("pca", None), ("pca", 1), ("tsne", None)])
def test_maps(run: Run, method: Any, snapshot: int | None) -> None:
    images = measured_images(run)
    placed = PlacedImages(run.at(snapshot), method, run.at(), MappedImages(images.images, images.labels)).get()
    name = "model" if snapshot is None else "0001"
    np.testing.assert_array_equal(placed.places, stored(run, f"planes/{method}-{name}.npz")["places"])
    assert np.array_equal([placed.shares, placed.extent], stored(run, f"planes/{method}-{name}.npz")["pairs"])
    other = MappedImages(images.images, images.labels, exact=False)
    assert PlacedImages(run.at(snapshot), method, run.at(), other).load() is None


def test_features(run: Run) -> None:
    found = TrainingFeatures(run.at(), training_images(run)).get()
    np.testing.assert_array_equal(found, stored(run, "features/train-model.npz")["features"].astype(np.float32))


@pytest.mark.parametrize("snapshot", [None, 1])
def test_evidence(run: Run, snapshot: int | None) -> None:
    classifier = Classifier.of(run)
    name = "model" if snapshot is None else "0001"
    found = evidence_of(run.at(snapshot), classifier, run.home)
    np.testing.assert_array_equal(found.logits, stored(run, f"abstention/{name}.npz")["logits"])
    if snapshot is None:
        with_distances = evidence_of(run.at(), classifier, run.home, features=lambda: pytest.fail("it is kept"))
        expected = stored(run, "abstention/model-distances.npz")["distances"]
        np.testing.assert_array_equal(with_distances.distances, expected)


def test_what_people_said(run: Run) -> None:
    assert (run.tags, run.notes) == (("kept",), "two\nlines")
    assert read_marks(run)[3].note == "a note"
    assert [score.views for score in read_views(run)] == [2]


def test_what_is_written_now_has_the_same_names_and_arrays(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    names = ("planes/axes.npz", "planes/pca-model.npz", "features/train-model.npz", "abstention/model-distances.npz")
    before = {name: stored(run, name) for name in names}
    for name in names:
        (run.folder / name).unlink()
    images, split = measured_images(run), training_images(run)
    PlacedImages(run.at(), "pca", run.at(), MappedImages(images.images, images.labels)).get()
    found = TrainingFeatures(run.at(), split).get()
    evidence_of(run.at(), Classifier.of(run), run.home, features=lambda: found)
    for name, arrays in before.items():
        now = stored(run, name)
        assert {key: (array.shape, array.dtype) for key, array in now.items()} == {
            key: (array.shape, array.dtype) for key, array in arrays.items()
        }
        assert now["made_of"] == arrays["made_of"]
