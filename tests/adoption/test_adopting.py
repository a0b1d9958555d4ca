"""A network from elsewhere becomes a run that everything can look at."""

import json
from pathlib import Path

import keras
import numpy as np
import pytest

import cnnviz
from cnnviz.adoption import adopt, matching_datasets
from cnnviz.arrays import unpack_arrays
from cnnviz.errors import CnnvizError, SpecError
from cnnviz.inference import Classifier
from cnnviz.inference.calibrating import validation_images
from cnnviz.runs import RunStore
from cnnviz.spec import Convolution, Flatten, LayerRow, ModelSpec, RunSpec
from tests.adoption.made import classifier, packed, parts, saved

DIGITS = tuple("0123456789")


def test_a_network_becomes_a_completed_run(tmp_path: Path, home: Path) -> None:
    path = saved("nested", tmp_path)
    run = adopt(path, "their <model>.keras", home, class_names=("cat", "dog", "frog"))
    assert (run.state, run.name, run.spec.data.classes) == ("completed", "their <model>", ("cat", "dog", "frog"))
    rows = {row.name: row for row in run.spec.model.rows}
    assert [row.kind for row in rows.values()] == ["other", "convolution", "pooling", "convolution", "flatten", "dense"]
    assert (rows["first"].output_shape, rows["first"].parameters) == ((6, 6, 4), 3 * 3 * 3 * 4 + 4)
    assert rows["first"].multiply_adds == 6 * 6 * 4 * 27
    assert RunSpec(**json.loads((run.folder / "spec.json").read_text())) == run.spec

    images = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 3), np.uint8)
    theirs = keras.models.load_model(path, compile=False).predict(images.astype("float32"), verbose=0)
    answers = cnnviz.classify(run, images)
    assert np.stack([one.probabilities for one in answers]) == pytest.approx(theirs, abs=1e-5)
    assert answers[0].top[0].class_name in ("cat", "dog", "frog")
    assert cnnviz.explain.kernels(run.model(), "first").shape == (3, 3, 3, 4)
    assert set(cnnviz.explain.grad_cam(run.model(), images[0]).shape) == {8}


def test_with_a_data_set_it_is_measured_on_it(tmp_path: Path, home: Path) -> None:
    model = classifier((8, 8, 1), 10)
    model.save(tmp_path / "model.keras")
    told: list[float] = []
    run = adopt(
        tmp_path / "model.keras", "model.keras", home, class_names=DIGITS, dataset="digits", on_progress=told.append
    )
    test = cnnviz.load_dataset("digits").test
    predicted = model.predict(test.images.astype("float32") / 255, verbose=0).argmax(1)
    report = run.evaluation()
    assert report is not None
    assert report["n_mistakes"] == int((predicted != test.labels).sum())
    assert run.predictions().predicted.tolist() == predicted.tolist()
    assert told[-1] == 1
    assert cnnviz.evaluate(run).n_test == len(test)
    with pytest.raises(CnnvizError, match=r"the network model came from elsewhere, so which images"):
        validation_images(run, home)


def test_data_sets_with_its_classes_are_offered(home: Path) -> None:
    assert matching_datasets(DIGITS, home) == ("digits",)
    assert matching_datasets(("3", "7"), home) == ("digits",)
    assert matching_datasets(("cat", "dog"), home) == ("cifar10-sample",)
    assert matching_datasets(("cat", "sofa"), home) == ()


def test_what_does_not_fit_leaves_nothing(tmp_path: Path, home: Path) -> None:
    path = saved("sequential", tmp_path)
    with pytest.raises(SpecError, match="2 class names were given for a model of 3 classes; give 3"):
        adopt(path, "m.keras", home, class_names=("a", "b"))
    with pytest.raises(CnnvizError, match="the data set digits does not have the classes a, b, c"):
        adopt(path, "m.keras", home, class_names=("a", "b", "c"), dataset="digits")
    assert RunStore(home).ids() == ()


def test_it_cannot_be_built_or_trained_again(tmp_path: Path, home: Path) -> None:
    run = adopt(saved("sequential", tmp_path), "m.keras", home)
    with pytest.raises(SpecError, match="came from elsewhere"):
        cnnviz.build(run.spec.model)
    with pytest.raises(SpecError, match="layers of its own"):
        run.spec.model.changed(layers=(cnnviz.preset("one-conv").model.layers[0],))


