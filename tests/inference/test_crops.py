"""Which pixels of a photo reach the network, by hand."""

import numpy as np
import pytest

from cnnviz.errors import SpecError
from cnnviz.inference import Crop, cut, journey, prepare_photo, seen_part
from cnnviz.inference.crops import MARGIN

# 4 rows, 8 columns: every pixel's value says where it lies
PHOTO = (np.arange(4)[:, None] * 10 + np.arange(8)[None, :]).astype(np.uint8)[:, :, None]


def test_the_centre_is_a_square_from_the_middle() -> None:
    assert prepare_photo(PHOTO, (4, 4, 1))[:, :, 0].tolist() == PHOTO[:, 2:6, 0].tolist()


def test_the_whole_photo_gets_bars_above_and_below() -> None:
    filled = cut(PHOTO, Crop(mode="whole"))[:, :, 0]
    assert filled.shape == (8, 8)
    assert filled[2:6].tolist() == PHOTO[:, :, 0].tolist()
    assert (filled[:2] == MARGIN).all()
    assert (filled[6:] == MARGIN).all()
    beside = cut(PHOTO.transpose(1, 0, 2), Crop(mode="whole"))[:, :, 0]
    assert beside[:, 2:6].tolist() == PHOTO[:, :, 0].T.tolist()


def test_a_box_is_cut_in_shares_of_the_sides() -> None:
    part = cut(PHOTO, Crop(mode="box", box=(0.25, 0.5, 0.75, 1.0)))
    assert part[:, :, 0].tolist() == PHOTO[2:4, 2:6, 0].tolist()
    colour = prepare_photo(PHOTO, (2, 4, 3), Crop(mode="box", box=(0.25, 0.5, 0.75, 1.0)))
    assert colour[:, :, 1].tolist() == PHOTO[2:4, 2:6, 0].tolist()


def test_a_small_box_has_a_pixel_at_least() -> None:
    assert cut(PHOTO, Crop(mode="box", box=(0.98, 0.98, 1.0, 1.0)))[:, :, 0].tolist() == [[37]]


@pytest.mark.parametrize("box", [(0.5, 0, 0.5, 1), (-0.1, 0, 1, 1), (0, 0, 1, 1.1), (0.4, 0, 0.405, 1)])
def test_a_box_that_is_none_is_refused(box: tuple[float, float, float, float]) -> None:
    with pytest.raises(SpecError, match="the box is"):
        Crop(mode="box", box=box)


@pytest.mark.parametrize(
    ("crop", "aspect", "part"),
    [
        (Crop(), 1.0, (2, 0, 6, 4)),
        (Crop(), 4.0, (0, 1, 8, 3)),
        (Crop(mode="whole"), 1.0, (0, -2, 8, 6)),
        (Crop(mode="whole"), 4.0, (-4, 0, 12, 4)),
        (Crop(mode="box", box=(0.25, 0.5, 0.75, 1.0)), 2.0, (2, 2, 6, 4)),
        (Crop(mode="box", box=(0.25, 0.5, 0.75, 1.0)), 1.0, (3, 2, 5, 4)),
    ],
)
def test_the_part_that_is_seen_is_the_part_that_is_cut(crop: Crop, aspect: float, part: tuple[float, ...]) -> None:
    assert seen_part((4, 8), crop, aspect) == part
    left, top, right, bottom = (round(edge) for edge in part)
    if crop.mode != "whole":  # one pixel of the photo for each of the network
        seen = prepare_photo(PHOTO, (bottom - top, right - left, 1), crop)
        assert seen[:, :, 0].tolist() == PHOTO[top:bottom, left:right, 0].tolist()


@pytest.mark.parametrize(
    ("size", "crop", "shape", "note", "grey", "says"),
    [
        ((300, 451), Crop(), (32, 32, 3), "", False,
         "451×300 pixels. Its centre, 300×300 pixels, is made 32×32: each pixel is the mean of about 9×9."),
        ((300, 450), Crop(mode="whole"), (30, 30, 3), "", False,
         "450×300 pixels. All of it, with grey bars above and below, is made 30×30: each pixel is the mean of about "
         "15×15."),
        ((450, 300), Crop(mode="whole"), (30, 30, 3), "Turned upright, as its EXIF data say.", False,
         "300×450 pixels. Turned upright, as its EXIF data say. All of it, with grey bars left and right, is made "
         "30×30: each pixel is the mean of about 15×15."),
        ((400, 400), Crop(), (32, 32, 1), "", False,
         "400×400 pixels. All of it is made 32×32: each pixel is the mean of about 12×12. Made grey, as all its "
         "training images were."),
        ((400, 400), Crop(mode="box", box=(0.5, 0.5, 0.6, 0.6)), (80, 80, 3), "", True,
         "400×400 pixels. The chosen part, 40×40 pixels, is enlarged to 80×80. The network takes colours, so grey "
         "stands in all three."),
        ((32, 32), Crop(), (32, 32, 3), "", False, "32×32 pixels. The network takes it as it is."),
    ],
)  # fmt: skip
def test_how_a_photo_becomes_what_the_network_sees(size, crop, shape, note, grey, says) -> None:
    assert journey(size, crop, shape, note, grey=grey) == says
