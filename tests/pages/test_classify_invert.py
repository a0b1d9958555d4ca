"""Writing on paper on the Classify page, for a network that learned bright on dark: the hint, and the switch."""

import re
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from cnnviz.runs import Run
from tests.classify_page import jobs_of_its_own, opened, query, said, shown, uploaded
from tests.handwriting import labels, on_paper, train_reader
from tests.look_fixtures import keras_imported

__all__ = ["jobs_of_its_own", "keras_imported"]

HINT = "have a dark ground and this one has a bright one, so its answer means little. Invert it"


@pytest.fixture
def reader(home: Path) -> Run:
    return train_reader(home)


def upload(number: int, *, bright_on_dark: bool = False) -> tuple[str, bytes, str]:
    return f"{number}.png", on_paper(number, bright_on_dark=bright_on_dark), "image/png"


def test_one_photo_is_inverted_by_the_switch_beside_the_hint(keras_imported: None, reader: Run) -> None:
    at = uploaded(opened(), [upload(3)])
    assert HINT in said(at)
    before = shown(at, "classify-verdict-0")["word"]
    at.toggle(key="classify-invert").set_value(True).run()
    assert not at.exception
    assert query(at, "invert") == "yes"
    assert HINT not in said(at)
    assert before != labels()[3] == shown(at, "classify-verdict-0")["word"]
    at.toggle(key="classify-invert").set_value(False).run()
    assert shown(at, "classify-verdict-0")["word"] == before


def test_what_is_bright_on_dark_needs_none(keras_imported: None, reader: Run) -> None:
    at = uploaded(opened(), [upload(3, bright_on_dark=True)])
    assert HINT not in said(at)
    assert [one.key for one in at.toggle if one.key == "classify-invert"] == []
    assert shown(at, "classify-verdict-0")["word"] == labels()[3]
    at = uploaded(opened(invert="yes"), [upload(3, bright_on_dark=True)])
    assert "Do not invert it." in said(at)


def test_many_photos_are_inverted_at_once(keras_imported: None, reader: Run) -> None:
    at = uploaded(opened(), [upload(number) for number in range(5)] + [upload(5, bright_on_dark=True)])
    assert "5 of 6 photos have another ground" in said(at)
    at.toggle(key="classify-invert").set_value(True).run()
    assert "have another ground" not in said(at)
    answers = {one["name"]: one["word"] for one in shown(at, "classify-wall")["photos"]}
    assert sum(answers[f"{number}.png"] == labels()[number] for number in range(5)) >= 4


def test_what_was_inverted_is_so_on_the_pages_that_look_inside(keras_imported: None, reader: Run) -> None:
    at = uploaded(opened(), [upload(3)])
    at.toggle(key="classify-invert").set_value(True).run()
    links = [link.proto for link in at.main.get("page_link") if link.proto.label == "Feature maps"]
    (query_string,) = [link.query_string for link in links]
    image = parse_qs(query_string)["image"][0]
    assert re.fullmatch(r"upload-[0-9a-f]{8}-inverted", image)
    at.switch_page("pages/look/attribution.py")
    at.query_params["image"] = image
    at.query_params["run"] = reader.id
    at.run()
    assert not at.exception
    assert "Dark became bright" in said(at)
    at.query_params.clear()
    at.switch_page("pages/use/classify.py").run()  # and back
    assert not at.exception
    assert query(at, "invert") == "yes"
    assert query(at, "image") == image.removesuffix("-inverted")
    assert at.toggle(key="classify-invert").value is True
