"""The arithmetic of convolutions and poolings equals Keras' own everywhere, the borders included."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from cnnviz import explain
from cnnviz.errors import SpecError
from tests.explain.toys import picture

POOLS = [((2, 2), None, "valid"), ((3, 2), (2, 3), "same"), ((4, 3), 1, "same")]
Models = Callable[[str], keras.Model]
layers = keras.layers


def shapes(count: int) -> list[tuple[int, dict[str, Any]]]:
    """Random settings of a convolution; TensorFlow allows no stride together with dilation."""
    random = np.random.default_rng(11)
    drawn = []
    for seed in range(count):
        dilated = random.random() < 0.3
        drawn.append(
            (
                seed,
                {
                    "height": int(random.integers(7, 13)),
                    "width": int(random.integers(7, 13)),
                    "channels": int(random.choice([1, 2, 3, 4])),
                    "kernel_size": tuple(random.integers(1, 4 if dilated else 6, 2).tolist()),
                    "strides": (1, 1) if dilated else tuple(random.integers(1, 4, 2).tolist()),
                    "dilation_rate": tuple(random.integers(1, 4, 2).tolist()) if dilated else (1, 1),
                    "padding": str(random.choice(["same", "valid"])),
                    "use_bias": bool(random.random() < 0.8),
                    "kind": str(random.choice(["plain", "plain", "grouped", "depthwise", "separable"])),
                },
            )
        )
    return drawn


def layer_of(kind: str, channels: int, settings: dict[str, Any]) -> keras.layers.Layer:
    rest = {**settings, "activation": "tanh", "name": "conv"}
    rest["bias_initializer"] = "random_normal"
    if kind in ("depthwise", "separable"):
        rest["strides"] = rest["strides"][:1] * 2  # TensorFlow's depthwise kernels know one stride
    if kind == "depthwise":
        return layers.DepthwiseConv2D(depth_multiplier=2, **rest)
    if kind == "separable":
        return layers.SeparableConv2D(4, depth_multiplier=2, **rest)
    return layers.Conv2D(4, groups=2 if kind == "grouped" and channels % 2 == 0 else 1, **rest)


def by_hand(record: explain.ConvolutionLayer) -> NDArray[np.float64]:
    """The formula of the record's docstring, as a browser would compute it."""
    height, width, filters = record.pre_activation.shape
    result = np.zeros((height, width, filters))
    for r, c, f in np.ndindex(height, width, filters):
        total = float(record.bias[f])
        for i, j, k in np.ndindex(record.kernel.shape[:3]):
            y = r * record.strides[0] - record.offset[0] + i * record.dilation[0]
            x = c * record.strides[1] - record.offset[1] + j * record.dilation[1]
            if 0 <= y < record.inputs.shape[0] and 0 <= x < record.inputs.shape[1]:
                total += float(record.inputs[y, x, record.channels_of[f, k]]) * float(record.kernel[i, j, k, f])
        result[r, c, f] = total
    return result


@pytest.mark.parametrize(("seed", "drawn"), shapes(40))
def test_the_sum_is_keras_own_everywhere(seed: int, drawn: dict[str, Any]) -> None:
    keras.utils.set_random_seed(seed)
    settings = dict(drawn)
    height, width, channels, kind = (settings.pop(key) for key in ("height", "width", "channels", "kind"))
    shape = (height, width, channels)
    layer = layer_of(kind, channels, settings)
    model = keras.Sequential([keras.Input(shape), layers.Rescaling(1 / 255), layer])
    image = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    activation = model(image[None].astype("float32")).numpy()[0]
    layer.activation = keras.activations.linear  # Keras' own pre-activation, by another way
    keras_own = model(image[None].astype("float32")).numpy()[0]
    layer.activation = keras.activations.tanh

    record = explain.convolution_layer(model, "conv", image)
    np.testing.assert_allclose(record.pre_activation, keras_own, atol=1e-5)
    np.testing.assert_allclose(record.activation, activation, atol=1e-5)
    np.testing.assert_allclose(by_hand(record), keras_own, atol=1e-5)
    assert record.function == "tanh"

    random = np.random.default_rng(seed)
    rows, columns, filters = keras_own.shape
    corners = {(r, c) for r in (0, rows - 1) for c in (0, columns - 1)} | {(rows // 2, columns // 2)}
    for row, column in corners:
        number = int(random.integers(filters))
        terms = explain.convolution_terms(model, "conv", image, row, column, number)
        assert terms.pre_activation == pytest.approx(keras_own[row, column, number], abs=1e-5)
        assert terms.activation == pytest.approx(activation[row, column, number], abs=1e-5)
        np.testing.assert_array_equal(terms.products, terms.patch * terms.kernel)
        np.testing.assert_allclose(terms.products.sum((0, 1)), terms.channel_sums, atol=1e-6)
        assert terms.channel_sums.sum() + terms.bias == pytest.approx(terms.pre_activation, abs=1e-5)
        assert not terms.patch[terms.padded].any()
        outside = (terms.rows < 0) | (terms.rows >= height)
        assert terms.padded[outside].all()


def test_a_padded_cell_is_marked_and_zero(model_of: Models) -> None:
    terms = explain.convolution_terms(model_of("functional"), "first", picture(), 0, 7, 2)
    assert terms.padded.tolist() == [[True, True, True], [False, False, True], [False, False, True]]
    assert terms.rows.tolist() == [-1, 0, 1]
    assert terms.columns.tolist() == [6, 7, 8]
    assert not terms.products[terms.padded].any()
    assert terms.function == "relu"
    assert terms.activation == pytest.approx(max(terms.pre_activation, 0), abs=1e-6)


@pytest.mark.parametrize("kind", ["nested", "subclass", "normalised", "mixed"])
def test_any_model_s_convolution_can_be_taken_apart(kind: str, model_of: Models) -> None:
    layer = "stem" if kind == "normalised" else "first"
    record = explain.convolution_layer(model_of(kind), layer, picture())
    tolerance = 0.02 if kind == "mixed" else 1e-5  # half precision has three digits
    np.testing.assert_allclose(by_hand(record), record.pre_activation, atol=tolerance)


def test_what_cannot_be_taken_apart_is_told(model_of: Models) -> None:
    model, image = model_of("sequential"), picture()
    with pytest.raises(SpecError, match=r"is a MaxPooling2D and has no 2-D kernels; choose one of first, last"):
        explain.convolution_terms(model, "pool", image, 0, 0, 0)
    places: list[tuple[Any, str]] = [
        ((6, 0, 0), "no row 6; give a whole number from 0 to 5"),
        ((0, -1, 0), "no column -1"),
        ((0, 0, 4), "no filter 4"),
        ((0.5, 0, 0), "no row 0.5"),
        ((0, "a", 0), "no column 'a'"),
    ]
    for place, says in places:
        with pytest.raises(SpecError, match=says):
            explain.convolution_terms(model, "first", image, *place)
    with pytest.raises(SpecError, match="expected a MaxPooling2D or AveragePooling2D"):
        explain.pooling_terms(model, "first", image, 0, 0, 0)
    upwards = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2DTranspose(2, 3, name="up")])
    with pytest.raises(SpecError, match="transposed convolution"):
        explain.convolution_terms(upwards, "up", image, 0, 0, 0)
    with pytest.raises(SpecError, match="no weights yet"):
        explain.kernels(keras.Sequential([layers.Conv2D(2, 3)]))


