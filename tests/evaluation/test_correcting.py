"""Labels corrected on Mistakes become a data set, and a run is trained again with it."""

from pathlib import Path

import numpy as np
import pytest

from cnnviz.data import about_dataset, importing, load_dataset
from cnnviz.data.corrections import read_corrections, write_correction
from cnnviz.data.findings import Place
from cnnviz.errors import DataError, RunError
from cnnviz.evaluation import write_mark
from cnnviz.evaluation.correcting import correct_labels
from cnnviz.runs import Run
from cnnviz.spec import DataSpec
from cnnviz.training.execute import train
from tests.data.helpers import write_three_parts
from tests.ui.made import small_spec


@pytest.fixture
def run(home: Path) -> Run:
    return train(small_spec("a run"), home)


def test_images_stay_and_labels_are_the_corrected_ones(run: Run, home: Path) -> None:
    digits = load_dataset("digits")
    write_mark(run, 3, "wrong", right="7")
    write_mark(run, 40, "wrong", right="0")
    write_mark(run, 41, "wrong", "nobody said what it is")
    write_mark(run, 42, "fine")
    made = correct_labels(run, "mended", home)
    mended = load_dataset("mended", home)
    expected = digits.test.labels.copy()
    expected[[3, 40]] = 7, 0
    assert np.array_equal(mended.test.labels, expected)
    assert np.array_equal(mended.train.labels, digits.train.labels)
    assert np.array_equal(mended.test.images, digits.test.images)
    assert np.array_equal(mended.train.images, digits.train.images)
    assert mended.class_names == digits.class_names
    before = digits.test.labels
    said = f"2 labels were corrected: test image 3 from {before[3]} to 7, test image 40 from {before[40]} to 0."
    assert made.notes == (said,)
    about = about_dataset("mended", home)
    assert about is not None
    assert (about.form, about.notes) == ("digits with corrected labels", (said,))
    again = train(run.spec.changed(data=run.spec.data.changed(name="mended")), home)
    assert again.status.state == "completed"
    assert again.spec.model == run.spec.model


def test_the_images_of_some_classes_are_found_among_all_and_a_validation_part_stays(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrays = write_three_parts(home)
    spec = small_spec("some")
    two = spec.changed(
        data=DataSpec(name="mine", classes=("3", "8")),
        model=spec.model.changed(classes=2, output="softmax"),
    )
    run = train(two, home)
    labels = arrays["y_test"]
    third = int(np.flatnonzero((labels == 3) | (labels == 8))[3])
    write_mark(run, 3, "wrong", right="8" if labels[third] == 3 else "3")
    monkeypatch.setattr(importing, "LARGEST_IN_A_FILE", 0)  # it stays on the disk
    correct_labels(run, "mended", home)
    mended = load_dataset("mended", home)
    expected = labels.copy()
    expected[third] = 11 - labels[third]
    assert np.array_equal(mended.test.labels, expected)
    assert mended.validation is not None
    assert np.array_equal(mended.validation.images[:], arrays["x_validation"])
    assert np.array_equal(mended.test.images[:], arrays["x_test"])


def test_what_cannot_be_corrected_is_said(run: Run, home: Path) -> None:
    with pytest.raises(RunError, match="mark one on Mistakes as wrong and say which class is right"):
        correct_labels(run, "mended", home)
    write_mark(run, 3, "wrong", right="eleven")
    with pytest.raises(DataError, match="'eleven' was given as a right class and is none of digits"):
        correct_labels(run, "mended", home)
    write_mark(run, 3, "wrong", right="7")
    with pytest.raises(DataError, match="digits is a data set that cnnviz knows already"):
        correct_labels(run, "digits", home)
    write_mark(run, 999, "wrong", right="7")
    with pytest.raises(DataError, match="has changed since"):
        correct_labels(run, "mended", home)
    assert about_dataset("mended", home) is None


def test_labels_of_training_images_are_corrected_with_those_of_a_run(run: Run, home: Path) -> None:
    digits = load_dataset("digits")
    write_correction(digits, Place("train", 12), "4", home)
    write_correction(digits, Place("test", 3), "1", home)
    write_mark(run, 3, "wrong", right="7")  # a mark counts more
    made = correct_labels(run, "mended", home)
    mended = load_dataset("mended", home)
    assert np.flatnonzero(mended.train.labels != digits.train.labels).tolist() == [12]
    assert mended.train.labels[12] == 4
    assert mended.test.labels[3] == 7
    assert "train image 12 from" in made.notes[0]
    assert read_corrections(load_dataset("mended", home), home) == {}
