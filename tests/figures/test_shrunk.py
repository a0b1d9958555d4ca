import numpy as np
import pytest

from cnnviz.figures.pictures import shrunk


def test_small_images_stay_as_they_are() -> None:
    images = np.zeros((2, 32, 32, 3), np.uint8)
    assert shrunk(images, 64) is images


def test_large_images_become_means_of_blocks() -> None:
    images = np.zeros((1, 128, 100, 1), np.uint8)
    images[0, :2, :2] = [[[0], [100]], [[100], [200]]]
    small = shrunk(images, 64)
    assert small.shape == (1, 64, 50, 1)
    assert small.dtype == np.uint8
    assert small[0, 0, 0, 0] == 100
    assert small[0, 1:].max() == 0


@pytest.mark.parametrize("shape", [(1, 65, 65, 3), (3, 200, 7, 3)])
def test_every_size_fits(shape: tuple[int, int, int, int]) -> None:
    small = shrunk(np.zeros(shape, np.uint8), 64)
    assert max(small.shape[1:3]) <= 64


def test_a_strip_thinner_than_a_block_is_not_lost() -> None:
    assert shrunk(np.zeros((1, 1000, 3, 3), np.uint8), 64).size
