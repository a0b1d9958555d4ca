"""Small files that ask a decoder for gigabytes, and photos as large as are taken: none takes more than 300 MB."""

import io
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from cnnviz.data import fit, open_photo
from cnnviz.data.essence import open_parts
from cnnviz.data.photos import MOST_BYTES, smaller
from cnnviz.errors import DataError
from tests.data.greedy import GREEDY, LARGE, Claim, grey, png, strip, tiff, tiles
from tests.data.measuring import MOST_MEMORY, Opened, opened_elsewhere
from tests.data.photos import COLORS, chunk

Measured = dict[str, Opened]

_MOST_SECONDS = 20  # of the processor; each takes less than one, where without bounds it would take minutes


@pytest.fixture(scope="module")
def greedy(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    return measured(tmp_path_factory.mktemp("greedy"), {name: make for name, (make, _) in GREEDY.items()})


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    return measured(tmp_path_factory.mktemp("large"), LARGE)


def measured(folder: Path, files: dict[str, Any]) -> Measured:
    for name, make in files.items():
        content = make()
        assert len(content) <= MOST_BYTES
        (folder / name).write_bytes(content)
    return opened_elsewhere(*(folder / name for name in files))


@pytest.mark.parametrize("name", GREEDY)
def test_what_asks_for_much_gets_little(greedy: Measured, name: str) -> None:
    found, said = greedy[name], GREEDY[name][1]
    assert found.memory < MOST_MEMORY
    assert found.seconds < _MOST_SECONDS
    assert bool(found.shape) == (not said), found.said
    assert said in found.said
    assert "\n" not in found.said


@pytest.mark.parametrize("name", LARGE)
def test_a_photo_of_25_megapixels_opens(large: Measured, name: str) -> None:
    found = large[name]
    side = 3870 if name.endswith(".webp") else 5000
    assert found.shape[:2] == (side, side), found.said
    assert found.memory < MOST_MEMORY


def test_a_large_photo_of_many_scans_is_read_at_half_its_size(greedy: Measured) -> None:
    for name in ("progressive-inks.jpg", "progressive-colours.jpg"):
        assert greedy[name].shape == (2500, 2500, 3)
        assert "Read at half its size, to spare memory." in greedy[name].said


# --- what is left out changes no picture --------------------------------------------------------------------------

BUSY = {
    "exif": bytes(Image.Exif().tobytes()),
    "icc_profile": ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
    "xmp": b"<x:xmpmeta/>" * 99,
    "comment": b"a comment",
    "dpi": (300, 300),
}
SCENE = Image.fromarray(np.random.default_rng(4).integers(0, 256, (45, 70, 3), np.uint8)).resize((350, 225))
SAVED: list[tuple[str, str, dict[str, Any]]] = [
    *(("JPEG", mode, more) for mode in ("RGB", "L", "CMYK") for more in ({}, {"progressive": True})),
    ("JPEG", "RGB", {"subsampling": 0, "restart_marker_rows": 1}),
    ("MPO", "RGB", {"save_all": True, "append_images": [SCENE]}),
    *(("PNG", mode, {}) for mode in ("RGB", "L", "P", "1")),
    ("PNG", "RGB", {"save_all": True, "append_images": [SCENE.rotate(9)]}),
    ("WEBP", "RGB", {}),
    ("WEBP", "RGB", {"lossless": True, "save_all": True, "append_images": [SCENE.rotate(9)]}),
    ("GIF", "P", {}),
    ("GIF", "P", {"save_all": True, "append_images": [SCENE.rotate(9)], "disposal": 2}),
    ("BMP", "RGB", {}),
    ("BMP", "P", {}),
    *(("TIFF", "RGB", {"compression": how}) for how in (None, "jpeg", "tiff_lzw", "tiff_adobe_deflate", "packbits")),
    *(("TIFF", "1", {"compression": how}) for how in ("group3", "group4", "packbits")),
    *(("TIFF", mode, {"compression": "tiff_lzw"}) for mode in ("P", "CMYK", "L")),
    ("TIFF", "RGB", {"big_tiff": True, "compression": "tiff_deflate"}),
    ("TIFF", "RGB", {"save_all": True, "append_images": [SCENE.rotate(9)]}),
]


@pytest.mark.parametrize(("kind", "mode", "settings"), SAVED)
def test_the_picture_is_what_pillow_makes_of_all_of_it(kind: str, mode: str, settings: dict[str, Any]) -> None:
    stream = io.BytesIO()
    SCENE.convert(mode).save(stream, kind, **(BUSY if kind != "MPO" else {}), **settings)
    whole = Image.open(io.BytesIO(stream.getvalue()))
    expected = np.asarray(whole.convert("L" if mode in ("1", "L") else "RGB"))
    found = open_photo(stream.getvalue(), "a").pixels
    np.testing.assert_array_equal(found[:, :, 0] if found.shape[2] == 1 else found, expected)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_transparency_survives(kind: str, mode: str) -> None:
    image = Image.fromarray(np.dstack([COLORS, COLORS[:, :, 0] // 2])).convert(mode)
    stream = io.BytesIO()
    image.save(stream, kind, **BUSY, **({"lossless": True, "exact": True} if kind == "WEBP" else {}))
    white = Image.new("RGBA", image.size, (255, 255, 255, 255))
    expected = np.asarray(Image.alpha_composite(white, image.convert("RGBA")).convert("RGB"))
    photo = open_photo(stream.getvalue(), "a")
    np.testing.assert_array_equal(np.broadcast_to(photo.pixels, expected.shape), expected)
    assert photo.note == "Transparent parts are shown on white."


@pytest.mark.parametrize(("order", "big"), [("<", False), (">", False), ("<", True)])
def test_tiles_and_strips_of_both_byte_orders(order: str, big: bool) -> None:
    levels = np.arange(32 * 32, dtype=np.uint8).reshape(32, 32)
    quarters = b"".join(levels[row : row + 16, column : column + 16].tobytes() for row in (0, 16) for column in (0, 16))
    at = (16 if big else 8) + (8 + 10 * 20 + 8 if big else 2 + 10 * 12 + 4)
    tiled = [*tiles(16, 0)[:2], (324, 4, [at + 256 * number for number in range(4)]), (325, 4, [256] * 4)]
    for tags, data in ((tiled, quarters), (strip(1024, 32), levels.tobytes())):
        found = open_photo(tiff([*grey(32, 32, 1), *tags], data, order=order, big=big), "a")
        np.testing.assert_array_equal(found.pixels[:, :, 0], levels)


def test_planes_may_stand_apart() -> None:
    planes = np.random.default_rng(5).integers(0, 256, (3, 16, 16), np.uint8)
    tags = [
        *((256, 4, [16]), (257, 4, [16]), (258, 3, [8, 8, 8]), (259, 3, [1]), (262, 3, [2]), (277, 3, [3])),
        *((284, 3, [2]), (278, 4, [16]), (279, 4, [256] * 3)),
    ]
    at = 8 + 2 + 12 * (len(tags) + 1) + 4
    content = tiff([*tags, (273, 4, [at, at + 256, at + 512])], planes.tobytes())
    np.testing.assert_array_equal(open_photo(content, "a").pixels, planes.transpose(1, 2, 0))


def test_of_a_tag_that_stands_there_twice_the_first_counts() -> None:
    """Decoders differ about it, so that one could measure what another does not decode."""
    twice = tiff([*grey(compression=1), (256, 4, [60_000]), *strip(256)], bytes(256))
    assert open_photo(twice, "a").pixels.shape == (16, 16, 1)


@pytest.mark.parametrize("count", [0, 3, 2**31, 2**63])
@pytest.mark.parametrize("place", [10**6, 2**63])
def test_values_that_are_not_there(count: int, place: int) -> None:
    tags = [*grey(compression=1)[1:], (256, 4, Claim(count, place)), *strip(256)]
    content = tiff(tags, bytes(256), big=True)
    with pytest.raises(DataError, match="damaged or unusual TIFF"):
        open_photo(content, "a")


def test_a_directory_that_only_one_of_two_readers_finds() -> None:
    """Pillow reads the header of a BigTIFF in Motorola's byte order as an old one's, and its directory elsewhere."""
    hidden = tiff([*grey(compression=1), *strip(256)], bytes(256), order=">")
    content = tiff([*grey(compression=1), *strip(256)], bytes(256), order=">", big=True)
    with pytest.raises(DataError, match="damaged or unusual TIFF"):
        open_photo(content.ljust(0x80000, b"\0") + hidden[8:], "a")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
def test_headers_that_end_too_soon(kind: str) -> None:
    stream = io.BytesIO()
    SCENE.save(stream, kind)
    for length in range(2, 120):
        with pytest.raises(DataError, match=r"damaged|accepted are"):
            open_photo(stream.getvalue()[:length], "a")


def test_pictures_are_made_smaller_in_bands_as_in_one_piece() -> None:
    pixels = np.random.default_rng(6).integers(0, 256, (2111, 1777, 3), np.uint8)
    whole = Image.fromarray(pixels)
    np.testing.assert_array_equal(smaller(pixels, 300), np.asarray(whole.reduce(8)))
    middle = (0, (2111 - 1777) / 2, 1777, (2111 + 1777) / 2)
    expected = np.asarray(whole.resize((32, 32), Image.Resampling.BOX, middle))
    np.testing.assert_array_equal(fit(pixels, (32, 32, 3)), expected)


def test_pieces_are_read_as_one_file() -> None:
    parts = (b"", b"abc", b"", memoryview(b"d" * 70_000), b"ef")
    whole, chance = b"".join(parts), random.Random(7)
    for _ in range(100):
        pieces, one = open_parts(parts), io.BytesIO(whole)
        for _ in range(8):
            place, length = chance.randrange(70_020), chance.choice((-1, 0, 1, 3, 69_999, 80_000))
            assert pieces.seek(place) == one.seek(place)
            assert pieces.read(length) == one.read(length)
            assert pieces.tell() == one.tell()
    assert open_parts(()).read() == b""


def test_exif_data_behind_the_picture_count_too() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    late = png(behind=chunk(b"eXIf", exif.tobytes().removeprefix(b"Exif\0\0")))
    assert open_photo(late, "a").note == "Turned upright, as its EXIF data say."
