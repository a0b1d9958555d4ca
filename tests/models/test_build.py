"""What is built is what the table says, and starts from its seed."""

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest

from cnnviz.models import build, named_weights
from cnnviz.spec import (
    PRESETS,
    Activation,
    BatchNormalization,
    Convolution,
    Dense,
    Dropout,
    Flatten,
    GlobalPooling,
    Layer,
    ModelSpec,
    Pooling,
    Scaling,
    preset,
)
from tests.spec.specs import random_model

SMALL = ModelSpec(input_shape=(8, 8, 3), layers=(Convolution(filters=2), Convolution(filters=2), Flatten()), classes=3)


def check_against_keras(spec: ModelSpec) -> None:
    model = build(spec)
    rows = {row.name: row for row in spec.rows}
    built = [layer for layer in model.layers if layer.name not in ("image", "rescaling", "probabilities")]
    assert [layer.name for layer in built] == list(rows)
    for layer in built:
        row = rows[layer.name]
        assert tuple(layer.output.shape[1:]) == row.output_shape, layer.name
        assert layer.count_params() == row.parameters, layer.name
        if row.multiply_adds:  # products with weights: every weight of the kernel once for each place it is used
            places = np.prod(layer.output.shape[1:-1], dtype=int)
            assert row.multiply_adds == places * np.prod(layer.kernel.shape), layer.name
    assert model.count_params() == sum(row.parameters for row in spec.rows)


@pytest.mark.parametrize("name", PRESETS)
def test_the_table_of_a_preset_is_what_keras_builds(name: str) -> None:
    check_against_keras(preset(name).model)


def test_the_table_of_any_network_is_what_keras_builds() -> None:
    for seed in range(60):
        check_against_keras(random_model(seed))


def test_two_conv_has_the_reference_network_s_parameters() -> None:
    model = build(preset("two-conv").model)
    assert model.count_params() == 167_562
    assert [type(layer).__name__ for layer in model.layers] == [
        *("InputLayer", "Rescaling", "Conv2D", "MaxPooling2D", "Conv2D", "MaxPooling2D", "Flatten", "Dense"),
        *("Dense", "Activation"),
    ]
    assert [layer.activation.__name__ for layer in model.layers if hasattr(layer, "activation")] == [
        *("relu", "relu", "relu", "linear", "softmax"),
    ]


@pytest.mark.parametrize(
    ("layer", "by_hand"),
    [
        (Convolution(activation="linear"), lambda: keras.layers.Conv2D(32, 3)),
        (
            Convolution(filters=4, kernel_size=5, stride=2, padding="same", activation="gelu", bias=False, l2=0.01),
            lambda: keras.layers.Conv2D(
                4, 5, strides=2, padding="same", activation="gelu", use_bias=False, kernel_regularizer="l2"
            ),
        ),
        (Pooling(size=3), lambda: keras.layers.MaxPooling2D(3)),
        (Pooling(mode="average"), lambda: keras.layers.AveragePooling2D(2)),
        (BatchNormalization(), keras.layers.BatchNormalization),
        (
            BatchNormalization(momentum=0.5, scale=False),
            lambda: keras.layers.BatchNormalization(momentum=0.5, scale=False),
        ),
        (Dropout(rate=0.4), lambda: keras.layers.Dropout(0.4)),
        (Activation(function="silu"), lambda: keras.layers.Activation("silu")),
        (Scaling(factor=0.3), lambda: keras.layers.Rescaling(0.3)),
        (Flatten(), keras.layers.Flatten),
        (GlobalPooling(), keras.layers.GlobalAveragePooling2D),
        (GlobalPooling(mode="max"), keras.layers.GlobalMaxPooling2D),
    ],
)
def test_each_kind_of_layer_is_what_it_says(layer: Layer, by_hand: Callable[[], keras.layers.Layer]) -> None:
    built = build(ModelSpec(layers=(layer,), classes=3)).layers[2]
    theirs = by_hand()
    ours, other = built.get_config(), theirs.get_config()
    own = ("name", "seed", "kernel_initializer")  # each layer has its own
    assert type(built) is type(theirs)
    assert {key: value for key, value in ours.items() if key not in own} == {
        key: value for key, value in other.items() if key not in own
    }


