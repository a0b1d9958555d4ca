"""Tables with a row an image, written by pandas and NumPy."""

import shutil
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cnnviz.data import import_dataset, load_dataset
from cnnviz.data.sources import understand
from cnnviz.errors import DataError
from tests.data.sources.helpers import again, labels_in_words, of_part, read_all, said, smooth

GREY = smooth(30, 28, 28, 1)
COLOUR = smooth(30, 32, 32, 3)
LABELS = np.arange(30) * 7 % 10


def frame(images: Any, labels: Any = LABELS, first: bool = True) -> pd.DataFrame:
    made = pd.DataFrame(images.reshape(len(images), -1)).add_prefix("pixel")
    made.insert(0 if first else made.shape[1], "label", labels)
    return made


@pytest.mark.parametrize("place", [0, 100, 784])
@pytest.mark.parametrize("name", ["label", "Class", "target"])
def test_a_named_label_column_wherever_it_is(tmp_path: Path, place: int, name: str) -> None:
    made = pd.DataFrame(GREY.reshape(30, -1)).add_prefix("pixel")
    made.insert(place, name, LABELS)
    made.to_csv(tmp_path / "digits.csv", index=False)
    found = understand(tmp_path / "digits.csv")
    assert np.array_equal(read_all(found), GREY)
    assert labels_in_words(found) == list(map(str, LABELS))
    assert (found.shape, set(found.parts), found.doubts) == ((28, 28, 1), {""}, ())
    assert found.reading.label == name
    assert "Each row of 784 values was taken for a picture of 28x28x1." in found.notes


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize(
    ("delimiter", "words"), [(",", "commas"), (";", "semicolons"), ("\t", "tabs"), (" ", "blanks")]
)
def test_without_a_header_the_first_or_last_column_is_the_label(
    tmp_path: Path, first: bool, delimiter: str, words: str
) -> None:
    frame(GREY, first=first).to_csv(tmp_path / "a.csv", index=False, header=False, sep=delimiter)
    found = understand(tmp_path / "a.csv")
    assert np.array_equal(read_all(found), GREY)
    assert labels_in_words(found) == list(map(str, LABELS))
    assert f"the {'first' if first else 'last'} was taken for it" in said(found)
    assert (found.reading.delimiter, found.reading.header) == (delimiter, False)
    assert words in found.form


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_words_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    words = np.array(["Kätzchen", "собака", "猫"])[np.arange(30) % 3]
    frame(GREY, words).to_csv(tmp_path / "a.csv", index=False, encoding=encoding)
    found = understand(tmp_path / "a.csv")
    assert labels_in_words(found) == words.tolist()
    assert np.array_equal(read_all(found), GREY)


def test_words_without_a_header_and_in_quotes(tmp_path: Path) -> None:
    words = np.array(['a "b", c', "d"])[np.arange(30) % 2]
    frame(GREY, words).to_csv(tmp_path / "a.csv", index=False, header=False)
    found = understand(tmp_path / "a.csv")
    assert labels_in_words(found) == words.tolist()
    assert np.array_equal(read_all(found), GREY)


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("name", ["a.csv", "b.csv"])
def test_colours_lie_together_or_apart(tmp_path: Path, first: bool, name: str) -> None:
    rows = COLOUR.transpose(0, 3, 1, 2) if first else COLOUR
    frame(rows).to_csv(tmp_path / name, index=False)
    found = understand(tmp_path / name)
    assert np.array_equal(read_all(found), COLOUR)
    assert found.reading.channels_first is first
    assert "which gives the smoother pictures" in said(found)
    other = again(tmp_path / name, channels_first=not first)
    assert not np.array_equal(read_all(other), COLOUR)
    assert "smoother" not in said(other)


def test_grey_stripes_in_three_channels_lie_as_they_were_saved(tmp_path: Path) -> None:
    """Three equal values in turn look smoother in the wrong order than stripes do in the right one."""
    stripes = np.tile(np.arange(12, dtype=np.uint8) % 2 * 200, (20, 12, 1))[..., np.newaxis].repeat(3, axis=3)
    stripes[:, :, 5] = 90
    stripes[:, 3] += 20
    for name, rows, first in (("a.csv", stripes, False), ("b.csv", stripes.transpose(0, 3, 1, 2), True)):
        frame(rows, LABELS[:20]).to_csv(tmp_path / name, index=False)
        found = understand(tmp_path / name)
        assert found.reading.channels_first is first
        assert np.array_equal(read_all(found), stripes)
        assert "which gives grey pictures; where these look wrong, say whether all of a channel comes" in said(found)


