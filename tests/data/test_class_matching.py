"""What a network's outputs are called, and which classes they can be."""

import pytest

from cnnviz.data.class_matching import fitting, mapped, names_of, swapped, what_is_wrong

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
