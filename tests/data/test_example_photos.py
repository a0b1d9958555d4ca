"""The photos that come with cnnviz: small, readable, and with their terms written beside them."""

import pytest

import cnnviz.data
from cnnviz.data.example_photos import EXAMPLES, EXAMPLES_FOLDER, Example, example_photo
from cnnviz.errors import DataError


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_an_example_is_small_and_its_terms_are_written_down(example: Example) -> None:
    photo = example_photo(example.name)
    assert photo.pixels.shape[2] == 3
    assert 200 < max(photo.pixels.shape) <= 560
    assert photo.pixels.std() > 20  # a picture, not a grey plane
    assert not photo.note
    assert (EXAMPLES_FOLDER / example.file).stat().st_size <= 60_000
    [row] = [line for line in (EXAMPLES_FOLDER / "README.md").read_text().splitlines() if f"`{example.file}`" in line]
    assert "CC0" in row or "public domain" in row


def test_nothing_else_lies_there() -> None:
    files = {path.name for path in EXAMPLES_FOLDER.iterdir()}
    assert files == {"README.md", *(example.file for example in EXAMPLES)}


def test_an_example_that_is_none_is_refused() -> None:
    with pytest.raises(DataError, match=r"no example photo '\.\./README'; choose one of cat, rocket"):
        example_photo("../README")


def test_the_photos_do_not_hide_the_function_that_picks_examples() -> None:
    assert callable(cnnviz.data.examples)
