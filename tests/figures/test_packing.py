import base64
import io

import numpy as np
from PIL import Image

from cnnviz.figures.packing import packed, packed_sheet, packed_tiles, versioned
from cnnviz.figures.tiles import photo_tiles, signed_tiles


def test_an_array_comes_back_from_its_text() -> None:
    values = np.arange(6, dtype=np.int64).reshape(2, 3).T  # not in C order
    read = np.frombuffer(base64.b64decode(packed(values, "<u2")), "<u2")
    assert read.tolist() == values.ravel().tolist()


def test_a_version_names_the_content() -> None:
    one, same, other = ({"inputs": "AAAA", "bias": bias} for bias in (1.0, 1.0, 2.0))
    assert versioned(one) == versioned(same)
    assert versioned(one)["version"] != versioned(other)["version"]


def test_a_sheet_is_made_once() -> None:
    images = np.arange(48, dtype=np.uint8).reshape(4, 2, 2, 3)
    assert packed_sheet(images) is packed_sheet(images.copy())
    assert packed_sheet(images, 2) != packed_sheet(images)
    with Image.open(io.BytesIO(base64.b64decode(packed_sheet(images, 2).partition(",")[2]))) as sheet:
        assert np.asarray(sheet)[:2, 2:].tolist() == images[1].tolist()


def test_pictures_say_their_scale_and_photographs_have_none() -> None:
    sent = packed_tiles(signed_tiles(np.array([[[-2.0, 1.0]]])))
    assert (sent["count"], sent["lows"], sent["highs"], sent["low"]) == (2, [-2.0, -2.0], [2.0, 2.0], "−2.0")
    assert sent["ramp"][0] == "#053061"
    photo = packed_tiles(photo_tiles(np.zeros((1, 2, 2, 3), np.uint8)))
    assert (photo["photo"], photo["ramp"]) == (True, [])