@pytest.mark.parametrize("mode", ["max", "average"])
@pytest.mark.parametrize(("size", "strides", "padding"), POOLS)
def test_a_pooling_is_keras_own(mode: str, size: tuple[int, int], strides: Any, padding: str) -> None:
    kind = layers.MaxPooling2D if mode == "max" else layers.AveragePooling2D
    model = keras.Sequential(
        [keras.Input((7, 9, 2)), layers.Rescaling(-1 / 255), kind(size, strides, padding, name="pool")]
    )
    image = np.random.default_rng(0).permutation(7 * 9 * 2).reshape(7, 9, 2).astype(np.float32)
    record = explain.pooling_layer(model, "pool", image)
    np.testing.assert_array_equal(record.outputs, model(image[None]).numpy()[0])
    assert (record.winners is None) == (mode == "average")
    for row, column, channel in np.ndindex(record.outputs.shape):
        terms = explain.pooling_terms(model, "pool", image, row, column, channel)
        inside = terms.values[~terms.padded]
        assert terms.output == pytest.approx(inside.max() if mode == "max" else inside.mean(), abs=1e-6)
        if record.winners is not None:
            assert terms.winner == tuple(record.winners[row, column, channel])
            assert record.inputs[(*terms.winner, channel)] == terms.output
    with pytest.raises(SpecError, match="no channel 2"):
        explain.pooling_terms(model, "pool", image, 0, 0, 2)


@pytest.mark.parametrize("kind", ["sequential", "functional", "subclass", "sigmoid", "logits", "mixed"])
def test_logits_become_the_network_s_probabilities(kind: str, model_of: Models) -> None:
    model, image = model_of(kind), picture()
    terms = explain.output_terms(model, image)
    said = model(image[None].astype("float32")).numpy()[0].astype(float)
    if kind == "sigmoid":
        assert terms.head == "sigmoid"
        np.testing.assert_allclose(terms.probabilities, [1 - said[0], said[0]], atol=1e-6)
        np.testing.assert_allclose(1 / terms.total, said, atol=1e-6)
        np.testing.assert_allclose(terms.exponentials, np.exp(-terms.logits))
    else:
        assert terms.head == "softmax"
        expected = np.exp(said) / np.exp(said).sum() if kind == "logits" else said
        np.testing.assert_allclose(terms.probabilities, expected, atol=1e-6)
        np.testing.assert_allclose(terms.exponentials, np.exp(terms.logits - terms.shift))
        np.testing.assert_allclose(terms.exponentials / terms.total, terms.probabilities)
    assert terms.probabilities.sum() == pytest.approx(1)


def test_several_sigmoids_stand_each_for_itself() -> None:
    end = [layers.Conv2D(2, 3), layers.GlobalMaxPooling2D(), layers.Dense(3, activation="sigmoid")]
    model = keras.Sequential([keras.Input((8, 8, 3)), *end])
    terms = explain.output_terms(model, picture() // 100)
    np.testing.assert_allclose(terms.probabilities, model(picture()[None] // 100).numpy()[0], atol=1e-6)
    assert terms.head == "sigmoid"


def test_probabilities_without_logits_are_not_taken_apart() -> None:
    image = keras.Input((8, 8, 3))
    flat = layers.Flatten()(image)
    model = keras.Model(image, layers.Average()([layers.Dense(3, "softmax")(flat), layers.Dense(3, "softmax")(flat)]))
    with pytest.raises(SpecError, match="no softmax or sigmoid makes of logits, so there is nothing to take apart"):
        explain.output_terms(model, picture())


def test_numbers_that_are_no_probabilities_are_taken_for_logits() -> None:
    model = keras.Sequential([keras.Input((8, 8, 3)), layers.Flatten(), layers.Dense(3, activation="tanh")])
    said = model(picture()[None].astype("float32")).numpy()[0].astype(float)
    terms = explain.output_terms(model, picture())
    assert terms.head == "softmax"
    np.testing.assert_allclose(terms.logits, said, atol=1e-6)
    np.testing.assert_allclose(terms.probabilities, np.exp(said) / np.exp(said).sum(), atol=1e-6)
