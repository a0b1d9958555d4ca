"""Photos by the dozen: taken in once, small enough to keep."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from cnnviz.data import Photo
from cnnviz.ui.classify import photos
from cnnviz.ui.classify.photos import PhotoItem, PhotoShelf


def photo_file(seed: int, width: int = 60, height: int = 40) -> bytes:
    content = io.BytesIO()
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    Image.fromarray(pixels).save(content, "PNG")
    return content.getvalue()


# --- taking in --------------------------------------------------------------------------------------------------


def test_a_file_is_decoded_once_and_let_go_of() -> None:
    shelf = PhotoShelf()
    item = shelf.add("one.png", photo_file(1))
    assert item is not None
    assert shelf.pending == [item]
    item.decode(shelf.side)
    assert (item.content, shelf.pending, shelf.photos, item.size) == (None, [], [item], (40, 60))
    item.decode(shelf.side)  # nothing left to decode
    assert shelf.add("the same.png", photo_file(1)) is item  # the same photo is there once
    assert len(shelf.photos) == 1


def test_a_bad_file_is_kept_with_its_reason() -> None:
    shelf = PhotoShelf()
    bad = shelf.add("notes.png", b"milk, bread")
    assert bad is not None
    bad.decode(100)
    assert shelf.bad == [bad]
    assert not shelf.photos
    assert bad.error.startswith("The file 'notes.png' holds text; accepted are JPEG")


def test_many_photos_are_kept_smaller_and_too_many_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photos, "_MOST_PHOTOS", 26)
    shelf = PhotoShelf()
    first = shelf.add("large.png", photo_file(0, 1500, 1000))
    assert first is not None
    first.decode(shelf.side)
    assert first.pixels.shape == (500, 750, 3)
    for number in range(1, 27):
        shelf.add(f"{number}.png", photo_file(number, 1100, 60 + number))
    assert (len(shelf.everything()), shelf.left_out, shelf.side) == (26, 1, 512)
    second = shelf.pending[0]
    second.decode(shelf.side)
    assert second.pixels.shape[:2] == (21, 367)
    shelf.clear()
    assert (shelf.everything(), shelf.left_out) == ([], 0)


@pytest.mark.parametrize(("side", "kind"), [(32, "png"), (400, "jpeg")])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_tiny_picture_keeps_its_pixels_on_the_way_to_the_browser(side: int, kind: str, channels: int) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (side, side, channels), np.uint8)
    item = PhotoItem("x", "x", None, Photo(pixels))
    for address in (item.address, item.thumbnail):
        assert address.startswith(f"data:image/{kind};base64,")
    if side == 32:
        with Image.open(io.BytesIO(base64.b64decode(item.address.partition(",")[2]))) as picture:
            assert np.array_equal(np.asarray(picture).reshape(pixels.shape), pixels)
