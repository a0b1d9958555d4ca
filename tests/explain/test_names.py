"""Every name that an explanation hands out leads back to the same use of the same layer."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from cnnviz import explain
from cnnviz.errors import SpecError
from tests.explain.toys import KINDS, picture

Models = Callable[[str], keras.Model]
layers = keras.layers


def shared() -> keras.Model:
    """One convolution and one pooling, each used twice."""
    inputs = keras.Input((12, 12, 3))
    conv = layers.Conv2D(3, 3, padding="same", activation="relu", name="conv")
    pool = layers.MaxPooling2D(2, name="pool")
    maps = pool(conv(pool(conv(layers.Rescaling(1 / 255, name="scale")(inputs)))))
    return keras.Model(inputs, layers.Dense(3, name="out")(layers.Flatten(name="flat")(maps)))


class Twins(layers.Layer):
    """A block whose two convolutions have the same name, and so the same path."""

    def __init__(self) -> None:
        super().__init__(name="twins")
        self.one, self.other = (layers.Conv2D(3, 3, padding="same", name="conv") for _ in range(2))

    def call(self, maps: Any) -> Any:
        return self.other(keras.ops.relu(self.one(maps)))


def twins() -> keras.Model:
    inputs = keras.Input((12, 12, 3))
    end = layers.Dense(3, name="out")(layers.Flatten(name="flat")(Twins()(inputs)))
    return keras.Model(inputs, end)


@pytest.mark.parametrize("build", [shared, twins])
def test_every_listed_name_leads_back(build: Callable[[], keras.Model]) -> None:
    keras.utils.set_random_seed(0)
    model, image = build(), np.random.default_rng(0).integers(0, 256, (12, 12, 3), np.uint8)
    maps = explain.feature_maps(model, image)
    listed = explain.layers_of(model)
    assert list(maps) == [place.name for place in listed]
    assert len(set(maps)) == len(listed)
    for place in listed:
        [(name, again)] = explain.feature_maps(model, image, place.name).items()
        assert name == place.name
        np.testing.assert_array_equal(again, maps[name])
        if not place.has_maps:
            continue
        record = explain.explain(model, image, "gradcam", 1, place.name)
        assert record.layer == place.name
        np.testing.assert_array_equal(explain.grad_cam(model, image, 1, record.layer), record.values)
        assert explain.activation_peaks(model, place.name, image[None]).layer == place.name
        if place.is_convolution:
            terms = explain.convolution_terms(model, place.name, image, 1, 1, 0)
            assert terms.layer == explain.convolution_layer(model, place.name, image).name == place.name
            assert terms.activation == pytest.approx(maps[place.name][0, 1, 1, 0], abs=1e-3)
            assert explain.maximise_activation(model, place.name, 0, steps=1).layer == place.name
        if place.kind == "MaxPooling2D":
            assert explain.pooling_layer(model, place.name, image).name == place.name
            assert explain.pooling_terms(model, place.name, image, 0, 0, 0).layer == place.name


@pytest.mark.parametrize("kind", KINDS)
def test_the_layer_of_a_heatmap_leads_back_to_it(kind: str, model_of: Models) -> None:
    model, image = model_of(kind), picture(kind)
    record = explain.explain(model, image, "gradcam", 1)
    assert record.layer == explain.last_place(model, image).name
    np.testing.assert_array_equal(explain.grad_cam(model, image, 1, record.layer), record.values)


def test_the_two_uses_of_a_shared_layer_are_two_heatmaps() -> None:
    keras.utils.set_random_seed(0)
    model, image = shared(), np.random.default_rng(1).integers(0, 256, (12, 12, 3), np.uint8)
    names = [place.name for place in explain.layers_of(model) if place.is_convolution]
    assert names == ["conv", "conv:2"]
    first, second = (explain.explain(model, image, "gradcam", 1, name) for name in names)
    assert (first.coarse.shape, second.coarse.shape) == ((12, 12), (6, 6))  # type: ignore[union-attr]
    assert explain.explain(model, image, "gradcam", 1).layer == "conv:2"  # the last maps


def test_an_index_is_named_so_that_it_leads_back() -> None:
    parts = [keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(3, 3, padding="same", name="conv")], name="left")]
    parts += [layers.Conv2D(3, 3, name="conv"), layers.Flatten(name="flat"), layers.Dense(3, name="out")]
    model = keras.Sequential([keras.Input((8, 8, 3)), *parts])
    maps = explain.feature_maps(model, picture(), ["left/conv", 1])
    assert list(maps) == ["left/conv", "conv"]
    np.testing.assert_array_equal(explain.feature_maps(model, picture(), "conv")["conv"], maps["conv"])


@pytest.mark.parametrize("name", ["conv:0", "conv:²", "conv:" + "9" * 5000, "conv:-1", ":2", ""])
def test_what_only_looks_like_a_use_is_told(name: str) -> None:
    with pytest.raises(SpecError, match="has no layer"):
        explain.grad_cam(shared(), np.zeros((12, 12, 3), np.uint8), layer=name)