def test_columns_of_words_are_left_out_and_named(tmp_path: Path) -> None:
    made = frame(GREY)
    made["file"] = [f"img{number}.png" for number in range(30)]
    made["hospital"] = np.array(["north", "south"])[np.arange(30) % 2]
    made.to_csv(tmp_path / "a.csv", index=False)
    found = understand(tmp_path / "a.csv")
    assert np.array_equal(read_all(found), GREY)
    assert "The columns 'file' and 'hospital', of words, were left out" in said(found)
    grouped = again(tmp_path / "a.csv", group="hospital")
    assert grouped.groups is not None
    assert set(grouped.groups.tolist()) == {"north", "south"}
    assert "The column 'file', of words, was left out" in said(grouped)
    unnamed = made.drop(columns="label")
    unnamed.to_csv(tmp_path / "b.csv", index=False)
    with pytest.raises(
        DataError, match=r"its columns of words are 'file', 'hospital': say which of them is the label, and which"
    ):
        understand(tmp_path / "b.csv")
    assert again(tmp_path / "b.csv", label="hospital").class_names == ("north", "south")
    unnamed.drop(columns="file").to_csv(tmp_path / "c.csv", index=False)
    assert understand(tmp_path / "c.csv").class_names == ("north", "south")


def test_a_shape_that_is_given_or_named_by_the_header(tmp_path: Path) -> None:
    images = smooth(20, 6, 10, 1)
    frame(images, LABELS[:20]).to_csv(tmp_path / "a.csv", index=False)
    assert np.array_equal(read_all(again(tmp_path / "a.csv", shape=(6, 10, 1))), images)
    named = frame(images, LABELS[:20])
    named.columns = ["label", *(f"{row}x{column}" for row in range(1, 7) for column in range(1, 11))]
    named.to_csv(tmp_path / "b.csv", index=False)
    assert np.array_equal(read_all(understand(tmp_path / "b.csv")), images)


@pytest.mark.parametrize(
    ("low", "high", "note"),
    [(0, 1, "Values from 0 to 1 were stretched"), (-1, 1, "Values from -1 to 1 were stretched")],
)
def test_fractions_become_bytes(tmp_path: Path, low: float, high: float, note: str) -> None:
    frame(GREY / 255 * (high - low) + low).to_csv(tmp_path / "a.csv", index=False)
    images = GREY.copy()
    images[0, 0, 0], images[0, 0, 1] = 0, 255
    frame(images / 255 * (high - low) + low).to_csv(tmp_path / "a.csv", index=False)
    found = understand(tmp_path / "a.csv")
    assert np.array_equal(read_all(found), images)
    assert note in said(found)
    assert found.reading.window == (low, high)


def test_whole_numbers_written_as_fractions(tmp_path: Path) -> None:
    np.savetxt(tmp_path / "a.csv", np.c_[LABELS, GREY.reshape(30, -1)], delimiter=",")  # 1.000000e+00
    found = understand(tmp_path / "a.csv")
    assert np.array_equal(read_all(found), GREY)
    assert found.class_names == tuple("0123456789")


def test_commas_for_decimal_points(tmp_path: Path) -> None:
    frame(GREY / 255).to_csv(tmp_path / "a.csv", index=False, sep=";", decimal=",")
    found = understand(tmp_path / "a.csv")
    top = GREY.max() / 255
    assert np.array_equal(read_all(again(tmp_path / "a.csv", window=(0, 1))), GREY)
    assert found.reading.delimiter == ";"
    assert top < 1


