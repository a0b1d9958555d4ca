"""Kernels of every kind of layer, and the numbers of filters."""

import subprocess
import sys
from collections.abc import Callable

import keras
import numpy as np
import pytest

from cnnviz import explain
from cnnviz.errors import SpecError
from tests.explain.toys import KINDS, channels_of, make, picture

Models = Callable[[str], keras.Model]


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_convolution_of_every_kind_of_model(kind: str, model_of: Models) -> None:
    model = model_of(kind)
    explain.layers_of(model, picture(kind))  # builds what was never called
    kernels = explain.kernels(model)
    assert kernels.shape == (3, 3, channels_of(kind), 4)
    assert kernels.dtype == np.float32


def test_by_name_path_and_index(model_of: Models) -> None:
    model = model_of("nested")
    last = model.get_layer("features").get_layer("last").kernel.numpy()
    np.testing.assert_array_equal(explain.kernels(model, "last"), last)
    np.testing.assert_array_equal(explain.kernels(model, "features/last"), last)
    flat = model_of("sequential")
    np.testing.assert_array_equal(explain.kernels(flat, 1), flat.layers[1].kernel.numpy())
    np.testing.assert_array_equal(explain.kernels(flat, -3), flat.get_layer("last").kernel.numpy())
    explain.kernels(flat, 1)[:] = 0  # a copy
    assert flat.layers[1].kernel.numpy().any()


def test_other_convolutions(model_of: Models) -> None:
    model = model_of("normalised")
    depthwise, separable = model.get_layer("depthwise"), model.get_layer("separable")
    found = explain.kernels(model, "depthwise")
    assert found.shape == (3, 3, 1, 4)
    np.testing.assert_array_equal(found[:, :, 0, 2], depthwise.kernel.numpy()[:, :, 2, 0])
    whole = explain.kernels(model, "separable")
    assert whole.shape == (3, 3, 4, 6)
    expected = separable.depthwise_kernel.numpy()[1, 2, 3, 0] * separable.pointwise_kernel.numpy()[0, 0, 3, 5]
    assert whole[1, 2, 3, 5] == pytest.approx(expected)
    up = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2DTranspose(2, 5)])
    assert explain.kernels(up).shape == (5, 5, 3, 2)


def test_layers_that_are_not_there_are_told(model_of: Models) -> None:
    with pytest.raises(SpecError, match="has no 2-D kernels; choose one of first, last"):
        explain.kernels(model_of("sequential"), "flat")
    with pytest.raises(SpecError, match="no layer 'frist'; choose one of rescaling, first, pool, last"):
        explain.kernels(model_of("sequential"), "frist")
    with pytest.raises(SpecError, match="as float; give its name or its index"):
        explain.kernels(model_of("sequential"), 1.5)  # type: ignore[arg-type]
    dense = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    with pytest.raises(SpecError, match="no 2-D convolution and so no kernels"):
        explain.kernels(dense)


def test_two_layers_of_one_name_are_told_apart_by_their_path() -> None:
    inputs = keras.Input((8, 8, 3))
    halves = [keras.Sequential([keras.layers.Conv2D(2, 3, name="conv")], name=name) for name in ("left", "right")]
    model = keras.Model(inputs, keras.layers.Add()([half(inputs) for half in halves]))
    with pytest.raises(SpecError, match="more than one layer 'conv'; choose one of left/conv, right/conv"):
        explain.kernels(model, "conv")
    np.testing.assert_array_equal(explain.kernels(model, "right/conv"), halves[1].layers[0].kernel.numpy())
    assert [place.name for place in explain.layers_of(model)][:2] == ["left/conv", "right/conv"]


def test_norms_and_changes() -> None:
    random = np.random.default_rng(0)
    now, before = random.normal(size=(2, 3, 3, 2, 5))
    np.testing.assert_allclose(explain.filter_norms(now), [np.linalg.norm(now[..., f]) for f in range(5)])
    np.testing.assert_allclose(
        explain.filter_changes(now, before), [np.linalg.norm(now[..., f] - before[..., f]) for f in range(5)]
    )
    assert not explain.filter_changes(now, now).any()
    with pytest.raises(SpecError, match="cannot be compared"):
        explain.filter_changes(now, before[..., :4])
    with pytest.raises(SpecError, match="expected \\(kernel height"):
        explain.filter_norms(now[0])


def test_similar_filters_become_neighbours() -> None:
    random = np.random.default_rng(0)
    base = random.normal(size=(3, 3, 1, 3))
    kernels = np.concatenate([base, base * 0.5 + 0.01, np.zeros((3, 3, 1, 1)), base * 0.9], axis=3)
    order = explain.similarity_order(kernels).tolist()
    assert sorted(order) == list(range(10))
    assert order[0] == explain.filter_norms(kernels).argmax()
    assert order[-1] == 6  # nothing is like zeros
    families = [filter_number % 3 if filter_number < 6 else (filter_number - 7) % 3 for filter_number in order[:-1]]
    assert all(len(set(families[start : start + 3])) == 1 for start in (0, 3, 6))


def test_dead_filters_are_named() -> None:
    model = make("sequential")
    first = model.get_layer("first")
    bias = first.bias.numpy()
    bias[2] = -1e3
    first.bias.assign(bias)
    images = picture(count=5)
    assert explain.dead_filters(model, "first", images).tolist() == [False, False, True, False]


def test_a_filter_is_judged_behind_its_batch_normalisation() -> None:
    model = make("normalised")
    model.get_layer("stem").kernel.assign(-np.abs(model.get_layer("stem").kernel.numpy()))
    bright = np.full((2, 8, 8, 3), 255, np.uint8)
    model.get_layer("bn_0").beta.assign(np.array([50, 50, 0, 50], np.float32))
    peaks = explain.activation_peaks(model, "stem", bright)
    assert (peaks.values < 0).all()
    assert explain.dead_filters(model, "stem", bright).tolist() == [False, False, True, False]


def test_numbers_of_filters_need_no_keras() -> None:
    code = "import sys; from cnnviz.explain import similarity_order; print('keras' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "False", done.stderr
