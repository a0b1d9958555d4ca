"""What the Models page makes of names, and how it keeps files, without a browser."""

from pathlib import Path

import pytest

from cnnviz.export import Exported
from cnnviz.ui.models_page.class_names import fitting, mapped, names_of, swapped, what_is_wrong
from cnnviz.ui.models_page.kept_files import FileShelf
from cnnviz.ui.models_page.taking import checked_in_words, size_in_words

ANIMALS = ("airplane", "Cat", "sea lion")


def test_names_are_lines() -> None:
    assert names_of("  cat \r\nsea   lion\n\n") == ("cat", "sea lion")
    assert names_of("cat\n\ndog") == ("cat", "", "dog")


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("a", "b"), ""),
        (("a",), "There is 1 name for 2 classes."),
        (("a", "b", "c"), "There are 3 names for 2 classes."),
        (("a", ""), "Class 1 has no name."),
        (("a", "a"), "Two classes are called a."),
        (("a", "b" * 61), "The name bbbbbbbbbbbbbbbbbbbb… has more than 60 letters."),
    ],
)
def test_what_is_wrong_with_names_is_said(names: tuple[str, ...], said: str) -> None:
    assert what_is_wrong(names, 2) == said


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("class 0", "class 1", "class 2"), ANIMALS),
        (("Sea-Lion", "AIRPLANE", "cat"), ("sea lion", "airplane", "Cat")),
        (("x", "cat", "y"), ("airplane", "Cat", "sea lion")),
        (("cat", "cat", "sea_lion"), ("airplane", "Cat", "sea lion")),
        (("cat", "airplane"), ("Cat", "airplane")),  # two of the three
        (("cat", "dog"), ("Cat", "airplane")),
        (("a", "b", "c", "d"), None),
    ],
)
def test_outputs_are_mapped_to_the_classes_of_a_data_set(
    names: tuple[str, ...], expected: tuple[str, ...] | None
) -> None:
    assert mapped(names, ANIMALS) == expected


def test_data_sets_that_fit_by_name_come_first() -> None:
    known = {"letters": ("a", "b", "c"), "animals": ANIMALS, "two": ("a", "b")}
    assert fitting(("cat", "sea lion", "x"), known) == ("animals", "letters")
    assert fitting(("x", "y"), known) == ("two", "letters", "animals")


def test_choosing_a_class_that_is_taken_swaps_the_two() -> None:
    assert swapped(ANIMALS, 0, "sea lion") == ("sea lion", "Cat", "airplane")
    assert swapped(ANIMALS, 1, "dog") == ("airplane", "dog", "sea lion")
    assert swapped(ANIMALS, 1, "Cat") == ANIMALS


def kept(shelf: FileShelf, key: str, size: int) -> Path:
    path = shelf.place("file")
    path.write_bytes(bytes(size))
    shelf.keep(key, path, key)
    return path


def test_a_shelf_keeps_what_was_asked_for_last() -> None:
    shelf = FileShelf("test", 2, 100)
    first, second = kept(shelf, "a", 10), kept(shelf, "b", 10)
    assert shelf.find("a") is not None
    kept(shelf, "c", 10)
    assert (first.exists(), second.exists()) == (True, False)
    assert shelf.find("b") is None
    large = kept(shelf, "d", 150)  # more than all of the room: the newest stays
    assert [key for key in "abcd" if shelf.find(key)] == ["d"]
    large.unlink()
    assert shelf.find("d") is None
    folder = large.parent.parent
    del shelf
    assert not folder.exists()


def test_what_a_check_found_is_one_phrase() -> None:
    made = Exported(Path("m.zip"), "onnx", "run", 5, 2.13e-7, 64, "test images of digits")
    assert checked_in_words(made) == "64 test images of digits: largest difference 2.1e-07"
    assert size_in_words(1_260_000) == "1.3 MB"
    assert size_in_words(4_200) == "4.2 kB"
