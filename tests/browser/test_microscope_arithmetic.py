"""What the microscope computes in the browser equals Keras' own results, for every pixel of many kinds of layers."""

from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Page

from cnnviz import explain
from cnnviz.figures import specimens
from cnnviz.figures.specimens import CLASSIC_KERNELS, convolution_data, playground_data, pooling_data
from tests.modules import called

MODULES = ["microscope/arithmetic.js"]
EVERY_PIXEL = """
    const found = [];
    for (let row = 0; row < bench.high; row++)
      for (let column = 0; column < bench.wide; column++) found.push(%s);
    return found;
"""

layers = keras.layers
CONVOLUTIONS: dict[str, keras.layers.Layer] = {
    "valid": layers.Conv2D(3, 3, activation="relu"),
    "same": layers.Conv2D(3, 3, padding="same"),
    "same and strided": layers.Conv2D(3, 3, strides=2, padding="same", activation="relu"),
    "strided unequally": layers.Conv2D(2, (3, 2), strides=(3, 2), padding="same"),
    "strided": layers.Conv2D(2, 3, strides=3),
    "even": layers.Conv2D(2, (4, 2), padding="same"),
    "wide": layers.Conv2D(2, 7, padding="same", activation="gelu"),
    "one by one": layers.Conv2D(2, 1),
    "dilated": layers.Conv2D(2, 3, dilation_rate=2, padding="same"),
    "grouped": layers.Conv2D(4, 3, groups=2, padding="same"),
    "depthwise": layers.DepthwiseConv2D(3, depth_multiplier=2, padding="same"),
    "separable": layers.SeparableConv2D(3, 3, padding="same"),
    "without a bias": layers.Conv2D(2, 3, use_bias=False),
}


def image(shape: tuple[int, int, int] = (9, 8, 4)) -> NDArray[np.uint8]:
    return np.random.default_rng(3).integers(0, 256, shape, dtype=np.uint8)


def model_with(layer: keras.layers.Layer) -> keras.Model:
    keras.utils.set_random_seed(4)
    model = keras.Sequential([keras.Input((9, 8, 4)), layers.Rescaling(1 / 255), layer.from_config(layer.get_config())])
    found = model.layers[-1]
    if getattr(found, "bias", None) is not None:
        found.bias.assign(np.linspace(-0.5, 0.5, found.bias.shape[0]))
    return model


def computed(page: Page, data: dict[str, Any], body: str) -> Any:
    return called(page, MODULES, data, f"const bench = unpack(given); {body}")


@pytest.mark.parametrize("kind", CONVOLUTIONS)
def test_sums_are_keras_pre_activations(page: Page, kind: str) -> None:
    model = model_with(CONVOLUTIONS[kind])
    layer = explain.convolution_layer(model, -1, image())
    unit = layer.bias.size - 1
    data = convolution_data(layer, unit, picture=False, title=kind)
    sums = computed(page, data, EVERY_PIXEL % "takeApart(bench, row, column).before")
    np.testing.assert_allclose(sums, layer.pre_activation[..., unit].ravel(), atol=1e-5)


@pytest.mark.parametrize("kind", ["same and strided", "dilated", "grouped", "without a bias"])
def test_channels_that_are_not_sent_are_summed(page: Page, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(specimens, "_MOST_NUMBERS", 0)
    monkeypatch.setattr(specimens, "_FEWEST_CHANNELS", 1)
    layer = explain.convolution_layer(model_with(CONVOLUTIONS[kind]), -1, image())
    data = convolution_data(layer, 1, picture=False, title=kind)
    assert data["hidden"] == layer.channels_of.shape[1] - 1
    sums = computed(page, data, EVERY_PIXEL % "takeApart(bench, row, column).before")
    np.testing.assert_allclose(sums, layer.pre_activation[..., 1].ravel(), atol=1e-5)


@pytest.mark.parametrize("pooling", [layers.MaxPooling2D, layers.AveragePooling2D])
@pytest.mark.parametrize("settings", [{"pool_size": 2}, {"pool_size": 3, "strides": 2, "padding": "same"}])
def test_poolings_are_keras_own(page: Page, pooling: Any, settings: dict[str, Any]) -> None:
    layer = explain.pooling_layer(model_with(pooling(**settings)), -1, image())
    data = pooling_data(layer, 2, title="pooling")
    results = computed(page, data, EVERY_PIXEL % "poolApart(bench, row, column).after")
    np.testing.assert_allclose(results, layer.outputs[..., 2].ravel(), atol=1e-5)
    if layer.winners is not None:
        winner = "(({ where, winner }) => where[winner])(poolApart(bench, row, column))"
        rows, columns = layer.winners[..., 2, :].reshape(-1, 2).T
        assert computed(page, data, EVERY_PIXEL % winner) == (rows * 8 + columns).tolist()


@pytest.mark.parametrize("kind", ["valid", "same and strided", "strided unequally", "strided", "even", "dilated"])
def test_an_input_pixel_reaches_the_outputs_that_read_it(page: Page, kind: str) -> None:
    layer = explain.convolution_layer(model_with(CONVOLUTIONS[kind]), -1, image())
    data = convolution_data(layer, 0, picture=False, title=kind)
    reads = computed(page, data, EVERY_PIXEL % "places(bench, row, column)")
    body = """
        const found = [];
        for (let row = 0; row < bench.height; row++)
          for (let column = 0; column < bench.width; column++)
            found.push(reached(bench, row, column).map(([r, c]) => r * bench.wide + c));
        return found;
    """
    wanted = [[output for output, cells in enumerate(reads) if place in cells] for place in range(9 * 8)]
    assert [sorted(outputs) for outputs in computed(page, data, body)] == wanted


@pytest.mark.parametrize(("name", "kernel"), [(name, kernel) for name, kernel, _ in CLASSIC_KERNELS])
def test_classic_kernels_are_correlations(page: Page, name: str, kernel: tuple[float, ...]) -> None:
    picture = image((9, 8, 3))
    body = f"bench.kernel = Float32Array.from({list(kernel)}); return [...correlate(bench)];"
    found = computed(page, playground_data(picture), body)
    windows = np.lib.stride_tricks.sliding_window_view(picture.mean(axis=2) / 255, (3, 3))
    wanted = np.einsum("rcij,ij->rc", windows, np.reshape(kernel, (3, 3)))
    np.testing.assert_allclose(found, wanted.ravel(), atol=1e-5)
