"""Augmentation against NumPy: mirrors, whole-pixel shifts, turns."""

import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from cnnviz.spec import Augmentation
from cnnviz.training import augment as module
from cnnviz.training.augment import augment, first_sides, preview

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (64, 9, 12, 3)).astype(np.float32)


def changed(images: NDArray[np.float32], seed: int = 1, step: int = 0, **settings: float) -> NDArray[np.float32]:
    seeds = tf.constant([seed, step], tf.int32)
    return np.asarray(augment(tf.constant(images), Augmentation(**settings), seeds))  # type: ignore[arg-type]


def chosen(monkeypatch: pytest.MonkeyPatch, **shares: float) -> None:
    """Replace chance: the named change is made with that share of its limit, the others not at all."""
    purposes = {"rotation": 0, "zoom": 1, "flip": 2, "right": 3, "contrast": 4, "down": 5}
    by_number = {purposes[name]: share for name, share in shares.items()}

    def fixed(images: tf.Tensor, limit: float, _seed: tf.Tensor, purpose: int) -> tf.Tensor:
        return tf.fill([tf.shape(images)[0]], tf.constant(limit * by_number.get(purpose, 0.0), tf.float32))

    monkeypatch.setattr(module, "_uniform", fixed)


def test_a_flip_is_an_exact_mirror() -> None:
    found = changed(IMAGES, flip=True)
    mirrored = [(image == before[:, ::-1]).all() for image, before in zip(found, IMAGES, strict=True)]
    same = [(image == before).all() for image, before in zip(found, IMAGES, strict=True)]
    assert all(one != other for one, other in zip(mirrored, same, strict=True))
    assert 16 < sum(mirrored) < 48  # half of 64, give or take four standard deviations


def test_a_shift_is_of_whole_pixels_with_a_mirrored_border() -> None:
    found = changed(IMAGES, shift=0.25)  # up to round(2.25) rows and 3 columns
    rows, columns = 2, 3
    moves = set()
    for image, before in zip(found, IMAGES, strict=True):
        padded = np.pad(before, ((rows, rows), (columns, columns), (0, 0)), mode="symmetric")
        candidates = {
            (down, right): padded[rows + down : rows + down + 9, columns + right : columns + right + 12]
            for down in range(-rows, rows + 1)
            for right in range(-columns, columns + 1)
        }
        fits = [move for move, candidate in candidates.items() if (candidate == image).all()]
        assert len(fits) == 1
        moves.add(fits[0])
    assert len(moves) > 15  # down and right are drawn apart: 35 moves are possible, 7 where one followed the other
    assert {down for down, _ in moves} == set(range(-rows, rows + 1))
    assert {right for _, right in moves} == set(range(-columns, columns + 1))


@pytest.mark.parametrize("share", [1.0, -1.0])
def test_a_quarter_turn_is_numpy_s(monkeypatch: pytest.MonkeyPatch, share: float) -> None:
    chosen(monkeypatch, rotation=share)
    square = IMAGES[:, :, :9]
    found = changed(square, rotation=90)
    turns = [np.rot90(square, quarter, axes=(1, 2)) for quarter in (1, -1)]
    errors = [np.abs(found - turn).max() for turn in turns]
    assert min(errors) < 0.01  # grey levels, from the cosine of 90 degrees in 32 bits
    assert max(errors) > 100


def test_turning_there_and_back_are_different_directions(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen(monkeypatch, rotation=1.0)
    once = changed(IMAGES[:, :, :9], rotation=90)
    chosen(monkeypatch, rotation=-1.0)
    np.testing.assert_allclose(changed(once, rotation=90), IMAGES[:, :, :9], atol=0.05)


def test_a_half_turn_is_two_mirrors(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen(monkeypatch, rotation=1.0)
    np.testing.assert_allclose(changed(IMAGES, rotation=180), IMAGES[:, ::-1, ::-1], atol=0.05)


def test_zoom_enlarges_about_the_centre(monkeypatch: pytest.MonkeyPatch) -> None:
    row = np.arange(13, dtype=np.float32) * 20  # a ramp: the value says where a pixel came from
    ramp = np.tile(row[None, None, :, None], (1, 13, 1, 1))
    chosen(monkeypatch, zoom=1.0)
    found = changed(ramp, zoom=0.5)[0, 6, :, 0]
    np.testing.assert_allclose(found, 120 + (row - 120) / 1.5, atol=1e-3)


def test_contrast_is_about_the_image_s_mean(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen(monkeypatch, contrast=-1.0)
    mean = IMAGES.mean(axis=(1, 2, 3), keepdims=True)
    np.testing.assert_allclose(changed(IMAGES, contrast=0.5), mean + (IMAGES - mean) * 0.5, atol=1e-3)


EVERYTHING = {"flip": True, "shift": 0.3, "rotation": 40, "zoom": 0.3, "contrast": 0.9}


@pytest.mark.parametrize("settings", [*({key: value} for key, value in EVERYTHING.items()), EVERYTHING], ids=str)
def test_values_stay_in_range_and_repeat_with_their_seed(settings: dict[str, float]) -> None:
    found = changed(IMAGES, **settings)
    assert found.shape == IMAGES.shape
    assert found.dtype == np.float32
    assert found.min() >= 0
    assert found.max() <= 255
    np.testing.assert_array_equal(found, changed(IMAGES, **settings))
    assert not np.array_equal(found, changed(IMAGES, seed=2, **settings))
    assert not np.array_equal(found, changed(IMAGES, step=1, **settings))


def test_images_of_a_batch_are_changed_differently() -> None:
    same = np.repeat(IMAGES[:1], 32, axis=0)
    found = changed(same, shift=0.3, rotation=30)
    assert len({image.tobytes() for image in found}) == 32


def test_no_augmentation_changes_nothing() -> None:
    np.testing.assert_array_equal(changed(IMAGES), IMAGES)


def test_given_sides_are_taken() -> None:
    sides = np.arange(len(IMAGES)) % 2 == 0
    found = np.asarray(augment(tf.constant(IMAGES), Augmentation(flip=True), tf.constant([1, 0]), tf.constant(sides)))
    np.testing.assert_array_equal(found[sides], IMAGES[sides, :, ::-1])
    np.testing.assert_array_equal(found[~sides], IMAGES[~sides])


def test_about_half_of_the_images_begin_mirrored_and_the_seed_says_which() -> None:
    sides = np.asarray(first_sides(4000, 3))
    assert 1850 < sides.sum() < 2150
    np.testing.assert_array_equal(sides, first_sides(4000, 3))
    assert not np.array_equal(sides, first_sides(4000, 4))


def test_a_preview_shows_one_image_several_times() -> None:
    image = IMAGES[0].astype(np.uint8)
    found = preview(image, Augmentation(flip=True, shift=0.2), count=5, seed=3)
    assert (found.shape, found.dtype) == ((5, 9, 12, 3), np.uint8)
    np.testing.assert_array_equal(found, preview(image, Augmentation(flip=True, shift=0.2), count=5, seed=3))
    assert not np.array_equal(found, preview(image, Augmentation(flip=True, shift=0.2), count=5, seed=4))
    np.testing.assert_array_equal(preview(image, Augmentation(), count=2), [image, image])
