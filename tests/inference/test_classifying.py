"""Classifying by any Keras model, against the model's own predict."""

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest
from scipy.special import softmax

import cnnviz
from cnnviz.data import fit
from cnnviz.errors import CnnvizError, DataError, SpecError
from cnnviz.evaluation.neighbours import distances
from cnnviz.explain.features import penultimate
from cnnviz.inference import Classifier, calibrate
from cnnviz.inference.calibrating import abstention_of, evidence_of, validation_images
from cnnviz.runs import Run
from tests.explain.conftest import model_of  # noqa: F401 - a fixture
from tests.explain.toys import Subclass
from tests.ui.made import small_spec

KINDS = ("sequential", "grey", "functional", "nested", "subclass", "sigmoid", "combined", "logits", "normalised")
RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Run:
    from cnnviz.training.execute import train

    return train(small_spec("digits"), tmp_path_factory.mktemp("trained"))


def images_for(model: keras.Model, count: int = 7) -> np.ndarray:
    shape = (8, 8, 3) if isinstance(model, Subclass) else model.input_shape[1:]
    return RNG.integers(0, 256, (count, *shape), np.uint8)


@pytest.mark.parametrize("kind", KINDS)
def test_probabilities_are_the_models_own(kind: str, model_of: Callable[[str], keras.Model]) -> None:  # noqa: F811
    model = model_of(kind)
    images = images_for(model)
    expected = model.predict(images.astype(np.float32), verbose=0)
    if kind == "logits":
        expected = softmax(expected, axis=1)
    if expected.shape[1] == 1:
        expected = np.concatenate([1 - expected, expected], axis=1)
    answers = cnnviz.classify(model, images, top=2)
    assert np.stack([one.probabilities for one in answers]) == pytest.approx(expected, abs=1e-5)
    for one, row in zip(answers, expected, strict=True):
        assert [ranked.class_index for ranked in one.top] == np.argsort(-row)[:2].tolist()
        assert one.top[0].probability == pytest.approx(row.max(), abs=1e-5)
        assert one.top[0].class_name == f"class {row.argmax()}"


def test_the_logits_of_one_output_mean_the_same(model_of: Callable[[str], keras.Model]) -> None:  # noqa: F811
    model = model_of("sigmoid")
    images = images_for(model)
    logits = Classifier(model).logits(images)
    odds = np.log(model.predict(images.astype(np.float32), verbose=0)[:, 0])
    odds -= np.log(1 - model.predict(images.astype(np.float32), verbose=0)[:, 0])
    assert logits[:, 1] - logits[:, 0] == pytest.approx(odds, abs=1e-3)


def test_photos_of_any_size_are_cut_and_made_small(model_of: Callable[[str], keras.Model]) -> None:  # noqa: F811
    model = model_of("sequential")
    photos = [RNG.integers(0, 256, shape, np.uint8) for shape in ((30, 20, 3), (8, 8, 3), (17, 40, 1), (9, 9))]
    several = cnnviz.classify(model, photos)
    assert len(several) == 4
    prepared = [fit(photo if photo.ndim == 3 else photo[:, :, None], (8, 8, 3)) for photo in photos]
    expected = model.predict(np.stack(prepared).astype(np.float32), verbose=0)
    assert np.stack([one.probabilities for one in several]) == pytest.approx(expected, abs=1e-5)
    (alone,) = cnnviz.classify(model, photos[0])
    assert alone.probabilities == pytest.approx(expected[0], abs=1e-5)
    assert cnnviz.classify(model, []) == ()


def test_a_run_brings_its_class_names(trained: Run) -> None:
    images = cnnviz.load_dataset("digits").test.images[:20]
    answers = cnnviz.classify(trained, images, top=10)
    assert [ranked.class_name for ranked in answers[0].top] == [str(r.class_index) for r in answers[0].top]
    kept = trained.predictions().probabilities
    assert kept is not None
    assert np.stack([one.probabilities for one in answers]) == pytest.approx(kept[:20], abs=1e-5)
    assert answers[0].to_json().keys() == {"top", "abstained", "reason"}


def test_progress_ends_at_one(model_of: Callable[[str], keras.Model]) -> None:  # noqa: F811
    told: list[float] = []
    Classifier(model_of("sequential")).logits(images_for(model_of("sequential"), 600), told.append)
    assert len(told) > 1
    assert told == sorted(told)
    assert told[-1] == 1


def test_abstaining_is_measured_once_and_kept_with_the_run(trained: Run) -> None:
    classifier = Classifier.of(trained)
    calls: list[float] = []
    rule = abstention_of(trained, classifier, trained.home, keep=0.5, on_progress=calls.append)
    held_back = validation_images(trained, trained.home)
    assert rule == calibrate(classifier.logits(held_back.images), held_back.labels, keep=0.5)
    assert calls
    calls.clear()
    assert abstention_of(trained, classifier, trained.home, keep=0.5, on_progress=calls.append) == rule
    assert abstention_of(trained, classifier, trained.home, keep=0.9, on_progress=calls.append).keep == 0.9
    assert not calls
    (trained.folder / "abstention" / "model.npz").write_text("{")  # damaged: measured again
    assert abstention_of(trained, classifier, trained.home, keep=0.5, on_progress=calls.append) == rule
    assert calls

    answers = classifier(held_back.images, abstention=rule)
    refused = [one for one in answers if one.abstained]
    assert 0 < len(refused) <= len(answers) / 2
    assert all(one.reason.startswith("Not sure enough: ") for one in refused)
    assert [one.abstained for one in answers] == [one.probabilities.max() < rule.threshold for one in answers]


