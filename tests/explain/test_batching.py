"""Batches: smaller for larger networks, none lost, in order."""

import keras
import numpy as np
import pytest

from cnnviz.explain.batching import batches, image_batches
from tests.explain.toys import KINDS, channels_of, make


@pytest.mark.parametrize("kind", KINDS)
def test_every_image_comes_once_and_in_order(kind: str) -> None:
    images = np.random.default_rng(0).integers(0, 256, (600, 8, 8, channels_of(kind)), np.uint8)
    parts = list(image_batches(make(kind), images))
    np.testing.assert_array_equal(np.concatenate(parts), images)
    assert max(map(len, parts)) <= 256


def network(filters: int) -> keras.Model:
    layers = keras.layers
    return keras.Sequential([keras.Input((32, 32, 3)), layers.Conv2D(filters, 3, padding="same"), layers.Flatten()])


def test_a_larger_network_gets_fewer_images_at_a_time() -> None:
    images = np.zeros((300, 32, 32, 3), np.float32)
    small, large = (len(next(batches(network(filters), images))) for filters in (16, 256))
    # the convolution's maps and what flattens them: twice 32 * 32 * filters numbers of four bytes, in 20 MiB
    assert (small, large) == (20 * 2**20 // (2 * 32 * 32 * 16 * 4), 20 * 2**20 // (2 * 32 * 32 * 256 * 4))
    assert small > large


def test_an_image_that_is_too_large_by_itself_is_a_batch() -> None:
    huge = keras.Sequential([keras.Input((512, 512, 3)), keras.layers.Conv2D(64, 1)])
    assert [len(part) for part in batches(huge, np.zeros((2, 512, 512, 3), np.float32))] == [1, 1]
