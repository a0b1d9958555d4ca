"""Importing .npz files and folders of photos."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cnnviz.data import import_dataset, importing, list_datasets, load_dataset
from cnnviz.data.sources import Keeping
from cnnviz.errors import DataError, StorageError

Save = Callable[..., Path]


def photo(path: Path, value: int = 100, mode: str = "RGB") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, (12, 10), (value, 0, 255 - value) if mode == "RGB" else value).save(path)
    return path


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    """Ten red cats and five blue dogs, undivided."""
    for number in range(10):
        photo(tmp_path / "pets" / "cat" / f"{number}.png", 255)
    for number in range(5):
        photo(tmp_path / "pets" / "dog" / f"{number}.jpg", 0)
    return tmp_path / "pets"


def test_a_file_becomes_a_data_set(save: Save, tmp_path: Path) -> None:
    source = save("source", class_names=np.array([*"abcdefghij"]))
    made = import_dataset(source, "mine", tmp_path / "other")
    assert made.info in list_datasets(tmp_path / "other")
    assert (made.info.n_train, made.info.n_test, made.info.shape, made.skipped) == (50, 20, (8, 8, 3), ())
    dataset = load_dataset("mine", tmp_path / "other")
    assert dataset.class_names == tuple("abcdefghij")
    with np.load(source) as arrays:
        assert np.array_equal(dataset.train.images, arrays["x_train"])
        assert np.array_equal(dataset.test.labels, arrays["y_test"])


def test_a_file_that_is_no_data_set_leaves_nothing(save: Save, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"x_train of .* has 50 images and 49 labels; give one label for each image"):
        import_dataset(save("source", y_train=np.zeros(49, int)), "mine", tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_undivided_folders_give_a_fifth_of_each_class_for_testing(pets: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    info = import_dataset(pets, "pets", on_progress=lambda *now: seen.append(now)).info
    assert (info.n_train, info.n_test, info.classes, info.shape) == (12, 3, ("cat", "dog"), (32, 32, 3))
    assert seen[-1] == (15, 15)
    dataset = load_dataset("pets")
    assert np.bincount(dataset.test.labels).tolist() == [2, 1]
    for split in (dataset.train, dataset.test):
        reds = split.images[..., 0].mean(axis=(1, 2)) > 128
        assert np.array_equal(reds, split.labels == 0)
    again = import_dataset(pets, "again", keeping=Keeping(size=(8, 8))).info
    assert again.shape == (8, 8, 3)


def test_the_same_images_are_drawn_each_time(tmp_path: Path) -> None:
    for name in ("a", "b"):
        for number in range(20):
            photo(tmp_path / "set" / name / f"{number:02}.png", 10 * number)
    for name in ("one", "two"):
        import_dataset(tmp_path / "set", name)
    assert np.array_equal(load_dataset("one").test.images, load_dataset("two").test.images)


def test_divided_folders_stay_divided_and_grey_stays_grey(tmp_path: Path) -> None:
    for part, count in (("Train", 3), ("test", 1)):
        for name in ("zero", "one"):
            for number in range(count):
                photo(tmp_path / "set" / part / name / f"{number}.png", number, "L")
    made = import_dataset(tmp_path / "set", "mine")
    info = made.info
    assert (info.n_train, info.n_test, info.classes, info.shape) == (6, 2, ("one", "zero"), (32, 32, 1))
    assert made.skipped == ()


def test_what_is_no_photo_is_named_and_passed_over(pets: Path) -> None:
    (pets / "cat" / "notes.txt").write_text("hello")
    (pets / "cat" / "cut.png").write_bytes((pets / "cat" / "1.png").read_bytes()[:-30])
    (pets / "cat" / ".DS_Store").write_text("hidden")
    (pets / "__MACOSX" / "cat").mkdir(parents=True)
    (pets / "README").touch()
    photo(pets.parent / "secret.png")
    (pets / "cat" / "link.png").symlink_to(pets.parent / "secret.png")
    (pets / "linked").symlink_to(pets / "cat")
    made = import_dataset(pets, "pets")
    assert made.info.n_train + made.info.n_test == 15
    told = "; ".join(made.skipped)
    for name in ("cat/notes.txt", "cat/cut.png", "README", "cat/link.png", "linked"):
        assert f"'{name}'" in told


def test_class_names_are_text_of_any_kind(tmp_path: Path) -> None:
    for name in ("cafe\u0301", "<b>x<"):
        for number in range(2):
            photo(tmp_path / "set" / name / f"{number}.png")
    assert import_dataset(tmp_path / "set", "mine").info.classes == ("<b>x<", "caf\u00e9")


def test_folders_that_are_no_data_set(tmp_path: Path) -> None:
    for number in range(2):
        photo(tmp_path / "unseen" / "train" / f"{number}" / "1.png")
        photo(tmp_path / "unseen" / "test" / f"{number + 1}" / "1.png")
        photo(tmp_path / "single" / f"{number}" / "1.png")
        cut = photo(tmp_path / "bad" / f"{number}" / "1.png")
        cut.write_bytes(cut.read_bytes()[:-30])
    for folder, message in {
        "unseen": "the class '2' of .* has test images and none to train on",
        "single": "holds no image to test on; give at least two for each class",
        "bad": r"holds images of 0 classes, expected at least two \(2 were passed over: the photo '0/1.png' is",
    }.items():
        with pytest.raises(DataError, match=message) as caught:
            import_dataset(tmp_path / folder, "mine")
        assert "\n" not in str(caught.value)
    assert "mine" not in {info.name for info in list_datasets()}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("cat.png", b"\x89PNG\r\n\x1a\n", "cat.png holds PNG; accepted are"),
        ("pets.npz", b"hello", "pets.npz holds text; accepted are"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=message):
        import_dataset(tmp_path / name, "mine")


def test_names_that_are_taken(pets: Path) -> None:
    import_dataset(pets, "pets")
    with pytest.raises(
        DataError, match=r"there is a data set pets already; give another name, or delete that one first$"
    ):
        import_dataset(pets, "pets")
    with pytest.raises(
        DataError,
        match=r"cifar10 is a data set that cnnviz knows already, and these files are not it; give another name, or put "
        r"its own \(cifar-10-python\.tar\.gz\) into the folder datasets of the home",
    ):
        import_dataset(pets, "cifar10")
    with pytest.raises(DataError, match=r"is not a data set's name"):
        import_dataset(pets, "../pets")


def test_a_name_that_is_taken_meanwhile(pets: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = importing.gather

    def slow(*arguments: Any) -> Any:
        (home / "datasets" / "pets.npz").write_text("mine")
        return read(*arguments)

    monkeypatch.setattr(importing, "gather", slow)
    with pytest.raises(DataError, match=r"there is a data set pets already"):
        import_dataset(pets, "pets")
    assert (home / "datasets" / "pets.npz").read_text() == "mine"


def test_sizes(pets: Path, save: Save, tmp_path: Path) -> None:
    for size in (3, 513, -1):
        with pytest.raises(DataError, match=rf"the size is {size}, expected 4 to 512 pixels"):
            import_dataset(pets, "pets", keeping=Keeping(size=(size, size)))
    made = import_dataset(save("source"), "pets", tmp_path / "other", keeping=Keeping(size=(16, 16)))
    assert made.info.shape == (16, 16, 3)


def test_a_home_that_cannot_be_written(pets: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match=r"cannot write"):
        import_dataset(pets, "pets", tmp_path / "file")
    with pytest.raises(DataError, match=r"cannot be read \(No such file or directory\)"):
        import_dataset(tmp_path / "nothing", "pets")
