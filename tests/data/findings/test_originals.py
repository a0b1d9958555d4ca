import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnviz.data import load_dataset
from cnnviz.data.again import understood_again
from cnnviz.data.deleting import delete_dataset
from cnnviz.data.findings import Place, examine, places_of
from cnnviz.data.importing import import_dataset, keep
from cnnviz.data.originals import Original, originals_of, originals_path
from cnnviz.data.sources import Keeping

ORIENTATION, MAKE, MODEL, EXIF, WIDTH, HEIGHT = 274, 271, 272, 34665, 40962, 40963


def photo(path, size, *, orientation=None, camera=None, taken=None):
    """Save a photo of a size (width, height) as its pixels are stored, with what a camera says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(zlib.crc32(path.name.encode())).integers(0, 256, (9, 12, 3), np.uint8)
    exif = Image.Exif()
    if orientation:
        exif[ORIENTATION] = orientation
    if camera:
        exif[MAKE], exif[MODEL] = "Maker", camera
    if taken:
        exif.get_ifd(EXIF).update({WIDTH: taken[0], HEIGHT: taken[1]})
    Image.fromarray(noise).resize(size).save(path, exif=exif)


@pytest.fixture
def folder(tmp_path):
    """Forty photos of two classes, 120x90 by one camera, and some others."""
    root = tmp_path / "photos"
    for name in ("cat", "dog"):
        for number in range(24):
            photo(root / name / f"{name}{number:02}.jpg", (120, 90), orientation=1, camera="A")
    photo(root / "cat" / "small.jpg", (14, 12))
    photo(root / "cat" / "huge.jpg", (600, 450))
    photo(root / "cat" / "strip.jpg", (300, 60))
    photo(root / "dog" / "twice.jpg", (90, 120), orientation=6, camera="B", taken=(120, 90))
    photo(root / "dog" / "held.jpg", (120, 90), orientation=6, camera="A", taken=(120, 90))
    photo(root / "dog" / "lone.jpg", (90, 120), orientation=1, camera="A")
    return root


def named(folder, home, **settings):
    """Import a folder; return the data set and where each file went, by name."""
    from cnnviz.data.sources import understand

    understood = understand(folder)
    made = keep(understood, "mine", home, **settings)
    dataset = load_dataset("mine", home)
    everything = [split.images for split in (dataset.train, dataset.test)]
    where = {}
    for place in places_of(dataset):
        image = everything[0 if place.split == "train" else 1][place.position]
        where[image.tobytes()] = place
    from cnnviz.data.fitting import fitted

    return dataset, {
        Path(understood.pictures.name(at)).name: where[
            fitted(understood.pictures.read(at), made.info.shape, "crop").tobytes()
        ]
        for at in range(len(understood))
    }


def test_what_the_pictures_were_is_kept_in_the_order_of_the_images(folder, tmp_path):
    dataset, where = named(folder, tmp_path / "home")
    places = places_of(dataset)
    originals = originals_of("mine", len(places), tmp_path / "home")
    row = {name: Original(*originals[places.index(place)].tolist()) for name, place in where.items()}
    assert row["huge.jpg"][:3] == (450, 600, 1)
    assert row["cat03.jpg"][:3] == (90, 120, 1)
    assert row["held.jpg"][:4] == (120, 90, 6, 0)  # upright, as it is kept
    assert row["twice.jpg"][:4] == (90, 120, 6, 1)
    assert row["cat03.jpg"].camera == row["held.jpg"].camera != row["twice.jpg"].camera
    assert row["huge.jpg"].camera == 0


def test_odd_pictures_are_found(folder, tmp_path):
    dataset, where = named(folder, tmp_path / "home")
    originals = originals_of("mine", len(places_of(dataset)), tmp_path / "home")
    found = {finding.kind: finding for finding in examine(dataset, originals=originals).findings}
    assert set(found["odd-sized"].leave_out) == {where["huge.jpg"], where["strip.jpg"]}
    assert found["tiny"].leave_out == (where["small.jpg"],)
    assert set(found["orientation"].leave_out) == {where["twice.jpg"], where["lone.jpg"]}
    assert "somebody had turned them before, or upright among the lying" in found["orientation"].sentence
    without = {finding.kind for finding in examine(dataset).findings}
    assert not without & {"odd-sized", "tiny", "orientation"}


def test_classes_of_different_sizes_are_a_shortcut(tmp_path):
    for name, size in (("cat", (120, 90)), ("dog", (110, 90))):
        for number in range(30):
            photo(tmp_path / "photos" / name / f"{name}{number:02}.jpg", size)
    import_dataset(tmp_path / "photos", "mine", tmp_path)
    dataset = load_dataset("mine", tmp_path)
    found = examine(dataset, originals=originals_of("mine", 60, tmp_path)).findings
    (size,) = [finding for finding in found if finding.kind == "size"]
    assert "tells 100 % of the images' classes, where guessing gets 50 %" in size.sentence


def test_a_set_that_is_kept_anew_without_some_knows_what_they_were(folder, tmp_path):
    dataset, _ = named(folder, tmp_path)
    originals = originals_of("mine", 54, tmp_path)
    keep(understood_again(dataset, tmp_path), "clean", tmp_path, Keeping(left_out=frozenset([2])))
    assert np.array_equal(originals_of("clean", 53, tmp_path), np.delete(originals, 2, axis=0))


def test_an_import_that_was_stopped_goes_on_with_what_they_were(folder, tmp_path):
    def stop(done, of):
        if done == 20:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        named(folder, tmp_path / "home", on_progress=stop)
    told = []
    named(folder, tmp_path / "home", on_progress=lambda done, of: told.append(done))
    assert told[0] >= 20
    at_once, _ = named(folder, tmp_path / "other")
    assert np.array_equal(originals_of("mine", 54, tmp_path / "home"), originals_of("mine", 54, tmp_path / "other"))
    assert len(places_of(at_once)) == 54


def test_pictures_that_were_as_they_are_kept_have_no_file_and_a_deleted_set_leaves_none(folder, tmp_path):
    named(folder, tmp_path)
    assert originals_path("mine", tmp_path).exists()
    assert originals_of("mine", 53, tmp_path) is None  # another data set's
    delete_dataset("mine", tmp_path)
    assert originals_of("mine", 54, tmp_path) is None
    assert not originals_path("mine", tmp_path).exists()
    arrays = np.random.default_rng(0).integers(0, 256, (40, 32, 32, 3), np.uint8)
    np.savez(tmp_path / "given.npz", x_train=arrays, y_train=np.arange(40) % 2, x_test=arrays, y_test=np.arange(40) % 2)
    import_dataset(tmp_path / "given.npz", "plain", tmp_path)
    assert not originals_path("plain", tmp_path).exists()


@pytest.mark.parametrize("content", [b"", b"[]", b"\x93NUMPY\x01\x00" + b"x" * 300])
def test_a_damaged_file_is_as_none(folder, tmp_path, content):
    named(folder, tmp_path)
    originals_path("mine", tmp_path).write_bytes(content)
    assert originals_of("mine", 54, tmp_path) is None


def test_places_are_named(folder, tmp_path):
    _, where = named(folder, tmp_path)
    assert len(set(where.values())) == 54
    assert {type(place) for place in where.values()} == {Place}
