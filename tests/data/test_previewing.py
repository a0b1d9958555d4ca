"""Pictures as they would be kept, and a data set kept again without some of its images."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnviz.data import about_dataset, keep, load_dataset
from cnnviz.data.again import keep_without
from cnnviz.data.findings import Place
from cnnviz.data.importing import check_free, free_name, is_own
from cnnviz.data.previewing import first_of_classes, preview
from cnnviz.data.sources import Keeping, Reading, renamed, understand
from cnnviz.errors import DataError


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    for label, name in enumerate(("cat", "dog")):
        folder = tmp_path / "pets" / name
        folder.mkdir(parents=True)
        for number in range(6):
            Image.new("RGB", (40, 20), (40 * label, 10 * number, 7)).save(folder / f"{number}.png")
    return tmp_path / "pets"


def test_a_preview_is_what_an_import_keeps(pets: Path, home: Path) -> None:
    understood, keeping = understand(pets), Keeping(size=(16, 16), fit="fit")
    shown = preview(understood, keeping, range(len(understood)))
    keep(understood, "pets", home, keeping)
    dataset = load_dataset("pets", home)
    kept = np.concatenate([dataset.train.images, dataset.test.images])
    assert shown.images.shape == (12, 16, 16, 3)
    assert sorted(image.tobytes() for image in shown.images) == sorted(image.tobytes() for image in kept)


def test_what_cannot_be_read_is_said_and_grey_stands_among_colour(pets: Path) -> None:
    Image.new("L", (10, 10), 9).save(pets / "cat" / "0.png")
    (pets / "dog" / "0.png").write_bytes((pets / "dog" / "1.png").read_bytes()[:60])
    understood = understand(pets)
    shown = preview(understood, Keeping(), range(len(understood)))
    assert shown.images.shape == (11, 32, 32, 3)
    assert len(shown.failed) == 1
    assert "dog/0.png" in shown.failed[0]


def test_the_first_of_classes_are_spread_over_all(pets: Path) -> None:
    understood = understand(pets)
    assert first_of_classes(understood, range(1, 2), 3).tolist() == [6, 8, 11]
    assert first_of_classes(understood, range(2), 100).tolist() == list(range(12))


def test_counts_and_what_can_be_corrected(pets: Path) -> None:
    understood = understand(pets)
    assert understood.counts()["cat"] == {"train": 0, "validation": 0, "test": 0, "undivided": 6}
    assert understood.correctable == {"names", "invert", "group"}


def test_a_table_can_be_corrected_in_its_columns(tmp_path: Path) -> None:
    rows = ["label," + ",".join(f"p{number}" for number in range(64))]
    rows += [f"{'ab'[row % 2]}," + ",".join(str(row * 4 + column) for column in range(64)) for row in range(10)]
    (tmp_path / "t.csv").write_text("\n".join(rows))
    fields = understand(tmp_path / "t.csv").correctable
    assert fields == {"names", "invert", "label", "part", "group", "shape", "window", "delimiter", "header"}
    np.savez(tmp_path / "a.npz", x=np.zeros((6, 8, 8, 3), np.uint8) + 9, y=np.arange(6) % 2)
    fields = understand(tmp_path / "a.npz").correctable
    assert fields == {"names", "invert", "label", "image", "shape", "window", "channels_first"}


def test_names_are_changed_more_than_once(pets: Path) -> None:
    first = renamed({}, ("cat", "dog"), ["katze", "dog"])
    second = renamed(first, ("dog", "katze"), ["hund", "Katze"])
    assert second == {"cat": "Katze", "dog": "hund"}
    assert understand(pets, Reading(names=second)).class_names == ("Katze", "hund")
    with pytest.raises(DataError, match="1 names for 2 classes"):
        renamed({}, ("cat", "dog"), ["one"])


def test_a_data_set_is_kept_again_without_some(pets: Path, home: Path) -> None:
    keep(understand(pets), "pets", home)
    dataset = load_dataset("pets", home)
    gone = [Place("test", 0), Place("train", 2)]
    made = keep_without(dataset, gone, "pets-clean", home)
    again = load_dataset("pets-clean", home)
    assert made.sentence.startswith("pets-clean is imported: 9 train and 1 test images (32x32x3)")
    assert np.array_equal(again.train.images, np.delete(dataset.train.images, 2, axis=0))
    assert np.array_equal(again.test.labels, dataset.test.labels[1:])
    about = about_dataset("pets-clean", home)
    assert about is not None
    assert (about.form, about.left_out) == ("the data set pets", 2)


def test_a_data_set_of_ones_own_is_replaced_once_all_is_read(pets: Path, home: Path) -> None:
    keep(understand(pets), "pets", home)
    with pytest.raises(DataError, match="there is a data set pets already"):
        keep(understand(pets), "pets", home)
    Image.new("RGB", (5, 5)).save(pets / "cat" / "7.png")

    def stop(done: int, total: int | None) -> None:
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        keep(understand(pets), "pets", home, on_progress=stop, replace=True)
    assert len(load_dataset("pets", home).train) == 10  # what was there is there
    keep(understand(pets), "pets", home, replace=True)
    assert len(load_dataset("pets", home).train) == 11
    with pytest.raises(DataError, match="knows already"):
        keep(understand(pets), "mnist", home, replace=True)


def test_names_that_are_proposed_are_free(pets: Path, home: Path) -> None:
    keep(understand(pets), "pets", home)
    assert [free_name(wanted, home) for wanted in ("pets", "Mes Photos (2)!", "", "mnist", "_a")] == [
        "pets-2",
        "mes-photos-2",
        "my-pictures",
        "mnist-2",
        "a",
    ]
    for wanted in ("x" * 200, "é", "../../etc"):
        check_free(free_name(wanted, home), home)
    assert [is_own(name, home) for name in ("pets", "mnist", "../pets", "")] == [True, False, False, False]
