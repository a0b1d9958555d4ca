"""The Classify page when the network may abstain: thresholds, their cost, refusals with reasons."""

from importlib.resources import files
from pathlib import Path

import pytest

from cnnviz.data import load_dataset
from cnnviz.data.example_photos import example_photo
from cnnviz.evaluation.neighbours import distances
from cnnviz.explain.features import penultimate
from cnnviz.inference import Classifier
from cnnviz.inference.calibrating import evidence_of
from cnnviz.runs import Run
from cnnviz.ui import loaders
from cnnviz.ui.training_images import training_images
from tests.classify_page import jobs_of_its_own, opened, photos, query, said, settled, shown, uploaded
from tests.look_fixtures import looked_at, trained_home

__all__ = ["jobs_of_its_own", "looked_at", "trained_home"]


def test_it_may_abstain_by_a_calibrated_threshold_and_says_what_that_costs(looked_at: Run, home: Path) -> None:
    at = opened(image="example-astronaut")
    at.session_state["classify-fold"] = True
    at.run()
    at.toggle(key="classify-may").set_value(True).run()
    settled(at)
    assert query(at, "abstain") == "probability-95"
    evidence = evidence_of(looked_at.at(), Classifier.of(looked_at), home)
    assert evidence.rule("probability", 0.95).cost in said(at)
    at.segmented_control(key="classify-score").set_value("energy").run()
    at.slider(key="classify-keep").set_value(60).run()
    assert query(at, "abstain") == "energy-60"
    rule = evidence.rule("energy", 0.6)
    assert rule.cost in said(at)
    assert f"{100 * rule.answered:.1f} %" in [one.value for one in at.metric]
    at.toggle(key="classify-may").set_value(False).run()
    assert query(at, "abstain") is None


def test_a_refusal_says_why_and_shows_the_nearest_training_images(looked_at: Run, home: Path) -> None:
    """Of the test images, the least sure one: it is refused where only the surest half is answered."""
    split = load_dataset(looked_at.spec.data.name, home).test
    classifier = Classifier.of(looked_at)
    rule = evidence_of(looked_at.at(), classifier, home).rule("probability", 0.5)
    confidence = rule.scores(classifier.logits(split.images))
    unsure, sure = int(confidence.argmin()), int(confidence.argmax())
    at = settled(opened(image=f"test-{unsure}", abstain="probability-50"))
    data = shown(at, "classify-verdict-0")
    assert (data["state"], data["word"]) == ("abstained", "None of my classes")
    assert data["reason"].startswith("Not sure enough: ")
    assert data["threshold"] == pytest.approx(rule.threshold)
    assert data["bars"][0]["share"] == pytest.approx(confidence[unsure], abs=1e-5)
    at.button(key="mistakes-neighbours").click().run()
    settled(at)
    near = shown(at, "mistakes-nearest")
    assert near["count"] == 12
    at = settled(opened(image=f"test-{sure}", abstain="probability-50"))
    assert shown(at, "classify-verdict-0")["state"] == "answered"


def test_what_is_far_from_the_training_images_is_refused(looked_at: Run, home: Path) -> None:
    at = settled(opened(image="example-rocket", abstain="probability-distance-50"))
    classifier = Classifier.of(looked_at)
    features = penultimate(classifier.model, training_images(looked_at).images)
    image = classifier.prepared(example_photo("rocket").pixels)
    far = distances(features, penultimate(classifier.model, image))
    rule = evidence_of(looked_at.at(), classifier, home, features=lambda: features).rule("probability", 0.5)
    data = shown(at, "classify-verdict-0")
    assert ("Unlike what it was trained on" in data["reason"]) == bool(rule.strange(far)[0])
    assert (data["state"] == "abstained") == bool(rule.strange(far)[0] | rule.unsure(classifier.logits(image))[0])
    assert "tenth-nearest training image" in said(at)


def test_without_validation_images_it_says_why_it_cannot_abstain(looked_at: Run, home: Path) -> None:
    (home / "datasets" / f"{looked_at.spec.data.name}.npz").unlink()
    at = opened(image="example-cat", abstain="probability-95")
    assert any("is not on this machine" in str(one.value) for one in at.warning)
    assert shown(at, "classify-verdict-0")["state"] == "answered"


def test_the_button_of_many_photos_tells_the_truth(looked_at: Run, home: Path) -> None:
    at = uploaded(opened(abstain="probability-95"), photos(2))
    assert "It may abstain" in [one.proto.popover.label for one in settled(at).main.get("popover")]


def test_the_button_says_so_where_it_cannot_abstain(looked_at: Run, home: Path) -> None:
    (home / "datasets" / f"{looked_at.spec.data.name}.npz").unlink()
    at = uploaded(opened(abstain="probability-95"), photos(2))
    assert "It cannot abstain" in [one.proto.popover.label for one in at.main.get("popover")]
    assert any("It answers always: the data set tiny" in str(one.value).replace("\\", "") for one in at.warning)


def test_a_run_that_came_with_cnnviz_abstains_without_its_data_set(
    looked_at: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNVIZ_BUNDLED", str(files("cnnviz") / "assets" / "runs"))
    loaders.look_again()
    at = settled(opened(run="bundled-two-conv", image="example-astronaut", abstain="probability-95"))
    assert not at.warning
    assert "of 5,000 validation images" in said(at)
    assert shown(at, "classify-verdict-0")["state"] in ("answered", "abstained")
    at = settled(opened(run="bundled-two-conv", image="example-rocket", abstain="probability-distance-95"))
    assert not at.warning
    assert "tenth-nearest training image of the 4,509 that came with cnnviz" in said(at)
