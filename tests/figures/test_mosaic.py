import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cnnviz.errors import SpecError
from cnnviz.figures.mosaic import SMALLEST_TILE, kernel_mosaic
from cnnviz.figures.pictures import data_url, sprite, to_png, to_webp


def kernels(height: int = 3, width: int = 3, channels: int = 3, filters: int = 32) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(height, width, channels, filters)).astype(np.float32)


def test_zero_is_grey_and_the_limit_is_full_colour() -> None:
    weights = np.zeros((1, 3, 3, 1), np.float32)
    weights[0, 1] = [[0.5], [-0.5], [0.0]]
    weights[0, 2] = [[-0.5], [-0.5], [0.25]]
    mosaic = kernel_mosaic(weights, 1)
    assert mosaic.limit == 0.5
    assert mosaic.image.tolist() == [[[128, 128, 128], [255, 0, 128], [0, 0, 191]]]


def test_one_channel_is_red_white_blue() -> None:
    weights = np.array([-2.0, 0.0, 2.0], np.float32).reshape(1, 3, 1, 1)
    mosaic = kernel_mosaic(weights, 1)
    assert mosaic.image.tolist() == [[[5, 48, 97], [247, 247, 247], [103, 0, 31]]]
    assert mosaic.ramp[0] == "#053061"


def test_many_channels_are_drawn_as_their_mean() -> None:
    weights = kernels(channels=8)
    mean = kernel_mosaic(weights.mean(axis=2, keepdims=True))
    whole = kernel_mosaic(weights)
    assert whole.limit == pytest.approx(mean.limit)
    assert (whole.tiles == mean.tiles).mean() > 0.999  # two orders of adding float32 may round apart
    assert whole.caption.startswith(
        "Each tile is one 3×3 kernel, the mean of its 8 input channels: white is zero, blue negative, "
        "red positive, from −"
    )


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 11, 50])
def test_enlargement_is_whole_and_at_least_48_pixels(size: int) -> None:
    mosaic = kernel_mosaic(kernels(size, size, filters=4))
    assert mosaic.tile == (size * mosaic.scale, size * mosaic.scale)
    assert mosaic.tile[0] >= SMALLEST_TILE
    assert mosaic.tile[0] - size < SMALLEST_TILE


def test_every_weight_is_a_square_of_one_colour() -> None:
    mosaic = kernel_mosaic(kernels(filters=6), 5, columns=4, gutter=3, gutter_color=(9, 8, 7))
    assert (mosaic.columns, mosaic.rows, mosaic.tile) == (4, 2, (15, 15))
    assert mosaic.image.shape == (2 * 15 + 3, 4 * 15 + 3 * 3, 3)
    step = 15 + 3
    for filter_ in range(6):
        top, left = filter_ // 4 * step, filter_ % 4 * step
        cut = mosaic.image[top : top + 15, left : left + 15]
        assert (cut == np.kron(mosaic.tiles[filter_], np.ones((5, 5, 1), np.uint8))).all()
    assert (mosaic.image[15:18] == [9, 8, 7]).all()
    assert (mosaic.image[step:, 2 * step :] == [9, 8, 7]).all()  # no kernel there


@pytest.mark.parametrize(
    ("filters", "columns"), [(1, 1), (8, 4), (16, 4), (32, 8), (64, 8), (96, 12), (7, 4), (97, 14)]
)
def test_columns(filters: int, columns: int) -> None:
    assert kernel_mosaic(kernels(filters=filters), 1).columns == columns


def test_a_given_limit_keeps_the_scale_and_clips() -> None:
    weights = np.full((1, 1, 3, 1), 0.5, np.float32)
    assert kernel_mosaic(weights, 1, limit=1.0).image.tolist() == [[[191, 191, 191]]]
    assert kernel_mosaic(weights, 1, limit=0.1).image.tolist() == [[[255, 255, 255]]]


def test_all_zero_is_all_grey() -> None:
    mosaic = kernel_mosaic(np.zeros((3, 3, 3, 4), np.float32))
    assert mosaic.limit == 1.0
    assert (mosaic.tiles == 128).all()


