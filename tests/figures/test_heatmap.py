import numpy as np
import pytest

from cnnviz.errors import SpecError
from cnnviz.explain.heatmap import Heatmap, Verdict, heatmap
from cnnviz.figures.heatmap import heat_ramp, heat_table, heatmap_picture, in_two_digits, overlay, sheet

IMAGE = np.random.default_rng(0).integers(0, 256, (8, 6, 3), np.uint8)
RAW = np.linspace(-1, 2, 48, dtype=np.float32).reshape(8, 6)
VERDICT = Verdict(3, 3, 4.5, 0.62, True)


def made(raw: np.ndarray = RAW, layer: str = "conv2d_2") -> Heatmap:
    return heatmap(raw, "gradcam", VERDICT, "every feature map is zero", layer=layer)


def test_the_scale_goes_from_black_to_bright_yellow_and_gets_brighter() -> None:
    table = heat_table()
    assert table.shape == (256, 3)
    assert not table.flags.writeable
    brightness = table @ np.array([0.299, 0.587, 0.114])
    assert (np.diff(brightness) > -0.6).all()
    assert brightness[0] < 3
    assert brightness[-1] > 230
    ramp = heat_ramp(5)
    assert len(ramp) == 5
    assert ramp[0] == "#" + bytes(table[0]).hex().upper()
    assert ramp[-1] == "#" + bytes(table[255]).hex().upper()


def test_overlay_mixes_every_pixel_alike() -> None:
    values = made().values
    np.testing.assert_array_equal(overlay(IMAGE, values, 0), IMAGE)
    full = overlay(IMAGE, values, 1)
    np.testing.assert_array_equal(full[-1, -1], heat_table()[255])
    np.testing.assert_array_equal(full[0, 0], heat_table()[0])
    half = overlay(IMAGE, values, 0.5)
    np.testing.assert_allclose(half, (IMAGE.astype(float) + full) / 2, atol=0.5)
    grey = overlay(IMAGE[:, :, :1], values, 0)
    np.testing.assert_array_equal(grey, np.repeat(IMAGE[:, :, :1], 3, axis=2))


@pytest.mark.parametrize(
    ("image", "values", "opacity"),
    [
        (IMAGE, np.zeros((6, 8)), 0.5),
        (IMAGE.astype(float), np.zeros((8, 6)), 0.5),
        (IMAGE, np.full((8, 6), 1.1), 0.5),
        (IMAGE, np.full((8, 6), np.nan), 0.5),
        (IMAGE, np.zeros((8, 6)), 1.5),
    ],
)
def test_what_does_not_fit_is_refused(image: np.ndarray, values: np.ndarray, opacity: float) -> None:
    with pytest.raises(SpecError, match="expected"):
        overlay(image, values, opacity)


def test_a_picture_has_a_scale_and_a_caption() -> None:
    picture = heatmap_picture(made(), IMAGE, "Grad-CAM", "cat")
    assert picture.zoom == 80
    assert picture.image.shape == (640, 480, 3)
    assert picture.caption == (
        "Grad-CAM at conv2d_2 for cat (probability 62 %): black is nothing, bright yellow the strongest place."
    )
    assert (picture.low, picture.high) == ("0", "strongest (2.0)")
    assert (picture.image[:80, :80] == picture.image[0, 0]).all()  # sharp


def test_methods_on_pixels_name_no_layer() -> None:
    assert heatmap_picture(made(layer=""), IMAGE, "Occlusion", "cat").caption.startswith("Occlusion for cat (")


def test_an_empty_heatmap_is_the_image_and_says_why() -> None:
    picture = heatmap_picture(made(np.zeros((8, 6))), IMAGE, "Grad-CAM", "cat", zoom=1)
    np.testing.assert_array_equal(picture.image, IMAGE)
    assert picture.caption.endswith("nothing lights up, because every feature map is zero.")
    assert picture.high == ""


def test_zoom_is_a_whole_number_of_at_least_one() -> None:
    with pytest.raises(SpecError, match="at least 1"):
        heatmap_picture(made(), IMAGE, "Grad-CAM", "cat", zoom=0)
    wide = np.zeros((10, 900, 3), np.uint8)
    assert heatmap_picture(made(np.ones((10, 900))), wide, "Grad-CAM", "cat").zoom == 1


@pytest.mark.parametrize("name", ["cat", "a very long name of a class, " * 5, "x" * 300])
def test_a_sheet_holds_picture_scale_and_words(name: str) -> None:
    picture = heatmap_picture(made(), IMAGE, "Grad-CAM", name, zoom=10)
    whole = sheet(picture)
    assert whole.dtype == np.uint8
    assert whole.shape[1] == 320 + 32
    left = 16 + (320 - 60) // 2
    np.testing.assert_array_equal(whole[16:96, left : left + 60], picture.image)
    ramp = whole[16 + 80 + 16 + 6, 16:336]
    np.testing.assert_array_equal(ramp[0], heat_table()[0])
    np.testing.assert_array_equal(ramp[-1], heat_table()[255])
    assert (whole[-60:] != 255).any()  # words
    assert (whole[:, -16:] == 255).all()  # and none beyond the margin


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0, "0"),
        (0.0538, "0.054"),
        (0.996, "1.0"),
        (24.28, "24"),
        (1234.5, "1200"),
        (-1.132, "−1.1"),
        (3e-6, "3.0e−06"),
        (0.77, "0.77"),
        (9.96, "10"),
        (4e5, "4.0e+05"),
    ],
)
def test_two_digits(value: float, told: str) -> None:
    assert in_two_digits(value) == told
