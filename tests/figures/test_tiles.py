import numpy as np
import pytest

from cnnviz.errors import SpecError
from cnnviz.figures.tiles import (
    answers_in_words,
    color_table,
    colour_tiles,
    kernel_pictures,
    map_tiles,
    photo_tiles,
    signed_tiles,
    span,
)


def test_zero_is_grey_and_the_strongest_weight_full() -> None:
    kernels = np.zeros((1, 1, 3, 2))
    kernels[0, 0, 0] = [0.5, -0.25]
    tiles = colour_tiles(kernels)
    assert tiles.pixels[:, 0, 0].tolist() == [[255, 128, 128], [64, 128, 128]]
    assert (tiles.low, tiles.high, tiles.highs.tolist()) == ("−0.50", "+0.50", [0.5, 0.5])


def test_each_kernel_may_have_its_own_scale() -> None:
    kernels = np.array([[[0.5, -0.25]]])
    assert signed_tiles(kernels).pixels.ravel().tolist() == [255, 64]
    own = signed_tiles(kernels, each=True)
    assert own.pixels.ravel().tolist() == [255, 0]
    assert own.highs.tolist() == [0.5, 0.25]
    assert "its own" in own.high


def test_a_limit_may_be_given_and_nan_is_zero() -> None:
    assert signed_tiles(np.array([[[0.5, np.nan]]]), limit=1).pixels.ravel().tolist() == [191, 128]


def test_kernels_are_images_or_the_mean_of_their_channels() -> None:
    kernels = np.linspace(-1, 1, 2 * 2 * 3 * 4).reshape(2, 2, 3, 4)
    assert kernel_pictures(kernels).pixels.tolist() == colour_tiles(kernels).pixels.tolist()
    mean = kernel_pictures(kernels[:, :, :2], limit=2.0)
    assert mean.pixels.tolist() == signed_tiles(kernels[:, :, :2].mean(axis=2), limit=2.0).pixels.tolist()
    assert (mean.table, mean.high) == ("diverging", "+2.0")


def test_maps_are_drawn_from_zero() -> None:
    maps = np.array([[[0.0, 2.0], [1.0, 4.0]]])  # (1, 2, 2): two maps
    own = map_tiles(maps)
    assert own.table == "sequential"
    assert own.pixels[..., 0].tolist() == [[[0, 255]], [[128, 255]]]
    whole = map_tiles(maps, span([maps]))
    assert whole.pixels[..., 0].tolist() == [[[0, 64]], [[128, 255]]]
    assert (whole.low, whole.high) == ("0", "4.0")


def test_maps_with_negative_values_are_drawn_around_zero() -> None:
    maps = np.array([[[-1.0], [4.0]]])
    tiles = map_tiles(maps, span([maps]))
    assert tiles.table == "diverging"
    assert tiles.pixels.ravel().tolist() == [96, 255]
    assert (tiles.low, tiles.high) == ("−4.0", "4.0")


def test_nothing_but_zeros_is_no_division() -> None:
    assert map_tiles(np.zeros((2, 2, 1)), (0.0, 0.0)).pixels.max() == 0
    assert signed_tiles(np.zeros((2, 2, 1))).pixels.min() == 128


def test_photos_stay_as_they_are() -> None:
    images = np.arange(12, dtype=np.uint8).reshape(1, 2, 2, 3)
    tiles = photo_tiles(images)
    assert tiles.pixels is images
    assert tiles.low == ""


def test_tables_have_a_colour_a_byte() -> None:
    for table in ("diverging", "sequential", "grey", "none"):
        assert color_table(table).shape == (256, 3)
    assert color_table("sequential")[[0, -1]].tolist() == [[68, 1, 84], [253, 231, 37]]
    assert color_table("diverging")[128].min() > 240


def test_a_span_passes_over_what_is_not_finite() -> None:
    assert span([np.array([1.0, np.inf]), np.array([-2.0])]) == (-2.0, 1.0)
    assert span([]) == (0.0, 0.0)


@pytest.mark.parametrize("draw", [colour_tiles, signed_tiles, map_tiles])
def test_another_shape_is_refused_in_a_sentence(draw) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(SpecError, match="expected"):
        draw(np.zeros((3, 3)))


def test_words_follow_the_scale_that_is_drawn() -> None:
    positive, signed = (map_tiles(np.array([[[low], [4.0]]])) for low in (0.0, -1.0))
    assert answers_in_words(positive) == "bright is where a filter answers"
    assert answers_in_words(signed) == "red is where a filter answers, white is zero, blue below zero"
    both = answers_in_words(positive, signed, photo_tiles(np.zeros((1, 2, 2, 3), np.uint8)))
    assert both == "bright is where a filter answers, or red where white is zero and blue below it"
    assert answers_in_words(photo_tiles(np.zeros((1, 2, 2, 3), np.uint8))) == ""