def test_a_snapshot_is_measured_with_its_own_weights(trained: Run) -> None:
    before = evidence_of(trained.at(0), Classifier(trained.model(0)), trained.home)
    after = evidence_of(trained.at(), Classifier.of(trained), trained.home)
    again = evidence_of(trained.at(0), Classifier.of(trained), trained.home)  # read: the classifier is not asked
    assert not np.allclose(before.logits, after.logits)
    assert np.array_equal(again.logits, before.logits)


def test_with_distances_what_is_unlike_the_training_images_is_refused(trained: Run) -> None:
    classifier = Classifier.of(trained)
    known = cnnviz.load_dataset("digits").train.images[:300]
    features = penultimate(classifier.model, known)
    told: list[float] = []
    evidence = evidence_of(trained.at(), classifier, trained.home, features=lambda: features, on_progress=told.append)
    held_back = validation_images(trained, trained.home)
    far = distances(features, penultimate(classifier.model, held_back.images))
    assert evidence.distances == pytest.approx(far, abs=1e-6)
    assert told == sorted(told)
    kept = evidence_of(trained.at(), classifier, trained.home, features=lambda: pytest.fail("it is kept"))
    assert np.array_equal(kept.distances, evidence.distances)

    rule = evidence.rule(keep=0.8)
    assert rule.answered >= 0.8
    logits = classifier.logits(held_back.images)
    answers = classifier.judge(logits, abstention=rule, distances=far)
    strange = far > rule.distance + 1e-6
    assert 0 < strange.sum() <= 0.1 * len(far) + 1
    for number in np.flatnonzero(strange):
        assert answers[number].abstained
        assert "Unlike what it was trained on: its nearest training images are" in answers[number].reason
        assert f"answers up to {rule.distance:.2g}" in answers[number].reason
    near = classifier.judge(logits, abstention=rule)  # nobody asked for the distance
    assert not any("Unlike" in one.reason for one in near)


def test_what_cannot_be_classified_is_told(trained: Run, model_of: Callable[[str], keras.Model]) -> None:  # noqa: F811
    model = model_of("sequential")
    for wrong in (
        [np.zeros((8, 8, 5), np.uint8)],
        [np.full((8, 8, 3), np.nan)],
        [np.zeros((9, 9, 3), np.float32)],
        ["a"],
    ):
        with pytest.raises(DataError):
            cnnviz.classify(model, wrong)
    with pytest.raises(SpecError, match="top is 0"):
        cnnviz.classify(model, images_for(model), top=0)
    with pytest.raises(SpecError, match="2 class names were given for a model that tells 3 classes apart"):
        cnnviz.classify(model, images_for(model), class_names=["cat", "dog"])


def test_without_validation_images_nothing_is_measured(trained: Run, home: Path) -> None:
    from cnnviz.runs import RunStore, Status
    from cnnviz.spec import DataSpec

    run = RunStore(home).create(small_spec().changed(data=DataSpec(name="digits", validation=0)), Status("queued"))
    with pytest.raises(CnnvizError, match="held no images back"):
        validation_images(run, home)
    lost = RunStore(home).create(small_spec().changed(data=DataSpec(name="mine")), Status("queued"))
    with pytest.raises(CnnvizError, match=r"the data set mine .* is not on this machine"):
        validation_images(lost, home)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_fractions_are_refused_by_a_network_that_takes_whole_numbers(trained: Run, dtype: type) -> None:
    images = cnnviz.load_dataset("digits").test.images[:4]
    scaled = (images / 255).astype(dtype)
    for given in (scaled, scaled[0], list(scaled)):
        with pytest.raises(DataError, match=r"multiply them by 255$"):
            cnnviz.classify(trained, given)
    with pytest.raises(DataError, match=r"multiply them by 255$"):
        cnnviz.explain.grad_cam(trained.model(), scaled[0])
    assert [one.top[0].class_name for one in cnnviz.classify(trained, np.rint(scaled * 255))] == [
        one.top[0].class_name for one in cnnviz.classify(trained, images)
    ]


def test_a_model_that_takes_fractions_gets_them() -> None:
    model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Conv2D(2, 3), keras.layers.Flatten()])
    model.add(keras.layers.Dense(3, activation="softmax"))
    images = RNG.random((3, 8, 8, 1))
    answers = cnnviz.classify(model, images)
    expected = model.predict(images.astype(np.float32), verbose=0)
    assert np.stack([one.probabilities for one in answers]) == pytest.approx(expected, abs=1e-5)


def test_a_black_picture_is_warned_of(trained: Run) -> None:
    images = cnnviz.load_dataset("digits").test.images[:4]
    with pytest.warns(UserWarning, match="if its values are meant as 0 to 1, multiply them by 255"):
        answers = cnnviz.classify(trained, (images > 100).astype(np.uint8))
    assert len(answers) == 4


def test_writing_on_the_other_ground_is_warned_of(trained: Run) -> None:
    image = cnnviz.load_dataset("digits").test.images[3]
    with pytest.warns(UserWarning, match="have a dark ground and this one has a bright one.*give 255 minus the image"):
        cnnviz.classify(trained, 255 - image)
    cnnviz.classify(trained, image)  # warnings are errors here
