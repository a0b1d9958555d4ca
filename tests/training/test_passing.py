"""The forward pass of a training against Keras' own: what comes out, its gradients, the moving means."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from cnnviz.models import build, named_weights
from cnnviz.spec import Activation, BatchNormalization, Convolution, Flatten, GlobalPooling, Layer, ModelSpec, Pooling
from cnnviz.training.passing import training_pass
from tests.training.helpers import STRONG

NETWORKS: dict[str, tuple[Layer, ...]] = {
    "strong": STRONG[1:],
    "with a scale": (Convolution(filters=5), BatchNormalization(momentum=0.9), Activation(function="gelu"), Pooling()),
    "rows of numbers": (Flatten(), BatchNormalization(), Activation(function="gelu")),
    "one pixel": (Convolution(filters=4, kernel_size=8, activation="linear"), BatchNormalization(), GlobalPooling()),
}


def passed(
    layers: tuple[Layer, ...], *, ours: bool
) -> tuple[NDArray[np.float32], list[NDArray[np.float32]], keras.Model]:
    """Logits, their gradients, and the model afterwards."""
    model = build(ModelSpec(input_shape=(8, 8, 1), layers=layers, classes=3), seed=2)
    logits = keras.Model(model.inputs, model.get_layer("logits").output)
    images = tf.constant(np.random.default_rng(0).integers(0, 256, (6, 8, 8, 1)), tf.float32)
    with tf.GradientTape() as tape:
        found = training_pass(logits, images) if ours else logits(images, training=True)
        loss = tf.reduce_sum(tf.square(found))
    return np.asarray(found), [np.asarray(one) for one in tape.gradient(loss, model.trainable_variables)], model


@pytest.mark.parametrize("name", NETWORKS)
def test_it_is_keras_own(name: str) -> None:
    (ours, gradients, model), (theirs, expected, reference) = (
        passed(NETWORKS[name], ours=which) for which in (True, False)
    )
    np.testing.assert_allclose(ours, theirs, atol=1e-4)
    for mine, other in zip(gradients, expected, strict=True):
        np.testing.assert_allclose(mine, other, atol=1e-3 * max(1, float(np.abs(other).max())))
    for path, array in named_weights(reference).items():
        np.testing.assert_allclose(named_weights(model)[path], array, atol=1e-4, err_msg=path)


def test_the_moving_variance_is_that_of_the_batch() -> None:
    layers = (Convolution(filters=2, activation="linear"), BatchNormalization(momentum=0.0))
    _, _, model = passed(layers, ours=True)
    images = np.random.default_rng(0).integers(0, 256, (6, 8, 8, 1)).astype(np.float32)
    maps = np.asarray(keras.Model(model.input, model.get_layer("conv2d_1").output)(images), np.float64)
    kept = named_weights(model)
    np.testing.assert_allclose(kept["batch_normalization_1/moving_variance"], maps.var(axis=(0, 1, 2)), rtol=1e-4)
    np.testing.assert_allclose(kept["batch_normalization_1/moving_mean"], maps.mean(axis=(0, 1, 2)), atol=1e-5)
