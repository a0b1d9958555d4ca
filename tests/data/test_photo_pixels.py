"""What becomes of a photo's pixels: levels, colours, transparency, EXIF rotation, animations, and a network's size."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cnnviz.data import fit
from cnnviz.data.photos import smaller
from cnnviz.errors import DataError
from tests.data.photos import COLORS, GREY, folder, opened, refusal, saved

__all__ = ["folder"]


# --- levels and colours -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_16_bit_grey_is_scaled_and_not_clipped(folder: Path, name: str) -> None:
    levels = np.arange(256, dtype=np.uint16).reshape(16, 16) * 257
    photo = opened(saved(folder, Image.fromarray(levels), name))
    np.testing.assert_array_equal(photo.pixels[:, :, 0], np.arange(256).reshape(16, 16))


@pytest.mark.parametrize("value", [0.5, np.nan, np.inf])
def test_floating_point_is_refused(folder: Path, value: float) -> None:
    message = refusal(saved(folder, Image.fromarray(np.full((4, 4), value, np.float32)), "a.tif"))
    assert "holds floating-point numbers" in message
    assert "8 or 16 bits" in message


def test_32_bit_grey_is_refused(folder: Path) -> None:
    message = refusal(saved(folder, Image.fromarray(np.full((4, 4), 70000, np.int32)), "a.tif"))
    assert "holds 32-bit or signed numbers" in message


@pytest.mark.parametrize("name", ["a.jpg", "a.tif"])
def test_printing_inks_become_colours(folder: Path, name: str) -> None:
    photo = opened(saved(folder, Image.new("CMYK", (4, 4), (0, 255, 255, 0)), name))
    assert photo.pixels.shape == (4, 4, 3)
    red, green, blue = photo.pixels[0, 0]
    assert red > 240
    assert max(green, blue) < 15
    assert "CMYK" in photo.note


def test_a_palette_becomes_colours(folder: Path) -> None:
    two = Image.fromarray(np.where(GREY[:, :, None] > 127, [200, 10, 30], [0, 90, 255]).astype(np.uint8))
    photo = opened(saved(folder, two.quantize(2), "a.png"))
    np.testing.assert_array_equal(photo.pixels, np.asarray(two))
    assert photo.note == ""


def test_lab_becomes_colours(folder: Path) -> None:
    path = saved(folder, Image.new("LAB", (4, 4), (50, 0, 0)), "a.tif")
    assert opened(path).pixels.shape == (4, 4, 3)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparent_parts_are_white_and_said(folder: Path, mode: str) -> None:
    half = np.zeros((4, 4, 4), np.uint8)
    half[:, :2, 3] = 255  # black on the left, transparent black on the right
    image = Image.fromarray(half).convert(mode)
    settings = {}
    if mode == "P":
        image = Image.fromarray(np.array([[0, 0, 1, 1]] * 4, np.uint8)).convert("P")
        image.putpalette([0, 0, 0, 9, 9, 9])
        settings = {"transparency": 1}
    photo = opened(saved(folder, image, "a.png", **settings))
    assert photo.pixels.shape == (4, 4, 1 if mode == "LA" else 3)
    assert (photo.pixels[:, :2] == 0).all()
    assert (photo.pixels[:, 2:] == 255).all()
    assert photo.note == "Transparent parts are shown on white."


def test_half_transparent_is_mixed_with_white(folder: Path) -> None:
    photo = opened(saved(folder, Image.new("RGBA", (2, 2), (255, 0, 0, 128)), "a.png"))
    np.testing.assert_allclose(photo.pixels[0, 0], [255, 127, 127], atol=1)


def test_opaque_alpha_changes_nothing(folder: Path) -> None:
    opaque = np.concatenate([COLORS, np.full((8, 12, 1), 255, np.uint8)], axis=2)
    photo = opened(saved(folder, Image.fromarray(opaque), "a.png"))
    np.testing.assert_array_equal(photo.pixels, COLORS)
    assert photo.note == ""


# --- EXIF and animations ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_photos_are_turned_upright(folder: Path, orientation: int, name: str) -> None:
    upright = Image.fromarray(COLORS)
    inverse = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Pillow's transposition that undoes each
    turned = upright.transpose(Image.Transpose(inverse[orientation])) if orientation > 1 else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    photo = opened(saved(folder, turned, name, exif=exif))
    np.testing.assert_array_equal(photo.pixels, COLORS)
    assert photo.note == ("Turned upright, as its EXIF data say." if orientation > 1 else "")


@pytest.mark.parametrize("exif", [b"Exif\x00\x00II*\x00\xff\xff\xff\xff", b"Exif\x00\x00nonsense", b"Exif\x00\x00"])
def test_broken_exif_is_ignored(folder: Path, exif: bytes) -> None:
    photo = opened(saved(folder, Image.fromarray(COLORS), "a.jpg", exif=exif))
    assert photo.pixels.shape == (8, 12, 3)
    assert photo.note == ""


@pytest.mark.parametrize("orientation", [0, 9, 70])
def test_an_orientation_that_does_not_exist_is_ignored(folder: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert opened(saved(folder, Image.fromarray(COLORS), "a.jpg", exif=exif)).pixels.shape == (8, 12, 3)


@pytest.mark.parametrize("name", ["a.gif", "a.png", "a.webp", "a.tif"])
def test_of_an_animation_the_first_frame_is_used_and_said(folder: Path, name: str) -> None:
    first, second = Image.new("RGB", (6, 4), (250, 0, 0)), Image.new("RGB", (6, 4), (0, 0, 250))
    photo = opened(saved(folder, first, name, save_all=True, append_images=[second]))
    assert photo.pixels[..., 0].min() > 240
    assert photo.pixels[..., 2].max() < 10
    assert photo.note == f"Only its first {'page' if name == 'a.tif' else 'frame'} is used."


def test_an_animation_cut_off_behind_its_first_frame_is_a_photo(folder: Path) -> None:
    frames = [Image.fromarray(np.roll(COLORS, step, axis=1)) for step in range(9)]
    path = saved(folder, frames[0], "a.gif", save_all=True, append_images=frames[1:])
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])
    assert opened(path).note == "Only its first frame is used."


# --- fit --------------------------------------------------------------------------------------------------------


def test_fit_takes_the_middle_square() -> None:
    wide = np.zeros((4, 10, 3), np.uint8)
    wide[:, 3:7] = 200
    np.testing.assert_array_equal(fit(wide, (4, 4, 3)), np.full((4, 4, 3), 200))
    np.testing.assert_array_equal(fit(wide.transpose(1, 0, 2), (2, 2, 3)), np.full((2, 2, 3), 200))


def test_fit_keeps_the_networks_proportions() -> None:
    high = np.zeros((12, 4, 1), np.uint8)
    high[3:9] = 90
    np.testing.assert_array_equal(fit(high, (3, 2, 1)), np.full((3, 2, 1), 90))  # 4 wide, 6 of 12 high


def test_fit_reduces_by_the_mean_of_areas() -> None:
    blocks = np.random.default_rng(3).integers(0, 256, (64, 64, 3), np.uint8)
    means = blocks.reshape(32, 2, 32, 2, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(fit(blocks, (32, 32, 3)), means, atol=1)


def test_fit_leaves_what_fits_alone() -> None:
    np.testing.assert_array_equal(fit(COLORS[:8, :8], (8, 8, 3)), COLORS[:8, :8])


def test_fit_enlarges_small_photos() -> None:
    assert fit(COLORS, (32, 32, 3)).shape == (32, 32, 3)
    assert fit(np.full((1, 1, 3), 7, np.uint8), (8, 8, 3)).min() == 7


def test_grey_goes_into_a_colour_network_and_back() -> None:
    grey = np.ascontiguousarray(GREY[:8, :8, None])
    colour = fit(grey, (8, 8, 3))
    np.testing.assert_array_equal(colour, np.repeat(grey, 3, axis=2))
    np.testing.assert_array_equal(fit(colour, (8, 8, 1)), grey)
    green = np.zeros((8, 8, 3), np.uint8)
    green[..., 1] = 255
    assert fit(green, (8, 8, 1)).tolist() == np.full((8, 8, 1), 150).tolist()  # 0.587 * 255


@pytest.mark.parametrize("pixels", [GREY, COLORS.astype(np.float32), COLORS[:, :, :2], COLORS[:0]])
def test_fit_refuses_what_is_no_photo(pixels: Any) -> None:
    with pytest.raises(DataError, match="expected uint8"):
        fit(pixels, (8, 8, 3))


def test_fit_refuses_a_network_of_five_channels() -> None:
    with pytest.raises(DataError, match="takes images of 5 channels and photos have 1 or 3"):
        fit(COLORS, (8, 8, 5))


def test_what_is_opened_can_be_saved_again(folder: Path) -> None:
    photo = opened(saved(folder, Image.fromarray(COLORS), "a.png"))
    assert photo.pixels.flags.writeable
    buffer = io.BytesIO()
    Image.fromarray(photo.pixels).save(buffer, "PNG")


# --- small enough to keep ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("channels", [1, 3])
def test_a_photo_is_made_smaller_by_whole_blocks(channels: int) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (40, 60, channels), np.uint8)
    small = smaller(pixels, 20)
    blocks = pixels[:39].reshape(13, 3, 20, 3, channels).mean(axis=(1, 3))
    assert small.shape == (14, 20, channels)  # the last row is what is left
    np.testing.assert_allclose(small[:13], blocks, atol=0.6)  # Pillow rounds a little down
    assert smaller(pixels, 60) is pixels
    assert smaller(pixels[:1], 20).shape == (1, 20, channels)
