"""Feature maps of every layer of every kind of model."""

from collections.abc import Callable

import keras
import numpy as np
import pytest

from cnnviz import explain
from cnnviz.errors import DataError, SpecError
from tests.explain.toys import KINDS, picture

Models = Callable[[str], keras.Model]
layers = keras.layers


@pytest.mark.parametrize("kind", KINDS)
def test_every_layer_of_every_kind_of_model(kind: str, model_of: Models) -> None:
    model, images = model_of(kind), picture(kind, count=3)
    maps = explain.feature_maps(model, images)
    listed = explain.layers_of(model, images)
    assert list(maps) == [place.name for place in listed]
    for place in listed:
        shape = place.output_shape if place.has_maps else (1, 1, *place.output_shape)
        assert maps[place.name].shape == (3, *shape)
        assert maps[place.name].dtype == np.float32
    assert {"out"} <= set(maps)
    one = explain.feature_maps(model, images[1], ["out"])
    np.testing.assert_allclose(one["out"], maps["out"][1:2], atol=1e-2 if kind == "mixed" else 1e-5)


def test_maps_are_keras_own(model_of: Models) -> None:
    model, images = model_of("functional"), picture(count=2)
    maps = explain.feature_maps(model, images)
    for name in ("first", "side", "joined", "last"):
        expected = keras.Model(model.inputs[0], model.get_layer(name).output)(images.astype("float32")).numpy()
        np.testing.assert_allclose(maps[name], expected, atol=1e-5)


def test_blocks_and_what_is_inside_them(model_of: Models) -> None:
    names = list(explain.feature_maps(model_of("subclass"), picture()))
    assert names == ["rescaling", "first", "act", "conv", "block/act", "block", "last", "act:2", "flat", "out"]
    second = explain.feature_maps(model_of("subclass"), picture(), "act:2")["act:2"]
    np.testing.assert_array_equal(second.ravel(), explain.feature_maps(model_of("subclass"), picture())["flat"].ravel())


def test_a_shared_layer_is_listed_at_each_use() -> None:
    inputs = keras.Input((8, 8, 3))
    shared = layers.Conv2D(3, 3, padding="same", name="shared")
    model = keras.Model(inputs, shared(shared(inputs)))
    maps = explain.feature_maps(model, picture())
    assert list(maps) == ["shared", "shared:2"]
    np.testing.assert_allclose(maps["shared:2"], model(picture()[None].astype("float32")).numpy(), rtol=1e-4, atol=1e-3)
    np.testing.assert_array_equal(explain.feature_maps(model, picture(), "shared:2")["shared:2"], maps["shared:2"])
    with pytest.raises(SpecError, match="fewer than 3 times"):
        explain.feature_maps(model, picture(), "shared:3")


def test_chosen_layers_by_name_and_index(model_of: Models) -> None:
    model, image = model_of("nested"), picture()
    everything = explain.feature_maps(model, image)
    maps = explain.feature_maps(model, image, ["last", "image", "features", "features/pool", -1])
    assert list(maps) == ["last", "image", "features", "features/pool", "out"]
    np.testing.assert_array_equal(maps["image"][0], image)
    np.testing.assert_array_equal(maps["features"], everything["last"])
    assert "features" not in everything
    with pytest.raises(SpecError, match="no layer 'nowhere'"):
        explain.feature_maps(model, image, ["nowhere"])


@pytest.mark.parametrize("kind", KINDS)
def test_the_input_as_the_network_sees_it(kind: str, model_of: Models) -> None:
    image = picture(kind)
    expected = image / 127.5 - 1 if kind == "normalised" else image / 255
    seen = explain.network_input(model_of(kind), image)
    np.testing.assert_allclose(seen[0], expected, atol=1e-2 if kind == "mixed" else 1e-6)
    maps = explain.feature_maps(model_of(kind), image, ["out"], include_input=True)
    assert list(maps) == [explain.SEEN, "out"]
    np.testing.assert_array_equal(maps[explain.SEEN], seen)


def test_grey_images_may_lack_their_channel(model_of: Models) -> None:
    images = picture("grey", count=3)
    whole = explain.feature_maps(model_of("grey"), images)["last"]
    np.testing.assert_array_equal(explain.feature_maps(model_of("grey"), images[..., 0])["last"], whole)
    one = explain.feature_maps(model_of("grey"), images[0, ..., 0])["last"]
    np.testing.assert_allclose(one, whole[:1], atol=1e-6)


def test_many_images_and_none(model_of: Models) -> None:
    images = picture(count=700)
    maps = explain.feature_maps(model_of("sequential"), images, "out")["out"]
    expected = model_of("sequential").predict(images, verbose=0)
    np.testing.assert_allclose(maps[:, 0, 0], expected, atol=1e-5)
    assert explain.feature_maps(model_of("sequential"), images[:0], "last")["last"].shape == (0, 3, 3, 5)
    with pytest.raises(DataError, match="takes images of 8x8x3"):
        explain.feature_maps(model_of("sequential"), images[..., :1])


def test_images_of_any_size(model_of: Models) -> None:
    image = np.zeros((11, 13, 3), np.uint8)
    assert explain.feature_maps(model_of("open_size"), image, "last")["last"].shape == (1, 9, 11, 4)
    assert explain.grad_cam(model_of("open_size"), image).shape == (11, 13)


def test_words_are_no_maps() -> None:
    inputs = keras.Input((8, 8, 3))
    tokens = layers.Reshape((16, 12), name="tokens")(layers.Conv2D(3, 1, name="conv")(inputs))
    model = keras.Model(inputs, layers.Dense(2, name="out")(layers.GlobalAveragePooling1D(name="pooled")(tokens)))
    assert list(explain.feature_maps(model, picture())) == ["conv", "pooled", "out"]
    with pytest.raises(SpecError, match="tokens gives"):
        explain.feature_maps(model, picture(), "tokens")
