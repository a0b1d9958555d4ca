"""A whitening first layer: what leaves it is uncorrelated, of one variance, and centred."""

from pathlib import Path

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from cnnviz.data import load_dataset
from cnnviz.models import build
from cnnviz.spec import Activation, Convolution, ModelSpec
from cnnviz.training.execute import train
from cnnviz.training.whitening import whiten, whitened
from tests.training.helpers import tiny_spec

FIRST = Convolution(filters=24, kernel_size=2, activation="linear", initial="whitened", frozen=True)
SPEC = ModelSpec(layers=(FIRST, Activation(function="gelu")))


@pytest.fixture(scope="module")
def images() -> NDArray[np.uint8]:
    return load_dataset("cifar10-sample").train.images[:1500]


def outputs(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """What leaves the first layer of a whitened model, (places, filters)."""
    model = build(SPEC, seed=4)
    whiten(model, SPEC, images)
    first = keras.Model(model.input, model.get_layer("conv2d_1").output)
    return np.asarray(first(images.astype(np.float32)), np.float64).reshape(-1, 24)


def test_whitened_outputs_have_no_mean_and_the_identity_as_covariance(images: NDArray[np.uint8]) -> None:
    found = outputs(images)
    np.testing.assert_allclose(found.mean(axis=0), 0, atol=0.02)
    covariance = np.cov(found[:, :12].T)
    np.testing.assert_allclose(covariance - np.diag(np.diag(covariance)), 0, atol=2e-3)
    strong = np.diag(covariance)[:6]  # the floor leaves the weakest directions, which are noise, below 1
    np.testing.assert_allclose(strong, 1, atol=0.1)
    assert (np.diag(covariance) < 1.001).all()


def test_the_second_half_is_the_first_one_negated(images: NDArray[np.uint8]) -> None:
    kernels, bias = whitened(images, 2, 24)
    np.testing.assert_array_equal(kernels[..., 12:], -kernels[..., :12])
    np.testing.assert_allclose(bias[12:], -bias[:12])


def test_they_are_the_eigenvectors_of_the_patches_covariance() -> None:
    images = np.random.default_rng(0).integers(0, 256, (40, 6, 5, 2), dtype=np.uint8)
    images[..., 1] = images[..., 0] // 2 + images[..., 1] // 8
    rows = [image[y : y + 2, x : x + 2].ravel() / 255 for image in images for y in range(5) for x in range(4)]
    covariance = np.cov(np.array(rows).T, bias=True)
    kernels, _ = whitened(images, 2, 16)
    directions = kernels.reshape(8, 16)[:, :8]
    floor = 5e-4 * np.trace(covariance) / 8
    variances = 1 / np.square(directions).sum(axis=0) - floor  # a kernel's length is one over the root of both
    np.testing.assert_allclose(variances, np.linalg.eigvalsh(covariance)[::-1], rtol=1e-6)
    np.testing.assert_allclose(covariance @ directions, variances * directions, atol=1e-9)


def test_fewer_filters_are_the_strongest_directions(images: NDArray[np.uint8]) -> None:
    some, _ = whitened(images, 2, 5)
    every, _ = whitened(images, 2, 24)
    np.testing.assert_array_equal(some, np.concatenate([every[..., :3], every[..., 12:14]], axis=-1))


def test_images_of_one_colour_give_finite_kernels() -> None:
    kernels, bias = whitened(np.full((3, 4, 4, 1), 7, np.uint8), 2, 8)
    assert np.isfinite(kernels).all()
    assert np.isfinite(bias).all()


def test_a_run_begins_with_them_and_keeps_them(home: Path) -> None:
    first = Convolution(filters=8, kernel_size=2, initial="whitened", frozen=True)
    run = train(tiny_spec((first,), optimizer="sgd", momentum=0.5), home)
    begin, end = run.weights(0), run.weights(3)
    expected, _ = whitened(load_dataset("tiny", home).train.images, 2, 8)
    assert np.corrcoef(begin["conv2d_1/kernel"].ravel(), expected.ravel())[0, 1] > 0.98  # of nine tenths of the images
    np.testing.assert_array_equal(end["conv2d_1/kernel"], begin["conv2d_1/kernel"])
    assert not np.allclose(end["conv2d_1/bias"], begin["conv2d_1/bias"])
