"""Several views of an image: which they are, what they weigh, and their mean."""

import numpy as np
import pytest
from numpy.typing import NDArray

from cnnviz.data.views import VIEWS, mean_over_views, views_of

IMAGES = np.random.default_rng(0).integers(0, 256, (3, 5, 4, 2), dtype=np.uint8)


@pytest.mark.parametrize(("count", "weights"), [(1, [1.0]), (2, [0.5, 0.5]), (6, [0.25, 0.25, *[0.125] * 4])])
def test_the_weights(count: int, weights: list[float]) -> None:
    assert [weight for weight, _ in views_of(IMAGES, count)] == weights


def test_one_view_is_the_image_itself() -> None:
    ((_, only),) = views_of(IMAGES, 1)
    np.testing.assert_array_equal(only, IMAGES)


def test_six_views() -> None:
    plain, mirrored, up_left, its_mirror, down_right, other_mirror = (view for _, view in views_of(IMAGES, 6))
    np.testing.assert_array_equal(plain, IMAGES)
    np.testing.assert_array_equal(up_left[:, :-1, :-1], IMAGES[:, 1:, 1:])
    np.testing.assert_array_equal(up_left[:, -1, :-1], IMAGES[:, -2, 1:])  # what comes in is mirrored at the border
    np.testing.assert_array_equal(down_right[:, 1:, 1:], IMAGES[:, :-1, :-1])
    np.testing.assert_array_equal(down_right[:, 1:, 0], IMAGES[:, :-1, 1])
    for view, mirror in ((plain, mirrored), (up_left, its_mirror), (down_right, other_mirror)):
        np.testing.assert_array_equal(mirror, view[:, :, ::-1])
    assert set(VIEWS) == {2, 6}


def test_the_mean_is_the_weighted_one_of_the_views() -> None:
    def predict(images: NDArray[np.uint8]) -> NDArray[np.float32]:
        corner = images[:, 0, 0, 0] / 255  # differs from view to view
        return np.stack([corner, 1 - corner], axis=1).astype(np.float32)

    found = mean_over_views(predict, IMAGES, 6)
    corners = {"plain": (0, 0), "mirrored": (0, 3), "up left": (1, 1), "its mirror": (1, 2), "down right": (1, 1)}
    first = {name: IMAGES[:, row, column, 0] / 255 for name, (row, column) in corners.items()}
    # moved up and left, the mirror begins with what came in: the column before the last
    still = (first["plain"] + first["mirrored"]) / 4
    moved = (first["up left"] + first["its mirror"] + first["down right"] + IMAGES[:, 1, 2, 0] / 255) / 8
    np.testing.assert_allclose(found[:, 0], still + moved, rtol=1e-6)
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-6)
    assert found.dtype == np.float32
