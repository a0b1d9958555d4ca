import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter, shift

from cnnviz.data import load_dataset
from cnnviz.data.findings.duplicates import are_drawings, exact_copies, near_copies, thumbnails


@pytest.fixture(scope="module")
def photos():
    return load_dataset("cifar10-sample").train.images[:400]


def changed(image, how):
    values = image.astype(np.float32)
    if how == "moved":
        values = shift(values, (2, -3, 0), mode="nearest")
    elif how == "recoloured":
        values = values * (0.7, 0.9, 1.1) + 20
    elif how == "softer":
        values = gaussian_filter(values, (0.6, 0.6, 0))
    elif how == "noisy":
        values = values + np.random.default_rng(0).normal(0, 6, values.shape)
    return np.clip(values, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("how", ["moved", "recoloured", "softer", "noisy"])
def test_a_changed_copy_is_found_among_strangers(photos, how):
    originals = [3, 77, 60]
    copies = np.stack([changed(photos[at], how) for at in originals])
    pairs = near_copies(thumbnails(copies), thumbnails(photos))
    assert set(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True)) >= set(enumerate(originals))
    assert len(pairs) <= 4  # and next to nobody else


def test_a_larger_copy_of_a_photo_is_the_same_picture(photos):
    larger = np.stack([np.asarray(Image.fromarray(photos[at]).resize((96, 96))) for at in (5, 6)])
    pairs = near_copies(thumbnails(larger), thumbnails(photos))
    assert {(0, 5), (1, 6)} <= set(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True))


def test_each_pair_within_a_set_is_named_once(photos):
    doubled = np.concatenate([photos[:300], [changed(photos[10], "moved")]])
    pairs = near_copies(thumbnails(doubled))
    both = list(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True))
    assert (10, 300) in both
    assert len(both) == len(set(both))
    assert all(first < second for first, second in both)


def test_the_correlation_is_that_of_numpy(photos):
    from cnnviz.data.findings.likeness import correlation, fine

    left, right = fine(thumbnails(photos[:1])), fine(thumbnails(photos[1:2]))
    expected = max(
        np.corrcoef(left[0, 4:28, 4:28].ravel(), right[0, 4 + down : 28 + down, 4 + across : 28 + across].ravel())[0, 1]
        for down in range(-4, 5)
        for across in range(-4, 5)
    )
    assert correlation(left, right, 4)[0] == pytest.approx(expected, abs=1e-5)


def test_two_people_writing_the_same_digit_are_no_copies():
    digits = load_dataset("digits").train.images[:500]
    greys = thumbnails(digits)
    assert are_drawings(greys)
    pairs = near_copies(greys)
    assert len(pairs) < 10
    again = near_copies(greys[:50], greys)
    assert set(range(50)) <= set(again.first.tolist())  # each is found again itself


def test_photos_are_no_drawings(photos):
    assert not are_drawings(thumbnails(photos))


def test_exact_copies_name_the_first(photos):
    images = np.concatenate([photos[:3], photos[1:2], photos[1:2]])
    assert exact_copies(images).tolist() == [0, 1, 2, 1, 1]


def test_even_images_are_not_near_copies_of_each_other():
    even = np.full((4, 32, 32, 1), 100, np.uint8)
    even[1] += 1
    assert len(near_copies(thumbnails(even))) == 0


def test_progress_is_told_and_stops(photos):
    told = []

    def stop(done, of):
        told.append((done, of))
        raise InterruptedError

    with pytest.raises(InterruptedError):
        near_copies(thumbnails(photos), tell=stop)
    assert told == [(256, 400)]
