"""What the dials do to an image, by hand."""

import numpy as np
import pytest

from cnnviz.errors import SpecError
from cnnviz.inference import DIALS, Dials, adjust, sweep
from cnnviz.inference.dials import with_place, worth_a_line

RNG = np.random.default_rng(0)
IMAGE = RNG.integers(40, 200, (8, 8, 3), np.uint8)


def test_dials_at_rest_change_nothing() -> None:
    assert adjust(IMAGE, Dials()) is IMAGE


def test_brightness_adds_a_share_of_white() -> None:
    assert adjust(IMAGE, Dials(brightness=0.2)).tolist() == (IMAGE + 51).clip(0, 255).tolist()
    assert (adjust(IMAGE, Dials(brightness=1)) == 255).all()
    assert (adjust(IMAGE, Dials(brightness=-1)) == 0).all()


def test_contrast_is_a_factor_around_the_mean() -> None:
    flat = adjust(IMAGE, Dials(contrast=0))
    assert np.unique(flat).tolist() == [round(float(IMAGE.mean()))]
    stronger = adjust(IMAGE, Dials(contrast=1.5)).astype(float)
    assert stronger == pytest.approx(np.clip(IMAGE.mean() + 1.5 * (IMAGE - IMAGE.mean()), 0, 255), abs=0.51)


def test_a_quarter_turn_is_counter_clockwise() -> None:
    assert adjust(IMAGE, Dials(rotation=90)).tolist() == np.rot90(IMAGE).tolist()
    assert adjust(IMAGE, Dials(rotation=-90)).tolist() == np.rot90(IMAGE, -1).tolist()
    assert adjust(IMAGE, Dials(rotation=180)).tolist() == IMAGE[::-1, ::-1].tolist()


def test_a_shift_moves_pixels_and_mirrors_what_it_uncovers() -> None:
    right = adjust(IMAGE, Dials(shift_right=0.25))  # 2 of 8 pixels
    assert right[:, 2:].tolist() == IMAGE[:, :-2].tolist()
    assert right[:, :2].tolist() == IMAGE[:, 1::-1].tolist()
    down = adjust(IMAGE, Dials(shift_down=0.5))
    assert down[4:].tolist() == IMAGE[:4].tolist()


def test_blur_spreads_one_pixel_as_a_gaussian() -> None:
    point = np.zeros((33, 33, 1), np.uint8)
    point[16, 16] = 255
    blurred = adjust(point, Dials(blur=1.0)).astype(float)[:, :, 0]
    assert blurred[16, 16] == pytest.approx(255 / (2 * np.pi), abs=1)
    assert blurred[16, 17] == pytest.approx(255 / (2 * np.pi) * np.exp(-0.5), abs=1)


def test_noise_is_the_same_grain_at_every_strength() -> None:
    grey = np.full((16, 16, 1), 128, np.uint8)
    weak, strong = (adjust(grey, Dials(noise=share)).astype(float) - 128 for share in (0.05, 0.1))
    assert strong == pytest.approx(2 * weak, abs=1.1)
    assert weak.std() == pytest.approx(0.05 * 255, rel=0.1)


@pytest.mark.parametrize("dial", DIALS, ids=lambda dial: dial.name)
def test_a_sweep_turns_one_dial_from_end_to_end(dial) -> None:
    values, images = sweep(IMAGE, Dials(), dial.name, 5)
    assert (values[0], values[-1], images.shape) == (dial.least, dial.most, (5, 8, 8, 3))
    assert images[1].tolist() == adjust(IMAGE, Dials(**{dial.name: float(values[1])})).tolist()


def test_what_is_no_dial_is_refused() -> None:
    with pytest.raises(SpecError, match=r"no dial 'colour'; choose one of brightness"):
        sweep(IMAGE, Dials(), "colour")
    with pytest.raises(SpecError, match="rotation"):
        Dials(rotation=400)


# --- a curve over a dial: which classes get a line, and that it meets the bars --------------------------------

SHARES = np.array([[0.9, 0.05, 0.05, 0.0], [0.2, 0.05, 0.7, 0.05], [0.5, 0.06, 0.4, 0.04]])
PLACES = np.array([-1.0, 0.0, 1.0])


def test_classes_that_matter_somewhere_get_a_line() -> None:
    assert worth_a_line(SHARES) == [0, 2]
    assert worth_a_line(np.full((3, 20), 0.05)) == [0]  # one in any case
    assert len(worth_a_line(np.full((3, 8), 0.125))) == 5


def test_the_curve_passes_through_what_the_bars_say() -> None:
    here = np.array([0.6, 0.1, 0.2, 0.1])
    places, shares = with_place(PLACES, SHARES, 0.25, here)
    assert places.tolist() == [-1, 0, 0.25, 1]
    assert shares[2].tolist() == here.tolist()
    for place in (-1.0, 0.0, 1.0, 1.5, -2.0):  # a place that is there, or beyond the ends
        assert with_place(PLACES, SHARES, place, here)[0] is PLACES
