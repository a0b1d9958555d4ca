"""Photos from people, with real files: every line of what can come."""

import os
import struct
import tracemalloc
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnviz.data import open_photo
from cnnviz.data.photos import MOST_BYTES
from cnnviz.errors import DataError
from tests.data.photos import COLORS, GREY, declared_png, folder, opened, refusal, saved

__all__ = ["folder"]

SVG = b'<?xml version="1.0"?>\n<!-- drawn by hand -->\n<svg xmlns="http://www.w3.org/2000/svg"></svg>'
EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(%pipe%touch owned) (w) file\n"


@pytest.mark.parametrize("name", ["a.png", "a.bmp", "a.gif", "a.tif", "a.webp", "a.jpg"])
def test_every_accepted_format_opens(folder: Path, name: str) -> None:
    lossless = {"a.webp": {"lossless": True}}
    photo = opened(saved(folder, Image.fromarray(COLORS), name, **lossless.get(name, {})))
    assert photo.pixels.shape == (8, 12, 3)
    assert photo.pixels.dtype == np.uint8
    assert photo.note == ""
    if name not in ("a.jpg", "a.gif"):
        np.testing.assert_array_equal(photo.pixels, COLORS)


def test_the_content_counts_and_not_the_name(folder: Path) -> None:
    path = saved(folder, Image.fromarray(COLORS), "a.png").rename(folder / "a.jpg")
    np.testing.assert_array_equal(opened(path).pixels, COLORS)


def test_a_camera_s_file_of_several_pictures_is_a_jpeg(folder: Path) -> None:
    small = Image.fromarray(COLORS[:4, :4])
    path = saved(folder, Image.fromarray(COLORS), "a.jpg", format="MPO", save_all=True, append_images=[small])
    assert opened(path).pixels.shape == (8, 12, 3)
    assert opened(path).note == ""


@pytest.mark.parametrize("mode", ["1", "L"])
def test_grey_stays_grey(folder: Path, mode: str) -> None:
    photo = opened(saved(folder, Image.fromarray(GREY).convert(mode), "a.png"))
    assert photo.pixels.shape == (8, 12, 1)
    if mode == "L":
        np.testing.assert_array_equal(photo.pixels[:, :, 0], GREY)


# --- too large --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", [5001, 13300, 20000, 60000])  # 13300: just under Pillow's own limit
def test_a_declared_bomb_is_refused_from_its_header(folder: Path, side: int) -> None:
    (folder / "bomb.png").write_bytes(declared_png(side, side))
    tracemalloc.start()
    try:
        message = refusal(folder / "bomb.png")
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()
    assert f"has {side}x{side} pixels, more than 25 megapixels; make it smaller" in message


def test_a_real_bomb_is_never_decoded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(folder, Image.new("1", (5100, 5100)), "white.png")
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("it was decoded"))
    assert path.stat().st_size < 10_000
    assert "5100x5100" in refusal(path)


def test_webp_reserves_nothing_for_a_declared_canvas(folder: Path) -> None:
    canvas = bytes([0, 0, 0, 0]) + (16382).to_bytes(3, "little") * 2
    body = b"WEBPVP8X" + struct.pack("<I", 10) + canvas
    (folder / "a.webp").write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    assert "a.webp" in refusal(folder / "a.webp")


@pytest.mark.parametrize("size", [(65500, 1), (1, 65500), (21, 1)])
def test_a_strip_is_refused(folder: Path, size: tuple[int, int]) -> None:
    message = refusal(saved(folder, Image.new("L", size), "strip.png"))
    assert f"has {size[0]}x{size[1]} pixels; give one at most 20 times as long" in message


def test_twenty_times_as_long_is_still_a_photo(folder: Path) -> None:
    assert opened(saved(folder, Image.new("L", (40, 2)), "a.png")).pixels.shape == (2, 40, 1)