def test_a_dense_layer_is_what_it_says() -> None:
    built = build(ModelSpec(layers=(Flatten(), Dense(units=7, activation="tanh", l2=0.01)), classes=3)).layers[3]
    config = built.get_config()
    assert (config["units"], config["activation"], config["use_bias"]) == (7, "tanh", True)
    assert built.kernel_regularizer.l2 == pytest.approx(0.01)


def test_scaling_is_inside() -> None:
    model = build(SMALL)
    images = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 3)).astype(np.float32)
    inner = keras.Model(model.layers[2].input, model.outputs)
    np.testing.assert_allclose(model.predict(images, verbose=0), inner.predict(images / 255, verbose=0), rtol=1e-5)


def test_images_may_be_bytes() -> None:
    model = build(SMALL)
    images = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 3), dtype=np.uint8)
    np.testing.assert_array_equal(model(images), model(images.astype(np.float32)))


def test_the_same_seed_gives_the_same_weights() -> None:
    one, same, other = (named_weights(build(SMALL, seed)) for seed in (3, 3, 4))
    assert one.keys() == same.keys() == other.keys()
    for name, array in one.items():
        np.testing.assert_array_equal(array, same[name])
        if name.endswith("kernel"):
            assert not np.allclose(array, other[name])


def test_layers_alike_do_not_start_alike() -> None:
    spec = ModelSpec(input_shape=(8, 8, 1), layers=(Flatten(), Dense(units=64), Dense(units=64)), classes=64)
    weights = named_weights(build(spec, 0))
    assert not np.allclose(weights["dense_1/kernel"], weights["dense_2/kernel"])


@pytest.mark.parametrize("seed", [0, 1, 4_256_667, 2**31 - 1])
def test_every_seed_can_be_used(seed: int) -> None:
    kernel = named_weights(build(SMALL, seed))["conv2d_1/kernel"]
    limit = np.sqrt(6 / (9 * 3 + 9 * 2))  # Glorot and Bengio 2010
    assert np.abs(kernel).max() <= limit
    assert np.abs(kernel).mean() == pytest.approx(limit / 2, rel=0.5)


def test_large_seeds_differ() -> None:
    kernels = [named_weights(build(SMALL, 2**31 - number))["conv2d_1/kernel"] for number in (1, 2, 3)]
    assert len({kernel.tobytes() for kernel in kernels}) == 3


def test_dropout_differs_between_layers_and_calls_and_repeats_with_its_seed() -> None:
    layers = (Flatten(), Dropout(rate=0.5), Dense(units=4))
    spec = ModelSpec(input_shape=(8, 8, 1), layers=layers, classes=2)
    images = np.full((2, 8, 8, 1), 200, np.float32)

    def two_passes(seed: int) -> tuple[bytes, bytes]:
        model = build(spec, seed)
        middle = keras.Model(model.input, model.get_layer("dropout_1").output)
        return np.asarray(middle(images, training=True)).tobytes(), np.asarray(middle(images, training=True)).tobytes()

    first, second = two_passes(1)
    assert first != second
    assert two_passes(1) == (first, second)
    assert two_passes(2)[0] != first


def test_a_binary_network_gives_the_second_class_s_probability() -> None:
    spec = ModelSpec(input_shape=(8, 8, 1), layers=(Flatten(),), classes=2, output="sigmoid")
    model = build(spec)
    images = np.random.default_rng(0).integers(0, 256, (5, 8, 8, 1)).astype(np.float32)
    logits = keras.Model(model.input, model.get_layer("logits").output)
    assert model.output_shape == (None, 1)
    expected = 1 / (1 + np.exp(-np.asarray(logits(images))))
    np.testing.assert_allclose(np.asarray(model(images)), expected, rtol=1e-5)


