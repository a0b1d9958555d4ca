"""What came with the bundled runs for machines without CIFAR-10: thresholds, temperature, training images."""

import shutil
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from cnnviz.data import load_dataset
from cnnviz.errors import DataError
from cnnviz.evaluation.neighbours import distances
from cnnviz.explain.features import penultimate
from cnnviz.inference import Classifier
from cnnviz.inference.abstaining import temperature
from cnnviz.inference.calibrating import abstention_of, evidence_of
from cnnviz.inference.came_with import CAME_WITH, came_with, fitted_sample
from cnnviz.runs import Run, Weights

RUNS = Path(str(files("cnnviz"))) / "assets" / "runs"
HELD_BACK = {"two-conv": 5000, "big-kernels": 5000, "strong": 1000}


@pytest.fixture
def two_conv(home: Path) -> Run:
    return Run(RUNS / "bundled-two-conv", bundled=True, home=home)


@pytest.mark.parametrize("name", HELD_BACK)
def test_every_bundled_run_brings_what_abstaining_needs(name: str, home: Path) -> None:
    run = Run(RUNS / f"bundled-{name}", bundled=True, home=home)
    found = came_with(run)
    assert found is not None
    assert (len(found.logits), found.logits.shape[1]) == (HELD_BACK[name], 10)
    right = float((found.logits.argmax(axis=1) == found.labels).mean())
    assert right == pytest.approx((run.evaluation() or {})["accuracy"], abs=0.03)  # neither was trained on
    assert 0.2 < temperature(found.logits, found.labels) < 5
    share = 1 - run.spec.data.validation
    assert found.fitted.mean() == pytest.approx(share, abs=0.01)
    assert (RUNS / f"bundled-{name}" / CAME_WITH).stat().st_size < 120_000


def test_without_the_data_set_it_abstains_all_the_same(two_conv: Run, home: Path) -> None:
    rule = abstention_of(two_conv, Classifier.of(two_conv), home)
    assert (rule.images, rule.keep) == (5000, 0.95)
    assert 0.95 <= rule.answered < 0.96
    assert rule.accuracy_answered > rule.accuracy > 0.65
    assert not (home / "additions").exists()  # nothing was measured


def test_the_nearest_training_images_are_those_of_the_sample_that_it_was_fitted_on(two_conv: Run, home: Path) -> None:
    split, found = fitted_sample(two_conv), came_with(two_conv)
    assert split is not None
    assert found is not None
    sample = load_dataset("cifar10-sample").train
    assert len(split) == found.fitted.sum() == 4509
    np.testing.assert_array_equal(split.labels, sample.labels[found.fitted])
    classifier = Classifier.of(two_conv)
    features = penultimate(classifier.model, split.images)
    evidence = evidence_of(two_conv.at(), classifier, home, features=lambda: features)
    assert evidence.distances is not None
    # What it was not fitted on lies as far as the other images that it held back.
    strangers = distances(features, penultimate(classifier.model, sample.images[~found.fitted]))
    assert np.median(strangers) == pytest.approx(np.median(evidence.distances), rel=0.1)


def test_another_snapshot_needs_the_data_set_and_says_so(two_conv: Run, home: Path) -> None:
    with pytest.raises(
        DataError, match=r"^the data set cifar10 is not on this machine.*snapshot 3 of two-conv.*choose"
    ):
        evidence_of(Weights(two_conv, 3), Classifier.of(two_conv), home)


def test_what_is_of_other_weights_or_damaged_is_not_used(two_conv: Run, home: Path, tmp_path: Path) -> None:
    copy = Run(shutil.copytree(two_conv.folder, tmp_path / "bundled-two-conv"), bundled=True, home=home)
    assert came_with(copy) is not None
    assert came_with(Run(copy.folder, home=home)) is None  # one's own
    (copy.folder / "model.keras").write_bytes((RUNS / "bundled-big-kernels" / "model.keras").read_bytes())
    assert came_with(copy) is None
    (copy.folder / CAME_WITH).write_bytes(b"PK")
    assert came_with(copy) is None
    with pytest.raises(DataError, match="is not on this machine"):
        abstention_of(copy, Classifier.of(two_conv), home)
