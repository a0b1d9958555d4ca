"""Labels of any image of a data set that somebody corrects, beside the data set and in one of its own."""

import json
from pathlib import Path

import numpy as np
import pytest

from cnnviz.data import load_dataset
from cnnviz.data.correcting import correct_dataset
from cnnviz.data.corrections import corrections_path, find_image, read_corrections, write_correction
from cnnviz.data.deleting import delete_dataset
from cnnviz.data.findings import Place
from cnnviz.errors import DataError
from cnnviz.home import datasets_folder
from tests.data.helpers import write_three_parts


@pytest.fixture
def three(home: Path) -> str:
    write_three_parts(home)
    return "mine"


def other(name: str) -> str:
    return str((int(name) + 1) % 10)


def test_images_of_every_split_are_corrected_and_the_set_stays_as_it_is(three: str, home: Path) -> None:
    dataset = load_dataset(three, home)
    wanted = {}
    for place in (Place("test", 5), Place("train", 7), Place("validation", 2), Place("train", 3)):
        split = {"train": dataset.train, "validation": dataset.validation, "test": dataset.test}[place.split]
        assert split is not None
        wanted[place] = other(dataset.class_names[split.labels[place.position]])
        write_correction(dataset, place, wanted[place], home)
    kept = read_corrections(dataset, home)
    assert kept == wanted
    assert list(kept) == [Place("train", 3), Place("train", 7), Place("validation", 2), Place("test", 5)]
    made = correct_dataset(three, "mended", home)
    mended = load_dataset("mended", home)
    assert mended.validation is not None
    assert dataset.validation is not None
    for before, after in ((dataset.train, mended.train), (dataset.validation, mended.validation)):
        assert np.array_equal(before.images, after.images)
    assert np.flatnonzero(mended.train.labels != dataset.train.labels).tolist() == [3, 7]
    assert np.flatnonzero(mended.validation.labels != dataset.validation.labels).tolist() == [2]
    assert np.flatnonzero(mended.test.labels != dataset.test.labels).tolist() == [5]
    assert made.notes[0].startswith("4 labels were corrected: train image 3 from ")
    again = load_dataset(three, home)
    assert np.array_equal(again.train.labels, dataset.train.labels)


def test_a_correction_is_changed_and_taken_back(home: Path) -> None:
    sample = load_dataset("cifar10-sample", home)
    label = sample.class_names[sample.train.labels[9]]
    wrong = [name for name in sample.class_names if name != label]
    write_correction(sample, Place("train", 9), wrong[0], home)
    write_correction(sample, Place("train", 9), wrong[1], home)
    assert read_corrections(sample, home) == {Place("train", 9): wrong[1]}
    write_correction(sample, Place("train", 9), label, home)
    assert read_corrections(sample, home) == {}
    write_correction(sample, Place("train", 9), wrong[0], home)
    write_correction(sample, Place("train", 9), None, home)
    assert read_corrections(sample, home) == {}


def test_corrections_of_a_set_that_had_the_name_before_are_none(three: str, home: Path) -> None:
    dataset = load_dataset(three, home)
    label = dataset.class_names[dataset.train.labels[7]]
    write_correction(dataset, Place("train", 7), other(label), home)
    rows = json.loads(corrections_path(three, home).read_text())
    rows["corrections"][0]["label"] = other(other(label))  # that image was another one
    corrections_path(three, home).write_text(json.dumps(rows))
    assert read_corrections(dataset, home) == {}
    delete_dataset(three, home)
    assert not corrections_path(three, home).exists()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        '{"format": 2}',
        '{"format": 1, "corrections": 3}',
        '{"format": 1, "corrections": [3, {}, {"split": [], "image": 1}]}',
        '{"format": 1, "corrections": [{"split": "train", "image": -1, "label": "0", "right": "1"}]}',
        '{"format": 1, "corrections": [{"split": "train", "image": 9999999, "label": "0", "right": "1"}]}',
    ],
)
def test_a_damaged_file_says_nothing(home: Path, content: str) -> None:
    digits = load_dataset("digits", home)
    datasets_folder(home).mkdir(parents=True)
    corrections_path("digits", home).write_text(content)
    assert read_corrections(digits, home) == {}
    write_correction(digits, Place("train", 0), other(str(digits.train.labels[0])), home)
    assert len(read_corrections(digits, home)) == 1


def test_what_cannot_be_is_refused(home: Path) -> None:
    digits = load_dataset("digits", home)
    with pytest.raises(DataError, match="train image 99999 was given and digits has 1,442 train images"):
        write_correction(digits, Place("train", 99_999), "3", home)
    with pytest.raises(DataError, match="digits has 0 validation images"):
        write_correction(digits, Place("validation", 0), "3", home)
    with pytest.raises(DataError, match="'cat' was given as a right class and is none of digits; give one of 0, 1, 2"):
        write_correction(digits, Place("train", 0), "cat", home)
    with pytest.raises(DataError, match="no label of digits is corrected"):
        correct_dataset("digits", "mended", home)
    with pytest.raises(DataError, match="the data set cifar10 is not on this machine"):
        correct_dataset("cifar10", "mended", home)


def test_an_image_is_found_by_its_pixels(home: Path) -> None:
    digits = load_dataset("digits", home)
    label = digits.class_names[digits.train.labels[700]]
    assert find_image(digits, "train", label, digits.train.images[700]) == Place("train", 700)
    assert find_image(digits, "train", other(label), digits.train.images[700]) is None