def test_probabilities_sum_to_one() -> None:
    images = np.random.default_rng(0).integers(0, 256, (5, 8, 8, 3)).astype(np.float32)
    np.testing.assert_allclose(np.asarray(build(SMALL)(images)).sum(1), 1, rtol=1e-5)


def test_penalties_reach_keras() -> None:
    layers = (Convolution(filters=2, l2=0.5), Flatten(), Dense(units=3, l2=0.25))
    model = build(ModelSpec(input_shape=(8, 8, 1), layers=layers, classes=2))
    weights = named_weights(model)
    expected = 0.5 * np.square(weights["conv2d_1/kernel"]).sum() + 0.25 * np.square(weights["dense_1/kernel"]).sum()
    assert float(sum(model.losses)) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(("channels", "filters"), [(3, 5), (6, 4)])
def test_identity_kernels_pass_the_first_channels_on(channels: int, filters: int) -> None:
    layers = (
        Convolution(filters=channels),
        Convolution(filters=filters, padding="same", bias=False, activation="linear", initial="identity"),
    )
    model = build(ModelSpec(input_shape=(8, 8, 3), layers=layers, classes=2))
    both = keras.Model(model.input, [model.get_layer(name).output for name in ("conv2d_1", "conv2d_2")])
    images = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 3)).astype(np.float32)
    before, after = (np.asarray(maps) for maps in both(images))
    same = min(channels, filters)
    np.testing.assert_allclose(after[..., :same], before[..., :same], atol=1e-6)
    assert np.abs(after[..., same:]).max(initial=1) > 0.01  # the others are random


def test_frozen_kernels_do_not_learn_and_their_bias_does() -> None:
    layers = (Convolution(filters=2, frozen=True), Convolution(filters=2))
    model = build(ModelSpec(input_shape=(8, 8, 1), layers=layers, classes=2))
    learning = [variable.path for variable in model.trainable_variables]
    assert learning == ["conv2d_1/bias", "conv2d_2/kernel", "conv2d_2/bias", "logits/kernel", "logits/bias"]


def test_what_a_normalisation_is_told_reaches_keras() -> None:
    layers = (Convolution(filters=2), BatchNormalization(momentum=0.6, scale=False), BatchNormalization())
    model = build(ModelSpec(input_shape=(8, 8, 1), layers=layers, classes=2))
    first, second = (model.get_layer(f"batch_normalization_{number}") for number in (1, 2))
    assert (first.momentum, first.gamma) == (0.6, None)
    assert (second.momentum, second.gamma.shape) == (0.99, (2,))


def test_scaled_features_scale_the_logits() -> None:
    plain = ModelSpec(input_shape=(8, 8, 3), layers=(Convolution(filters=2), GlobalPooling(mode="max")), classes=3)
    scaled = plain.changed(layers=(*plain.layers, Scaling(factor=0.25)))
    images = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 3)).astype(np.float32)
    logits = []
    for spec in (plain, scaled):
        model = build(spec)
        model.get_layer("logits").kernel.assign(np.arange(6.0).reshape(2, 3))
        logits.append(np.asarray(keras.Model(model.input, model.get_layer("logits").output)(images)))
    np.testing.assert_allclose(logits[1], 0.25 * logits[0], rtol=1e-5)


def test_a_saved_model_opens_in_keras_alone(tmp_path: Path) -> None:
    model = build(preset("strong").model)
    model.save(tmp_path / "model.keras")
    images = np.random.default_rng(0).integers(0, 256, (2, 32, 32, 3)).astype(np.float32)
    opened = keras.models.load_model(tmp_path / "model.keras", custom_objects={})
    np.testing.assert_array_equal(np.asarray(opened(images)), np.asarray(model(images)))
