"""One contract for every explanation on every kind of model: it fits the network, is finite, and changes nothing."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import partial
from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from cnnviz import explain
from cnnviz.explain.network import find_layer
from tests.explain.toys import KINDS, channels_of, classes_of, picture

Models = Callable[[str], keras.Model]
POOLS = ("MaxPooling2D", "AveragePooling2D")


@dataclass(frozen=True)
class Given:
    """A model of one kind, and what it is shown: uint8 images, or the same as floats."""

    kind: str
    model: keras.Model
    images: NDArray[Any]  # (5, 8, 8, channels)

    @property
    def image(self) -> NDArray[Any]:
        return self.images[0]

    @property
    def tolerance(self) -> float:
        return 0.02 if self.kind == "mixed" else 1e-5  # half precision has three digits

    def places(self, wanted: Callable[[explain.LayerPlace], bool] = lambda place: True) -> list[explain.LayerPlace]:
        return [place for place in explain.layers_of(self.model, self.image) if wanted(place)]

    def convolutions(self) -> list[explain.LayerPlace]:
        found = self.places(lambda place: place.is_convolution)
        assert found
        return found

    def maps(self, layer: str) -> NDArray[np.float32]:
        return explain.feature_maps(self.model, self.image, layer)[layer][0]


def kernels(given: Given) -> list[Any]:
    found = [explain.kernels(given.model, place.name) for place in given.convolutions()]
    for place, kernel in zip(given.convolutions(), found, strict=True):
        assert kernel.shape[-1] == place.output_shape[-1]
    assert found[0].shape == (3, 3, channels_of(given.kind), 4)
    np.testing.assert_array_equal(explain.kernels(given.model), found[0])
    return found


def one_convolution(given: Given) -> list[Any]:
    found = [explain.convolution_of(given.model, place.name) for place in given.convolutions()]
    for place, record in zip(given.convolutions(), found, strict=True):
        np.testing.assert_array_equal(record.kernel, explain.kernels(given.model, place.name))
    return found


def layers(given: Given) -> list[Any]:
    found = given.places()
    assert found[-1].output_shape[-1] in (classes_of(given.kind), 1)
    return [place.name for place in found]


def last_place(given: Given) -> list[Any]:
    found = explain.last_place(given.model, given.image)
    maps = given.maps(explain.LAST_MAPS)
    assert maps.shape == found.output_shape
    np.testing.assert_array_equal(given.maps(found.name), maps)
    return [found, maps]


def feature_maps(given: Given) -> list[Any]:
    maps = explain.feature_maps(given.model, given.images)
    assert list(maps) == layers(given)
    said = given.model.predict(given.images.astype("float32"), verbose=0)
    last = list(maps.values())[-1].reshape(said.shape)
    if given.kind == "subclass":  # its softmax is no layer
        last = np.exp(last) / np.exp(last).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(last, said, atol=given.tolerance)
    return list(maps.values())


def network_input(given: Given) -> list[Any]:
    seen = explain.network_input(given.model, given.images)
    assert seen.shape == given.images.shape
    return [seen]


def convolution_layer(given: Given) -> list[Any]:
    found = [explain.convolution_layer(given.model, place.name, given.image) for place in given.convolutions()]
    for place, record in zip(given.convolutions(), found, strict=True):
        np.testing.assert_allclose(record.activation, given.maps(place.name), atol=given.tolerance)
    return found


def convolution_terms(given: Given) -> list[Any]:
    found = []
    for place in given.convolutions():
        maps = given.maps(place.name)
        for row, column, number in ((0, 0, 0), (-1, -1, -1)):  # the corners are where padding is
            at = tuple(index % side for index, side in zip((row, column, number), maps.shape, strict=True))
            terms = explain.convolution_terms(given.model, place.name, given.image, *at)
            assert terms.products.sum() + terms.bias == pytest.approx(terms.pre_activation, abs=given.tolerance)
            assert terms.activation == pytest.approx(maps[at], abs=given.tolerance)
            found.append(terms)
    return found


def pooling_layer(given: Given) -> list[Any]:
    pools = given.places(lambda place: place.kind in POOLS)
    found = [explain.pooling_layer(given.model, place.name, given.image) for place in pools]
    for place, record in zip(pools, found, strict=True):
        np.testing.assert_allclose(record.outputs, given.maps(place.name), atol=given.tolerance)
    return found


def pooling_terms(given: Given) -> list[Any]:
    pools = given.places(lambda place: place.kind in POOLS)
    found = [explain.pooling_terms(given.model, place.name, given.image, 0, 1, 2) for place in pools]
    for place, terms in zip(pools, found, strict=True):
        assert terms.output == pytest.approx(given.maps(place.name)[0, 1, 2], abs=given.tolerance)
    return found


def output_terms(given: Given) -> list[Any]:
    terms = explain.output_terms(given.model, given.image)
    said = given.model.predict(given.images[:1].astype("float32"), verbose=0)[0]
    if given.kind == "logits":
        said = np.exp(said) / np.exp(said).sum()
    expected = [1 - said[0], said[0]] if len(said) == 1 else said
    np.testing.assert_allclose(terms.probabilities, expected, atol=given.tolerance)
    assert terms.probabilities.shape == (classes_of(given.kind),)
    return [terms]


def meaning(given: Given) -> list[Any]:
    found = explain.answers_of(given.model, given.image.shape)
    assert found.classes == classes_of(given.kind)
    assert not found.constant
    assert found == explain.answers_of(given.model, given.image.shape)
    said = given.model.predict(given.images.astype("float32"), verbose=0)
    probabilities = explain.class_probabilities(given.model, given.images)
    np.testing.assert_allclose(probabilities, found.probabilities(said), atol=given.tolerance)
    return [probabilities]


def attribution(method: str, given: Given) -> list[Any]:
    settings = {"smoothgrad": {"samples": 3}, "integrated-gradients": {"steps": 4}}.get(method, {})
    found = [explain.explain(given.model, given.image, method, index, **settings) for index in (None, 0, 1)]
    for record in found:
        assert record.values.shape == (8, 8)
        assert 0 <= record.values.min() <= record.values.max() <= 1
        assert (record.values.max() == 0) == bool(record.empty)
    return [*found, *explain.explain_batch(given.model, given.images[:2], method, 1, **settings)]


def short_form(method: str, given: Given) -> list[Any]:
    function = getattr(explain, explain.METHODS[method].call)
    values = function(given.model, given.image, 1)
    np.testing.assert_array_equal(values, explain.explain(given.model, given.image, method, 1).values)
    return [values]


def randomisation(given: Given) -> list[Any]:
    check = explain.randomisation_check(given.model, given.image, stages=2)
    assert "out" in check.stages[0].layers
    assert len(check.stages[-1].layers) > len(given.convolutions())
    return [check]


def receptive_fields(given: Given) -> list[Any]:
    first = given.convolutions()[0]
    field = explain.receptive_field(given.model, first.name, given.image)
    assert field is not None
    assert field.size == (3, 3)
    return [field]


def patches(given: Given) -> list[Any]:
    last = given.convolutions()[-1].name
    peaks = explain.activation_peaks(given.model, last, given.images)
    assert peaks.values.shape == (len(given.images), given.convolutions()[-1].output_shape[-1])
    strongest = explain.strongest_patches(given.model, last, 1, given.images, count=2)
    np.testing.assert_allclose(strongest.activations[0], peaks.values[:, 1].max(), atol=given.tolerance)
    return [peaks, strongest, explain.dead_filters(given.model, last, given.images)]


def features(given: Given) -> list[Any]:
    found = explain.penultimate(given.model, given.images)
    out, _ = find_layer(given.model, "out")
    logits = found[0] @ out.kernel.numpy() + out.bias.numpy()
    np.testing.assert_allclose(logits, explain.output_terms(given.model, given.image).logits, atol=given.tolerance)
    return [found]


def synthesis(given: Given) -> list[Any]:
    last = given.convolutions()[-1].name
    made = explain.maximise_activation(given.model, last, 1, steps=3, size=given.image.shape)
    assert made.image.shape == given.image.shape
    assert made.empty == ""
    return [made]


# The public functions that each check is about.
CONTRACT: Mapping[str, tuple[Callable[[Given], list[Any]], tuple[str, ...]]] = {
    "kernels": (kernels, ("kernels",)),
    "numbers of a convolution": (one_convolution, ("convolution_of",)),
    "layers": (layers, ("layers_of",)),
    "last maps": (last_place, ("last_place",)),
    "feature maps": (feature_maps, ("feature_maps",)),
    "input": (network_input, ("network_input",)),
    "convolutions": (convolution_layer, ("convolution_layer",)),
    "convolution terms": (convolution_terms, ("convolution_terms",)),
    "poolings": (pooling_layer, ("pooling_layer",)),
    "pooling terms": (pooling_terms, ("pooling_terms",)),
    "meaning": (meaning, ("answers_of", "class_probabilities")),
    "probabilities": (output_terms, ("output_terms",)),
    **{method: (partial(attribution, method), ("explain", "explain_batch")) for method in explain.METHODS},
    **{
        f"values of {method}": (partial(short_form, method), (found.call,)) for method, found in explain.METHODS.items()
    },
    "randomised weights": (randomisation, ("randomisation_check",)),
    "receptive field": (receptive_fields, ("receptive_field",)),
    "patches": (patches, ("activation_peaks", "strongest_patches", "dead_filters")),
    "features": (features, ("penultimate",)),
    "synthesis": (synthesis, ("maximise_activation",)),
}
EXPLAINS_NOTHING = {"forget"}


def numbers(result: Any) -> Iterator[NDArray[Any]]:
    """Every array and number of records, whatever they are nested in."""
    if is_dataclass(result):
        for field in fields(result):
            yield from numbers(getattr(result, field.name))
    elif isinstance(result, Mapping):
        yield from numbers(list(result.values()))
    elif isinstance(result, list | tuple):
        for part in result:
            yield from numbers(part)
    elif isinstance(result, np.ndarray | np.generic | int | float):
        yield np.asarray(result)


def test_the_contract_is_about_every_explanation() -> None:
    of_models = {
        name
        for name in explain.__all__
        if inspect.isfunction(found := getattr(explain, name)) and "model" in inspect.signature(found).parameters
    }
    covered = {name for _, names in CONTRACT.values() for name in names}
    assert covered == of_models - EXPLAINS_NOTHING


@pytest.mark.parametrize("explanation", CONTRACT)
@pytest.mark.parametrize("kind", KINDS)
def test_every_explanation_of_every_kind_of_model(kind: str, explanation: str, model_of: Models) -> None:
    check, _ = CONTRACT[explanation]
    given = Given(kind, model_of(kind), picture(kind, count=5))
    given.places()  # builds what was never called
    weights = given.model.get_weights()
    found = list(numbers(check(given)))
    assert all(np.isfinite(part).all() for part in found)
    as_floats = list(numbers(check(Given(kind, given.model, given.images.astype(np.float64)))))
    for one, same in zip(found, as_floats, strict=True):
        np.testing.assert_array_equal(one, same)
    for before, after in zip(weights, given.model.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)
