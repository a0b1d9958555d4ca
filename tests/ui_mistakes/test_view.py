"""The URL of the Mistakes page: what it asks for, and what it may not ask for."""

from typing import Any

import pytest
import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.evaluation import Query
from cnnviz.ui.judge.mistakes.view import SORTS, View, asked_view, mistakes_link

NAMES = ("cat", "dog", "1")


@pytest.fixture(autouse=True)
def url(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    query: dict[str, str] = {}
    monkeypatch.setattr(st, "query_params", query)
    return query


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({}, View()),
        ({"show": "suspects", "image": "test-17"}, View(show="suspects", image=17)),
        ({"image": "17"}, View(image=17)),
        ({"image": "upload-12345678"}, View()),  # carried from a page under Look
        ({"true": "dog", "predicted": "0"}, View(true=1, predicted=0)),
        ({"true": "1"}, View(true=2)),  # a name counts before a number
        ({"confidence": "50-90"}, View(least=50, most=90)),
        ({"sort": "loss-high", "group": "pair"}, View(sort="loss-high", by_pair=True)),
        ({"show": "", "true": ""}, View()),
    ],
)  # fmt: skip
def test_what_it_asks_for(url: dict[str, str], asked: dict[str, str], shown: View) -> None:
    url.update(asked)
    assert asked_view(NAMES, 100) == shown


@pytest.mark.parametrize(
    ("name", "value", "way_out"),
    [
        ("show", "dogs", "choose one of mistakes, correct, all, suspects"),
        ("true", "3", "the classes are cat, dog, 1"),
        ("predicted", "<script>", "choose one of these"),
        ("true", "9" * 40, "choose one of these"),
        ("confidence", "90-50", "such as 50-90"),
        ("confidence", "0-101", "such as 50-90"),
        ("confidence", "0.5", "such as 50-90"),
        ("sort", "size", "choose one of confidence-high"),
        ("group", "class", "choose one of none, pair"),
        ("image", "test-100", "test-0 to test-99"),
        ("image", "../etc", "test-0 to test-99"),
    ],
)
def test_what_it_may_not_ask_for_is_refused_with_a_way_out(
    url: dict[str, str], name: str, value: str, way_out: str
) -> None:
    url[name] = value
    with pytest.raises(CnnvizError) as refusal:
        asked_view(NAMES, 100)
    assert way_out in str(refusal.value)
    assert value[:40] in str(refusal.value)


def test_a_view_is_a_question_to_the_library() -> None:
    view = View(show="correct", true=1, least=25, sort="margin-low", by_pair=True)
    assert view.query() == Query(
        true=1, least=0.25, most=1.0, shown="correct", sort="margin", descending=False, by_pair=True
    )
    assert View(show="suspects").query().shown == "all"
    for sort in SORTS:
        View(sort=sort).query()  # the library knows them all


@pytest.mark.parametrize(
    ("given", "query"),
    [
        ({}, {}),
        ({"true": "cat", "predicted": "dog"}, {"true": "cat", "predicted": "dog"}),
        ({"true": "cat", "predicted": "cat"}, {"true": "cat", "predicted": "cat", "show": "correct"}),
        ({"image": 3, "show": "all"}, {"image": "test-3", "show": "all"}),
    ],
)
def test_a_link_is_read_as_it_was_meant(url: dict[str, str], given: dict[str, Any], query: dict[str, str]) -> None:
    made = mistakes_link("some-run", 4, **given)
    assert made == {"run": "some-run", "snapshot": "4", **query}
    url.update(made)
    view = asked_view(NAMES, 100)
    assert view.image == given.get("image")
    assert view.true == (None if "true" not in given else NAMES.index(given["true"]))
    assert "snapshot" not in mistakes_link("some-run", None)