def test_a_file_of_too_many_bytes_is_refused() -> None:
    with pytest.raises(DataError, match=r"'a\.png' has more than 64 MiB; give a smaller one"):
        open_photo(bytes(MOST_BYTES + 1), "a.png")


# --- damaged, or something else ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp", "a.bmp", "a.tif"])
def test_a_photo_that_is_cut_off_is_refused(folder: Path, name: str) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8)
    path = saved(folder, Image.fromarray(noise), name)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    message = refusal(path)
    assert "choose another" in message
    assert "cut off or damaged" in message or "damaged or unusual" in message


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp", "a.gif", "a.tif"])
def test_flipped_bits_end_in_a_photo_or_in_a_sentence(folder: Path, name: str) -> None:
    path = saved(folder, Image.fromarray(COLORS), name)
    whole = path.read_bytes()
    generator = np.random.default_rng(2)
    for _ in range(200):
        content = bytearray(whole)
        for place in generator.integers(0, len(content), 3):
            content[place] ^= 1 << int(generator.integers(8))
        with suppress(DataError):  # anything else is a bug
            assert open_photo(bytes(content), name).pixels.dtype == np.uint8


def test_a_flipped_bit_that_only_decoding_finds_is_told(folder: Path) -> None:
    path = saved(folder, Image.fromarray(COLORS), "a.png")
    content = bytearray(path.read_bytes())
    content[content.index(b"IDAT") + 30] ^= 255
    path.write_bytes(content)
    assert "cut off or damaged" in refusal(path)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"Dear all,\nthe photo is attached.\n", "text"),
        ("Grüße".encode("utf-16"), "text"),
        (SVG, "SVG"),
        (b"\xef\xbb\xbf  <svg></svg>", "SVG"),
        (b"<!DOCTYPE html><title>Not found</title>", "HTML"),
        (b"\n<html><body>", "HTML"),
        (b"<?xml version='1.0'?><a/>", "XML"),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00isommp42", "a video"),
        (EPS, "PostScript (EPS)"),
        (b"%PDF-1.7\n", "PDF"),
        (b"8BPS\x00\x01", "Photoshop (PSD)"),
        (b"PK\x03\x04\x14\x00", "a zip archive"),
        (b"\x00\x01\x02\x03" * 9, "something unknown"),
    ],
)
def test_what_is_no_photo_is_named(folder: Path, content: bytes, named: str) -> None:
    path = folder / "holiday.png"
    path.write_bytes(content)
    message = refusal(path)
    assert f"holds {named}; accepted are JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF and HEIC" in message


@pytest.mark.parametrize("name", ["a.ppm", "a.ico", "a.jp2", "a.tga", "a.eps", "a.pdf"])
def test_other_formats_that_pillow_reads_are_refused(folder: Path, name: str) -> None:
    assert "accepted are" in refusal(saved(folder, Image.fromarray(COLORS), name))


def test_postscript_never_reaches_ghostscript(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ghost = folder / "gs"
    ghost.write_text(f"#!/bin/sh\ntouch {folder}/carried-out\necho 10.0\n")
    ghost.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    for number, content in enumerate((EPS, b"\xc5\xd0\xd3\xc6" + bytes(26) + EPS)):
        (folder / f"{number}.png").write_bytes(content)
        assert "holds PostScript (EPS)" in refusal(folder / f"{number}.png")
    assert not (folder / "carried-out").exists()


def test_an_empty_file_is_refused(folder: Path) -> None:
    (folder / "a.png").touch()
    assert "is empty" in refusal(folder / "a.png")


def test_a_header_without_a_picture_is_a_damaged_format(folder: Path) -> None:
    (folder / "a.gif").write_bytes(b"GIF89a")
    assert "is a damaged or unusual GIF" in refusal(folder / "a.gif")


def test_a_name_is_shown_as_it_is_and_cut() -> None:
    with pytest.raises(DataError) as caught:
        open_photo(b"text", "a" * 500 + "<b>\n\x1b[2J.png")
    assert "\n" not in str(caught.value)
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 250
