import io
import tracemalloc

import numpy as np
import pytest
from PIL import Image, ImageOps

from cnnviz.data import load_dataset
from cnnviz.data.findings import turned as module
from cnnviz.data.findings.duplicates import thumbnails
from cnnviz.data.findings.turned import TURNS, turned, turned_copies

METHODS = [
    ImageOps.mirror,
    ImageOps.flip,
    *(lambda image, angle=angle: image.rotate(angle) for angle in (180, 90, 270)),
    *(lambda image, angle=angle: ImageOps.mirror(image).rotate(angle) for angle in (90, 270)),
]


@pytest.fixture(scope="module")
def photos():
    return load_dataset("cifar10-sample").train.images[:600]


def named(pairs):
    return set(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True))


@pytest.mark.parametrize("turn", range(TURNS))
def test_the_turns_are_those_of_pillow(photos, turn):
    expected = np.asarray(METHODS[turn](Image.fromarray(photos[3])))
    assert np.array_equal(turned(photos[3:4], turn)[0], expected)


def test_all_eight_symmetries_of_an_image_differ(photos):
    versions = {photos[3].tobytes(), *(turned(photos[3:4], turn).tobytes() for turn in range(TURNS))}
    assert len(versions) == 8


@pytest.mark.parametrize("turn", range(TURNS))
def test_copies_that_were_turned_and_compressed_again_are_found_among_strangers(photos, turn):
    copies = []
    for image in photos[:20]:
        file = io.BytesIO()
        METHODS[turn](Image.fromarray(image)).save(file, "JPEG", quality=75)
        copies.append(np.asarray(Image.open(file)))
    pairs = turned_copies(thumbnails(np.concatenate([photos, np.stack(copies)])))
    found = named(pairs)
    assert len(found & {(at, 600 + at) for at in range(20)}) >= 19
    assert not {pair for pair in found if pair[1] < 600}
    assert pairs.likeness.tolist() == sorted(pairs.likeness.tolist(), reverse=True)
    assert len(pairs) == len(found)  # each once


def test_the_sample_has_one_mirrored_photo():
    """A deer in the snow; every other pair that is nearly as alike shows two things."""
    sample = load_dataset("cifar10-sample")
    pairs = turned_copies(thumbnails(np.concatenate([sample.train.images, sample.test.images])))
    assert len(pairs) == 1
    assert sample.class_names[sample.test.labels[int(pairs.second[0]) - len(sample.train)]] == "deer"


def test_handwriting_that_is_alike_when_it_is_turned_is_no_copy():
    assert len(turned_copies(thumbnails(load_dataset("digits").train.images))) == 0


def test_progress_is_told_and_stops(photos):
    def stop(done, of):
        assert (done, of) == (1, TURNS)
        raise InterruptedError

    with pytest.raises(InterruptedError):
        turned_copies(thumbnails(photos[:50]), stop)


def test_thousands_of_even_images_take_little_memory():
    """As a set of pictures that were all read as black; each would be a candidate of every other."""
    even = np.zeros((4_000, 32, 32), np.uint8)
    even[::2] = 200
    tracemalloc.start()
    try:
        assert len(turned_copies(even)) == 0
        assert tracemalloc.get_traced_memory()[1] < 100 * 2**20
    finally:
        tracemalloc.stop()


def test_what_is_found_does_not_depend_on_how_many_are_looked_at_together(photos, monkeypatch):
    greys = thumbnails(np.concatenate([photos[:200], photos[:20, :, ::-1]]))
    together = turned_copies(greys)
    assert len(named(together) & {(at, 200 + at) for at in range(20)}) == 20
    monkeypatch.setattr(module, "_CANDIDATES", 7)
    apart = turned_copies(greys)
    assert named(apart) == named(together)
    assert np.array_equal(apart.likeness, together.likeness)