def test_a_column_that_counts_rows_and_one_that_divides_them(tmp_path: Path) -> None:
    made = frame(GREY)
    made["Usage"] = ["Training", "PublicTest", "PrivateTest"] * 10
    made["patient"] = np.arange(30) // 3
    made.to_csv(tmp_path / "a.csv")  # with pandas' index in front
    found = understand(tmp_path / "a.csv")
    for part, begin in (("train", 0), ("validation", 1), ("test", 2)):
        assert np.array_equal(of_part(found, part), GREY[begin::3])
        assert [word for word, own in zip(labels_in_words(found), found.parts, strict=True) if own == part] == list(
            map(str, LABELS[begin::3])
        )
    assert "counts rows and was left out" in said(found)
    assert found.groups is not None
    assert found.groups.tolist() == [str(number // 3) for begin in range(3) for number in range(begin, 30, 3)]


def test_all_pixels_in_one_column(tmp_path: Path) -> None:
    pixels = [" ".join(map(str, image.ravel())) for image in GREY]  # as FER2013 has them
    parts = ["Training", "PublicTest", "PrivateTest"] * 10
    made = pd.DataFrame({"emotion": LABELS, "pixels": pixels, "Usage": parts})
    made.to_csv(tmp_path / "fer.csv", index=False)
    for path in (tmp_path, tmp_path / "fer.csv"):
        found = understand(path)
        assert np.array_equal(of_part(found, "train"), GREY[::3])
        assert np.array_equal(of_part(found, "test"), GREY[2::3])
        assert found.class_names == tuple("0123456789")
    made.loc[4, "pixels"] = "1 2 3"
    made.to_csv(tmp_path / "fer.csv", index=False)
    with pytest.raises(DataError, match=r"row 6 of .* has 3 pixels and the first row 784"):
        understand(tmp_path / "fer.csv")
    made.loc[4, "pixels"] = pixels[4].replace(" ", " x", 1)
    made.to_csv(tmp_path / "fer.csv", index=False)
    with pytest.raises(DataError, match=r"row 6 of .* holds 'x\d+', which is no number, in the column 'pixels'"):
        understand(tmp_path / "fer.csv")


def test_a_file_for_training_and_one_for_testing(tmp_path: Path) -> None:
    frame(GREY[:20], LABELS[:20]).to_csv(tmp_path / "mnist_train.csv", index=False)
    frame(GREY[20:], LABELS[20:]).to_csv(tmp_path / "mnist_test.csv", index=False)
    frame(COLOUR).to_csv(tmp_path / "other.csv", index=False)
    found = understand(tmp_path / "mnist_train.csv")
    assert np.array_equal(of_part(found, "train"), GREY[:20])
    assert np.array_equal(of_part(found, "test"), GREY[20:])
    assert "mnist_test.csv beside mnist_train.csv was read with it." in found.notes
    (tmp_path / "other.csv").unlink()
    assert np.array_equal(read_all(understand(tmp_path)), GREY)


@pytest.fixture
def exercise(tmp_path: Path) -> Path:
    """The four files of the classic exercise, written as it has them: 100x100x3, with decimals, no header."""
    folder = tmp_path / "exercise"
    folder.mkdir()
    images = smooth(12, 100, 100, 3)
    for ending, chosen in (("", slice(0, 8)), ("_test", slice(8, 12))):
        np.savetxt(folder / f"input{ending}.csv", images[chosen].reshape(-1, 30_000), delimiter=",", fmt="%.1f")
        np.savetxt(folder / f"labels{ending}.csv", np.arange(12)[chosen] % 2, delimiter=",", fmt="%.1f")
    return folder


@pytest.mark.parametrize("given", ["", "input.csv", "labels.csv", "input_test.csv", "labels_test.csv", "zip"])
def test_the_four_files_of_the_exercise(exercise: Path, given: str, tmp_path: Path) -> None:
    path = exercise / given if given else exercise
    if given == "zip":
        path = Path(shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path, "exercise"))
    found = understand(path)
    images = smooth(12, 100, 100, 3)
    assert np.array_equal(of_part(found, "train"), images[:8])
    assert np.array_equal(of_part(found, "test"), images[8:])
    assert (found.class_names, found.labels[found.parts == "test"].tolist()) == (("0", "1"), [0, 1, 0, 1])
    assert (found.shape, found.doubts, found.path) == ((100, 100, 3), (), path)
    assert "a row an image" in found.form


def test_the_exercise_becomes_a_data_set(exercise: Path, tmp_path: Path) -> None:
    made = import_dataset(exercise / "input.csv", "pets", tmp_path / "home")
    assert (made.info.n_train, made.info.n_test, made.info.shape) == (8, 4, (100, 100, 3))
    assert "Each row of 30,000 values was taken for a picture of 100x100x3." in made.notes
    dataset = load_dataset("pets", tmp_path / "home")
    assert np.array_equal(dataset.train.images, smooth(12, 100, 100, 3)[:8])
    assert dataset.test.labels.tolist() == [0, 1, 0, 1]


def test_an_archive_leaves_nothing_behind(exercise: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for path in sorted(exercise.iterdir()):
            archive.write(path, f"data/{path.name}")
        archive.writestr("data/readme.md", "hello")
        archive.writestr("__MACOSX/data/._input.csv", "litter")
    found = understand(tmp_path / "a.zip")
    assert len(found) == 12
    assert "'data/readme.md' is of another form and was passed over" in found.skipped
    del found
    assert list(scratch.iterdir()) == []


def test_classes_can_be_called_otherwise(exercise: Path) -> None:
    found = again(exercise, names={"0": "cat", "1": "dog"})
    assert found.class_names == ("cat", "dog")
    assert labels_in_words(found)[:3] == ["cat", "dog", "cat"]


def test_test_images_that_are_train_images_and_classes_that_lack_some(tmp_path: Path) -> None:
    frame(GREY[:20], [0] * 10 + [1] * 10).to_csv(tmp_path / "train.csv", index=False)
    frame(GREY[17:25], [0] * 4 + [2] * 4).to_csv(tmp_path / "test.csv", index=False)
    found = understand(tmp_path)
    assert found.doubts == (
        "The class 2 has no picture to train on; add some, or divide the pictures anew.",
        "The class 1 has no picture to test on; add some, or divide the pictures anew.",
        "3 of the 8 test pictures are among the training pictures too, so that the accuracy says too much; leave them "
        "out of one.",
    )
