"""What outputs mean, for networks that end in every way, held to what plain Keras says of the same pixels."""

import warnings

import keras
import numpy as np
import pytest

import cnnviz
from cnnviz import explain
from cnnviz.errors import SpecError
from cnnviz.explain.answers import completed
from cnnviz.inference import Abstention, Classifier
from tests.explain.endings import ENDINGS, SHAPE, make, of, pictures

pytestmark = pytest.mark.filterwarnings("ignore:You are using a softmax over axis -1:UserWarning")  # meant here


@pytest.fixture(scope="module", params=ENDINGS)
def ended(request: pytest.FixtureRequest) -> tuple[str, keras.Model]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of one unit with a softmax
        return request.param, make(request.param)


def test_what_the_outputs_mean(ended: tuple[str, keras.Model]) -> None:
    name, model = ended
    wanted, found = ENDINGS[name], explain.answers_of(model)
    assert (found.head, found.independent, found.constant) == (wanted.head, wanted.independent, wanted.constant)
    assert found.units == model.output_shape[-1]
    images = pictures().astype(np.float32)
    said = np.asarray(model(images, training=False)).astype(float)
    own = explain.answers_of(model, images=images)
    assert (own.lowest, own.highest) == (pytest.approx(said.min()), pytest.approx(said.max()))
    np.testing.assert_allclose(found.probabilities(said), wanted.expected(said), atol=1e-12)


def test_every_way_of_asking_says_what_keras_says(ended: tuple[str, keras.Model]) -> None:
    name, model = ended
    wanted, images = ENDINGS[name], pictures()
    said = np.asarray(model(images.astype(np.float32), training=False)).astype(float)
    expected = wanted.expected(said)
    classified = cnnviz.classify(model, images, top=1)
    np.testing.assert_allclose([one.probabilities for one in classified], expected, atol=wanted.tolerance)
    np.testing.assert_allclose(explain.class_probabilities(model, images), expected, atol=wanted.tolerance)
    for image, answer, row in zip(images, classified, expected, strict=True):
        record = explain.explain(model, image, "saliency")
        assert record.verdict.predicted == answer.top[0].class_index
        assert record.verdict.probability == pytest.approx(row.max(), abs=wanted.tolerance)
        assert answer.top[0].probability == pytest.approx(row.max(), abs=wanted.tolerance)
        assert row[answer.top[0].class_index] == pytest.approx(row.max(), abs=wanted.tolerance)
        assert np.isfinite(record.values).all()
        assert 0 <= record.verdict.probability <= 1


def test_it_is_taken_apart_or_said_why_not(ended: tuple[str, keras.Model]) -> None:
    name, model = ended
    wanted, image = ENDINGS[name], pictures()[2]
    expected = wanted.expected(np.asarray(model(image[None].astype(np.float32), training=False)).astype(float))[0]
    made = {
        "softmax of one unit",
        "sigmoids averaged",
        "sigmoid averaged",
        "sigmoid by hand",
        "hard sigmoid",
        "hard sigmoids",
        "relu up to 1",
    }
    if wanted.head == "probabilities" or name in made:
        with pytest.raises(SpecError, match="no softmax or sigmoid makes of logits"):
            explain.output_terms(model, image)
        return
    terms = explain.output_terms(model, image)
    np.testing.assert_allclose(terms.probabilities, expected, atol=wanted.tolerance)
    assert terms.head == ("sigmoid" if wanted.head == "sigmoid" or model.output_shape[-1] == 1 else "softmax")


def test_a_network_is_completed_where_its_outputs_are_no_probabilities(ended: tuple[str, keras.Model]) -> None:
    name, model = ended
    wanted, images = ENDINGS[name], pictures().astype(np.float32)
    whole = completed(model, explain.answers_of(model))
    assert (whole is model) == (wanted.head not in ("linear", "scores") and name != "softmax of one pixel")
    said, expected = np.asarray(whole(images)), wanted.expected(np.asarray(model(images)).astype(float))
    assert said.shape == (len(images), model.output_shape[-1])
    np.testing.assert_allclose(said, expected[:, -said.shape[1] :], atol=1e-6)
    assert explain.answers_of(whole).are_probabilities


def test_the_note_says_what_a_reader_must_know() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        notes = {name: explain.answers_of(make(name)).note for name in ENDINGS}
    assert "makes it 1 whatever goes in" in notes.pop("softmax of one unit")
    assert "answers the same for every image it was asked about" in notes.pop("softmax of nothing")
    for name, note in notes.items():
        assert note.endswith("need not add up to 1.") == bool(note) == ENDINGS[name].independent, name


def test_new_weights_are_noticed() -> None:
    model = make("softmax")
    assert not explain.answers_of(model).constant
    model.get_layer("out").kernel.assign(np.zeros(model.get_layer("out").kernel.shape))
    assert explain.answers_of(model).constant


def test_a_sure_network_is_not_called_constant() -> None:
    model = of(keras.layers.Softmax())()
    model.get_layer("out").bias.assign([200.0, 0, 0, 0])  # 1 and zeros for every image, in single precision
    assert np.ptp(model(pictures().astype(np.float32)), axis=0).max() == 0
    assert not explain.answers_of(model).constant


def test_independent_classes_are_neither_normalised_nor_abstained_from() -> None:
    classifier = Classifier(make("sigmoids"))
    logits = classifier.logits(pictures())
    np.testing.assert_allclose(classifier.probabilities(pictures()), 1 / (1 + np.exp(-logits)), atol=1e-12)
    assert np.abs(classifier.probabilities(pictures()).sum(axis=1) - 1).max() > 0.1
    rule = Abstention(threshold=0.5, keep=0.9, images=20, accuracy=1, answered=1, accuracy_answered=1)
    with pytest.raises(SpecError, match=r"classes do not exclude each other, so .* leave abstaining out"):
        classifier(pictures(), abstention=rule)


def test_what_is_no_classifier_is_told() -> None:
    image = keras.Input(SHAPE)
    with pytest.raises(SpecError, match=r"outputs of shape \(6, 6, 2\) an image, expected one number a class"):
        explain.answers_of(keras.Model(image, keras.layers.Conv2D(2, 3)(image)))
