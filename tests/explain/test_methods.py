"""One contract for every attribution method on every kind of model, and for every other explanation."""

from collections.abc import Callable
from dataclasses import FrozenInstanceError
from typing import Any

import keras
import numpy as np
import pytest

from cnnviz import explain
from cnnviz.errors import CnnvizError, DataError, SpecError
from tests.explain.toys import KINDS, classes_of, picture

Models = Callable[[str], keras.Model]
QUICK: dict[str, dict[str, Any]] = {"smoothgrad": {"samples": 4}, "integrated-gradients": {"steps": 8}}
FUNCTIONS = {
    "gradcam": explain.grad_cam,
    "gradcam-plus-plus": explain.grad_cam_plus_plus,
    "saliency": explain.saliency,
    "smoothgrad": explain.smooth_grad,
    "integrated-gradients": explain.integrated_gradients,
    "occlusion": explain.occlusion,
}


@pytest.mark.parametrize("method", explain.METHODS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_method_explains_every_kind_of_model(kind: str, method: str, model_of: Models) -> None:
    model, image = model_of(kind), picture(kind)
    classes = classes_of(kind)
    records = [
        explain.explain(model, image, method, index, **QUICK.get(method, {})) for index in [None, *range(classes)]
    ]
    for record in records:
        assert record.values.shape == (8, 8)
        assert record.values.dtype == np.float32
        assert record.values.min() >= 0
        assert record.values.max() <= 1
        assert (record.values.max() == 1) == (record.empty == "")
        assert record.method == method
        assert record.verdict.logits
        assert 0 <= record.verdict.probability <= 1
        assert record.raw_range == (record.raw.min(), record.raw.max())
        assert bool(record.layer) == explain.METHODS[method].uses_layer
    predicted, *each = records
    assert [record.class_index for record in each] == list(range(classes))
    assert predicted.class_index == np.argmax([record.class_score for record in each]) == predicted.verdict.predicted
    np.testing.assert_allclose(sum(record.verdict.probability for record in each), 1, atol=1e-5)
    np.testing.assert_array_equal(predicted.values, each[predicted.class_index].values)
    assert not all(record.empty for record in each)
    with pytest.raises(FrozenInstanceError):
        predicted.empty = "no"  # type: ignore[misc]


@pytest.mark.parametrize("method", explain.METHODS)
def test_the_function_returns_the_record_s_values(method: str, model_of: Models) -> None:
    model, image = model_of("functional"), picture()
    quick = QUICK.get(method, {})
    values = FUNCTIONS[method](model, image, 1, "first", **quick)
    np.testing.assert_array_equal(values, explain.explain(model, image, method, 1, "first", **quick).values)
    # uint8 or float, and again: the same
    np.testing.assert_array_equal(values, FUNCTIONS[method](model, image.astype(np.float64), 1, "first", **quick))


@pytest.mark.parametrize("method", explain.METHODS)
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"layer": "nowhere"}, "no layer 'nowhere'"),
        ({"layer": 99}, "no layer 99"),
        ({"class_index": 3}, "class 3 does not exist; the model has the classes 0 to 2"),
        ({"class_index": -1}, "class -1 does not exist"),
        ({"class_index": 10**12}, "does not exist"),
        ({"class_index": "cat"}, "give its index"),
        ({"image": np.zeros((9, 8, 3))}, r"takes images of 8x8x3 .* got an array of shape \(9, 8, 3\)"),
        ({"image": np.zeros((8, 8))}, "takes images of 8x8x3"),
        ({"image": np.zeros((2, 8, 8, 3))}, "2 images were given"),
        ({"image": np.full((8, 8, 3), np.nan)}, "not finite"),
        ({"image": "photo.png"}, "not numbers"),
        ({"wrong": 1}, "has no setting 'wrong'"),
    ],
    ids=str,
)
def test_bad_arguments_are_told_in_one_sentence(
    method: str, arguments: dict[str, Any], says: str, model_of: Models
) -> None:
    with pytest.raises(CnnvizError, match=says) as raised:
        explain.explain(model_of("sequential"), **{"image": picture(), "method": method, **arguments})
    message = str(raised.value)
    assert "\n" not in message
    assert ". " not in message.rstrip(".")