def test_weights_that_are_not_finite_are_counted_and_drawn_as_zero() -> None:
    weights = np.array([np.nan, np.inf, 1.0], np.float32).reshape(1, 1, 3, 1)
    mosaic = kernel_mosaic(weights, 1)
    assert mosaic.image.tolist() == [[[128, 128, 255]]]
    assert mosaic.caption.endswith("; 2 weights are not finite and drawn as zero.")


def test_caption_says_how_to_read_it() -> None:
    weights = np.full((3, 3, 3, 2), -0.25, np.float32)
    assert kernel_mosaic(weights, layer="conv2d_1").caption == (
        "Each tile is one 3×3 kernel of conv2d_1, its three input channels drawn as red, green and blue; "
        "grey is zero, dark negative, bright positive, from −0.25 to +0.25."
    )


@pytest.mark.parametrize("shape", [(3, 3), (3, 3, 3), (0, 3, 3, 4), (3, 3, 3, 0)])
def test_other_shapes_are_refused_in_a_sentence(shape: tuple[int, ...]) -> None:
    with pytest.raises(SpecError, match=r"kernels have shape .*, expected \(kernel height, kernel width, .*pass the"):
        kernel_mosaic(np.zeros(shape, np.float32))


@pytest.mark.parametrize("limit", [0.0, -1.0, np.nan, np.inf])
def test_a_limit_that_is_none_is_refused(limit: float) -> None:
    with pytest.raises(SpecError, match="expected a positive number"):
        kernel_mosaic(kernels(), limit=limit)


@pytest.mark.parametrize("given", [{"scale": 0}, {"columns": 0}, {"gutter": -1}])
def test_sizes_that_are_not_positive_are_refused(given: dict[str, int]) -> None:
    with pytest.raises(SpecError, match="expected whole numbers of at least 1, 1 and 0"):
        kernel_mosaic(kernels(), **given)  # type: ignore[arg-type]


def test_sprite_places_images_row_by_row() -> None:
    images = np.arange(3, dtype=np.uint8).reshape(3, 1, 1, 1).repeat(2, axis=1).repeat(2, axis=2)
    sheet = sprite(images, columns=2, gutter=1)
    assert sheet.shape == (5, 5, 3)
    assert sheet[0, 0].tolist() == [0, 0, 0]
    assert sheet[0, 3].tolist() == [1, 1, 1]
    assert sheet[3, 0].tolist() == [2, 2, 2]
    assert sheet[2, 0].tolist() == sheet[3, 3].tolist() == [255, 255, 255]


def test_sprite_keeps_pixels_of_grey_and_colour() -> None:
    images = np.random.default_rng(0).integers(0, 256, (4, 5, 6, 3), dtype=np.uint8)
    assert (sprite(images) == np.concatenate(list(images), axis=1)).all()
    assert (sprite(images[..., 0])[..., 1] == np.concatenate(list(images[..., 0]), axis=1)).all()


@pytest.mark.parametrize(
    "images",
    [np.zeros((2, 4, 4, 3), np.float32), np.zeros((0, 4, 4, 3), np.uint8), np.zeros((2, 4, 4, 4), np.uint8)],
)
def test_sprite_refuses_other_arrays(images: np.ndarray) -> None:
    with pytest.raises(SpecError, match=r"expected uint8 \(images, height, width, 1 or 3\)"):
        sprite(images)


@pytest.mark.parametrize("given", [{"columns": 0}, {"gutter": -1}])
def test_sprite_refuses_impossible_sheets(given: dict[str, int]) -> None:
    with pytest.raises(SpecError, match="expected at least 1 and 0"):
        sprite(np.zeros((2, 4, 4), np.uint8), **given)


@pytest.mark.parametrize(("encode", "kind"), [(to_png, "PNG"), (to_webp, "WEBP")])
def test_pictures_are_encoded_without_loss(encode: Callable[[Any], bytes], kind: str) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (7, 9, 3), dtype=np.uint8)
    with Image.open(io.BytesIO(encode(picture))) as opened:
        assert opened.format == kind
        assert (np.asarray(opened) == picture).all()
    assert data_url(b"png") == "data:image/png;base64,cG5n"
    assert data_url(b"png", "webp") == "data:image/webp;base64,cG5n"