def test_weights_alone_become_a_run_with_the_layers_that_they_went_into(tmp_path: Path, home: Path) -> None:
    spec = ModelSpec(input_shape=(8, 8, 1), layers=(Convolution(filters=3), Flatten()), classes=10)
    model = cnnviz.build(spec, seed=4)
    model.save_weights(tmp_path / "w.weights.h5")
    run = adopt(
        tmp_path / "w.weights.h5",
        "w.weights.h5",
        home,
        title="theirs",
        architecture=spec,
        class_names=DIGITS,
        dataset="digits",
    )
    test = cnnviz.load_dataset("digits").test
    assert run.name == "theirs"
    assert run.predictions().predicted.tolist() == model.predict(test.images, verbose=0).argmax(1).tolist()
    assert cnnviz.explain.kernels(run.model()).shape == (3, 3, 1, 3)


def test_what_its_percentages_are_worth_is_kept_and_said(tmp_path: Path, home: Path) -> None:
    model = classifier((8, 8, 3), 3, activation="tanh")
    model.save(tmp_path / "model.keras")
    run = adopt(tmp_path / "model.keras", "a <model>.keras", home, scaling="unit")
    assert run.caveat.startswith("Its answers are no probabilities (from ")
    assert Classifier.of(run).note == run.caveat
    images = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 3), np.uint8)
    said = np.exp(np.asarray(model(images / 255.0)))
    found = np.stack([one.probabilities for one in cnnviz.classify(run, images)])
    assert found == pytest.approx(said / said.sum(1, keepdims=True), abs=1e-6)
    with pytest.raises(CnnvizError, match="there is no data set 'nosuch' here; choose one of "):
        adopt(tmp_path / "model.keras", "model.keras", home, dataset="nosuch")


def test_logarithms_of_probabilities_are_logits(tmp_path: Path, home: Path) -> None:
    model = classifier((8, 8, 3), 3, activation="log_softmax")
    model._name = "a model, <b>"  # of a name that TensorFlow's scopes do not take
    model.save(tmp_path / "model.keras")
    run = adopt(tmp_path / "model.keras", "model.keras", home, scaling="unit")
    images = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 3), np.uint8)
    found = np.stack([one.probabilities for one in cnnviz.classify(run, images)])
    assert found == pytest.approx(np.exp(np.asarray(model(images / 255.0))), abs=1e-6)
    assert run.caveat == ""


def test_its_kernels_are_kept_for_pages_that_have_no_keras(tmp_path: Path, home: Path) -> None:
    path = saved("normalised", tmp_path)
    run = adopt(path, "m.keras", home)
    kept = unpack_arrays((run.folder / "kernels.npz").read_bytes())
    assert {name: kept[f"{name}/kernel"].shape for name in ("stem", "depthwise", "separable")} == {
        "stem": (3, 3, 3, 4),
        "depthwise": (3, 3, 1, 4),
        "separable": (3, 3, 4, 6),
    }
    model = run.model()
    for name in ("stem", "depthwise", "separable"):
        np.testing.assert_array_equal(kept[f"{name}/kernel"], cnnviz.explain.kernels(model, name))
        assert kept[f"{name}/bias"].shape == kept[f"{name}/kernel"].shape[-1:]


def test_the_file_may_name_its_classes(tmp_path: Path, home: Path) -> None:
    members = parts(saved("sequential", tmp_path))
    for names, expected in (
        (["cat", "dog", "frog"], ("cat", "dog", "frog")),
        (["cat", "dog"], ("class 0", "class 1", "class 2")),
        (["cat", "cat", "dog"], ("class 0", "class 1", "class 2")),
        (["cat", 5, "dog"], ("class 0", "class 1", "class 2")),
    ):
        told = {**json.loads(members["metadata.json"]), "class_names": names}
        path = packed({**members, "metadata.json": json.dumps(told).encode()}, tmp_path / "named.keras")
        assert adopt(path, "named.keras", home).spec.data.classes == expected


def test_what_is_stopped_leaves_nothing(tmp_path: Path, home: Path) -> None:
    class Stopped(Exception):  # noqa: N818 - as the dashboard has it
        pass

    def stop(share: float) -> None:
        if share > 0:
            raise Stopped

    classifier((8, 8, 1), 10).save(tmp_path / "model.keras")
    with pytest.raises(Stopped):
        adopt(tmp_path / "model.keras", "m.keras", home, class_names=DIGITS, dataset="digits", on_progress=stop)
    assert RunStore(home).ids() == ()


def test_it_may_have_more_weights_than_what_is_trained_here() -> None:
    rows = (LayerRow("fc1", "dense", (4096,), 138_357_544, 138_357_544),)
    assert ModelSpec(input_shape=(224, 224, 3), foreign=rows, classes=1000).rows == rows
