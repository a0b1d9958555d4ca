"""Features are what the last weights multiply: from them the network's own output follows."""

from collections.abc import Callable

import keras
import numpy as np
import pytest

from cnnviz import explain
from cnnviz.errors import DataError, SpecError
from tests.explain.toys import KINDS, make, picture

Models = Callable[[str], keras.Model]
layers = keras.layers


@pytest.mark.parametrize("kind", KINDS)
def test_the_last_weights_make_the_output_of_them(kind: str, model_of: Models) -> None:
    model, images = model_of(kind), picture(kind, count=5)
    features = explain.penultimate(model, images)
    kernel, bias = (np.asarray(weights.numpy(), np.float64) for weights in model.get_layer("out").weights)
    assert features.dtype == np.float32
    assert features.shape == (5, len(kernel))
    logits = features @ kernel + bias
    powers = np.exp(logits)
    expected = {
        "sigmoid": 1 / (1 + np.exp(-logits)),
        "combined": 1 / (1 + np.exp(-logits)),
        "logits": logits,
    }.get(kind, powers / powers.sum(axis=1, keepdims=True))
    np.testing.assert_allclose(
        model(images.astype("float32")).numpy(), expected, atol=2e-2 if kind == "mixed" else 1e-5
    )


def test_many_images_with_progress() -> None:
    model, images = make("sequential"), picture(count=600)
    told: list[tuple[int, int]] = []
    features = explain.penultimate(model, images, lambda done, count: told.append((done, count)))
    assert told == [(256, 600), (512, 600), (600, 600)]
    flat = keras.Model(model.inputs, model.get_layer("flat").output)
    np.testing.assert_allclose(features, flat.predict(images, verbose=0), atol=1e-5)
    np.testing.assert_allclose(explain.penultimate(model, images[3]), features[3:4], atol=1e-5)


def test_it_can_be_stopped() -> None:
    def stop(done: int, count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        explain.penultimate(make("sequential"), picture(count=600), stop)


def test_a_last_convolution_gets_the_mean_over_places() -> None:
    inputs = keras.Input((8, 8, 3))
    maps = layers.Conv2D(4, 3, activation="relu", name="first")(inputs)
    scores = layers.GlobalAveragePooling2D()(layers.Conv2D(3, 1, name="last")(maps))
    model = keras.Model(inputs, layers.Softmax()(scores))
    images = picture(count=2)
    maps_of = explain.feature_maps(model, images, "first")["first"]
    np.testing.assert_allclose(explain.penultimate(model, images), maps_of.mean(axis=(1, 2)), rtol=1e-5)


def test_what_only_scales_is_passed_over() -> None:
    """Batch normalisation, a PReLU, and a function that is a layer of the layer's own do not count as the last."""
    model = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.Conv2D(4, 3, name="first"),
            layers.Flatten(name="flat"),
            layers.Dense(3, activation=layers.PReLU(), name="out"),
            layers.BatchNormalization(),
            layers.PReLU(),
            layers.Softmax(),
        ]
    )
    images = picture(count=2)
    expected = explain.feature_maps(model, images, "flat")["flat"][:, 0, 0]
    np.testing.assert_array_equal(explain.penultimate(model, images), expected)


def test_nothing_to_look_at_is_refused(model_of: Models) -> None:
    with pytest.raises(DataError, match="no images were given"):
        explain.penultimate(model_of("sequential"), picture(count=3)[:0])
    with pytest.raises(DataError, match="takes images of 8x8x3"):
        explain.penultimate(model_of("sequential"), picture("grey"))
    inputs = keras.Input((8, 8, 3))
    without = keras.Model(inputs, layers.GlobalAveragePooling2D()(inputs))
    with pytest.raises(SpecError, match="has no layer with weights"):
        explain.penultimate(without, picture())
