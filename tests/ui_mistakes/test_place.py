"""The URL of the Mistakes page: what it asks for, and what it may not ask for."""

from typing import Any

import pytest

from cnnviz.errors import CnnvizError
from cnnviz.evaluation import Query
from cnnviz.ui.address import link
from cnnviz.ui.judge.mistakes.place import SORTS, MistakesPlace
from cnnviz.ui.pages import MISTAKES
from cnnviz.ui.place import Known, decoded

NAMES = ("cat", "dog", "1")


def asked_place(**asked: str) -> MistakesPlace:
    return decoded(MistakesPlace, {name: [value] for name, value in asked.items()}, Known(NAMES, 100))


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({}, MistakesPlace()),
        ({"show": "suspects", "image": "test-17"}, MistakesPlace(show="suspects", image=17)),
        ({"image": "17"}, MistakesPlace(image=17)),
        ({"image": "upload-12345678"}, MistakesPlace()),  # carried from a page under Look
        ({"true": "dog", "predicted": "0"}, MistakesPlace(true=1, predicted=0)),
        ({"true": "1"}, MistakesPlace(true=2)),  # a name counts before a number
        ({"confidence": "50-90"}, MistakesPlace(confidence=(50, 90))),
        ({"sort": "loss-high", "group": "pair"}, MistakesPlace(sort="loss-high", by_pair=True)),
        ({"show": "", "true": ""}, MistakesPlace()),
    ],
)
def test_what_it_asks_for(asked: dict[str, str], shown: MistakesPlace) -> None:
    assert asked_place(**asked) == shown


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
def test_what_it_may_not_ask_for_is_refused_with_a_way_out(name: str, value: str, way_out: str) -> None:
    with pytest.raises(CnnvizError) as refusal:
        asked_place(**{name: value})
    assert way_out in str(refusal.value)
    assert value[:40] in str(refusal.value)


def test_a_view_is_a_question_to_the_library() -> None:
    view = MistakesPlace(show="correct", true=1, confidence=(25, 100), sort="margin-low", by_pair=True)
    assert view.query() == Query(
        true=1, least=0.25, most=1.0, shown="correct", sort="margin", descending=False, by_pair=True
    )
    assert MistakesPlace(show="suspects").query().shown == "all"
    for sort in SORTS:
        MistakesPlace(sort=sort).query()  # the library knows them all


@pytest.mark.parametrize(
    ("given", "query"),
    [
        ({}, {}),
        ({"true": "cat", "predicted": "dog"}, {"true": "cat", "predicted": "dog"}),
        ({"show": "mistakes", "snapshot": None}, {}),
        ({"image": "test-3", "show": "all"}, {"image": "test-3", "show": "all"}),
    ],
)
def test_a_link_is_read_as_it_was_meant(given: dict[str, Any], query: dict[str, str]) -> None:
    made = link(MISTAKES, run="some-run", **given)
    assert made == {"run": "some-run", **query}
    place = asked_place(**{name: value for name, value in made.items() if isinstance(value, str)})
    assert place.image == (3 if "image" in given else None)
    assert place.true == (NAMES.index(given["true"]) if "true" in given else None)