def test_a_subclass_tells_a_wrong_size_too(model_of: Models) -> None:
    explain.grad_cam(model_of("subclass"), picture())
    with pytest.raises(DataError, match="cannot take images of 9x9x3"):
        explain.grad_cam(model_of("subclass"), np.zeros((9, 9, 3)))
    with pytest.raises(DataError, match="cannot take images of 8x8x1"):
        explain.feature_maps(model_of("subclass"), np.zeros((8, 8, 1)))


@pytest.mark.parametrize("method", explain.METHODS)
def test_a_method_says_what_it_means(method: str) -> None:
    found = explain.METHODS[method]
    assert found.name == method
    assert found.meaning.endswith(".")
    assert " not " in found.meaning
    assert found.meaning.count(". ") == 0
    assert found.source[-4:].isdigit()
    assert found.passes >= 1
    assert getattr(explain, found.call).__module__ == found.function.__module__ == f"cnnviz.explain.{found.module}"


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("grad_cam", "gradcam"),
        ("Grad-CAM++", "gradcam-plus-plus"),
        ("SmoothGrad", "smoothgrad"),
        ("smooth_grad", "smoothgrad"),
    ],
)
def test_a_method_is_found_as_people_write_it(given: str, name: str) -> None:
    assert explain.find_method(given).name == name


def test_an_unknown_method_is_told() -> None:
    with pytest.raises(SpecError, match="no attribution method 'lime'; choose one of gradcam, "):
        explain.find_method("lime")


def dense_only() -> keras.Model:
    return keras.Sequential(
        [keras.Input((8, 8, 3)), keras.layers.Flatten(), keras.layers.Dense(2, activation="softmax")]
    )


def test_a_model_without_convolutions_still_has_pixels() -> None:
    model, image = dense_only(), picture()
    with pytest.raises(SpecError, match="no 2-D convolution"):
        explain.grad_cam(model, image)
    with pytest.raises(SpecError, match="expected feature maps"):
        explain.grad_cam(model, image, layer="flatten" if model.layers[0].name == "flatten" else model.layers[0].name)
    assert explain.saliency(model, image).max() == 1


def test_models_of_something_else_are_told() -> None:
    layers = keras.layers
    two = [keras.Input((8, 8, 3)), keras.Input((8, 8, 3))]

    def both_of(maps: Any) -> Any:
        return layers.GlobalAveragePooling2D()(layers.Conv2D(2, 3)(maps))

    with pytest.raises(SpecError, match="has 2 inputs, expected one image"):
        explain.grad_cam(keras.Model(two, both_of(layers.Add()(two))), picture())
    listed = keras.Model([two[0]], both_of(two[0]))
    assert explain.grad_cam(listed, picture()).shape == (8, 8)
    text = keras.Sequential([keras.Input((20,)), layers.Dense(2)])
    with pytest.raises(SpecError, match="expected images"):
        explain.saliency(text, picture())
    to_image = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(3, 3, name="only")])
    with pytest.raises(SpecError, match="expected one number a class"):
        explain.grad_cam(to_image, picture())
    assert list(explain.feature_maps(to_image, picture())) == ["only"]
    with pytest.raises(DataError, match="takes images of"):
        explain.feature_maps(to_image, np.zeros(5))


@pytest.mark.parametrize("settings", [{"samples": 0}, {"noise": 2}])
def test_smooth_grad_refuses_what_cannot_be(settings: dict[str, Any], model_of: Models) -> None:
    with pytest.raises(SpecError, match="expected 1 to 1000 and 0 to 1"):
        explain.smooth_grad(model_of("sequential"), picture(), **settings)


@pytest.mark.parametrize("settings", [{"patch": 9}, {"patch": 2, "stride": 3}, {"stride": 0}])
def test_occlusion_refuses_what_cannot_be(settings: dict[str, Any], model_of: Models) -> None:
    with pytest.raises(SpecError, match="every pixel is covered"):
        explain.occlusion(model_of("sequential"), picture(), **settings)


def test_integrated_gradients_refuse_what_cannot_be(model_of: Models) -> None:
    with pytest.raises(SpecError, match="0 steps"):
        explain.integrated_gradients(model_of("sequential"), picture(), steps=0)


def test_broken_weights_are_told() -> None:
    model = dense_only()
    model.layers[-1].kernel.assign(np.full(model.layers[-1].kernel.shape, np.nan))
    with pytest.raises(SpecError, match="no finite numbers"):
        explain.saliency(model, picture())
