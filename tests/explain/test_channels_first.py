"""A model with its channels first is refused in one sentence, whatever is asked of it; its axes would be confused."""

from collections.abc import Callable
from functools import partial
from typing import Any

import keras
import numpy as np
import pytest

from cnnviz import explain
from cnnviz.errors import SpecError
from tests.processors import skip_without_channels_first

layers = keras.layers
SAYS = (
    "the model turned has its channels first (conv, pooled), and images and feature maps are read as (height, width, "
    'channels); build the same network with data_format="channels_last" and give it these weights, which are the same '
    "in both"
)


def turned(form: str = "channels_first") -> keras.Model:
    shape = (3, 20, 24) if form == "channels_first" else (20, 24, 3)
    inputs = keras.Input(shape)
    maps = layers.Conv2D(8, 3, activation="relu", data_format=form, name="conv")(inputs)
    pooled = layers.GlobalAveragePooling2D(data_format=form, name="pooled")(maps)
    return keras.Model(inputs, layers.Dense(3, activation="softmax", name="out")(pooled), name="turned")


IMAGES = np.random.default_rng(0).integers(0, 256, (4, 3, 20, 24), np.uint8)
ASKED: dict[str, Callable[[keras.Model], Any]] = {
    **{name: partial(lambda name, model: explain.explain(model, IMAGES[0], name), name) for name in explain.METHODS},
    "a batch": lambda model: explain.grad_cam(model, IMAGES),
    "a picture as people have it": lambda model: explain.grad_cam(model, IMAGES[0].transpose(1, 2, 0)),
    "layers": explain.layers_of,
    "last maps": explain.last_place,
    "feature maps": lambda model: explain.feature_maps(model, IMAGES),
    "input": lambda model: explain.network_input(model, IMAGES),
    "dead filters": lambda model: explain.dead_filters(model, "conv", IMAGES),
    "receptive field": lambda model: explain.receptive_field(model, "conv"),
    "convolution": lambda model: explain.convolution_of(model, "conv"),
    "terms": lambda model: explain.convolution_terms(model, "conv", IMAGES[0], 0, 0, 0),
    "probabilities": lambda model: explain.output_terms(model, IMAGES[0]),
    "features": lambda model: explain.penultimate(model, IMAGES),
    "synthesis": lambda model: explain.maximise_activation(model, "conv", 0, steps=1),
}


@pytest.fixture(scope="module")
def model() -> keras.Model:
    return turned()


@pytest.mark.parametrize("what", ASKED)
def test_channels_first_is_refused_with_the_way_out(what: str, model: keras.Model) -> None:
    with pytest.raises(SpecError) as raised:
        ASKED[what](model)
    assert str(raised.value) == SAYS


def test_one_layer_within_is_enough() -> None:
    inputs = keras.Input((8, 8, 3))
    maps = layers.Permute((2, 3, 1))(layers.MaxPooling2D(2, data_format="channels_first", name="odd")(inputs))
    model = keras.Model(inputs, layers.Dense(2)(layers.Flatten()(layers.Conv2D(2, 1)(maps))))
    with pytest.raises(SpecError, match=r"has its channels first \(odd\)"):
        explain.grad_cam(model, np.zeros((8, 8, 3)))


def test_kernels_have_the_same_form_either_way_and_the_way_out_works(model: keras.Model) -> None:
    skip_without_channels_first()
    other = turned("channels_last")
    other.set_weights(model.get_weights())
    np.testing.assert_array_equal(explain.kernels(model), explain.kernels(other))
    pictures = IMAGES.transpose(0, 2, 3, 1)
    expected = model(IMAGES.astype("float32")).numpy()
    np.testing.assert_allclose(other(pictures.astype("float32")).numpy(), expected, atol=1e-5)
    assert explain.grad_cam(other, pictures).shape == (4, 20, 24)
