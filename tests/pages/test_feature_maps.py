import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.runs import Run
from tests.dashboard import ROOT
from tests.look import train_look
from tests.look_fixtures import looked_at, no_bundled_runs, trained_home

__all__ = ["looked_at", "no_bundled_runs", "trained_home"]

PAGE = "pages/look/feature_maps.py"


def opened(**query: str) -> AppTest:
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    at.switch_page(PAGE)
    at.query_params.update(query)
    at.run()
    assert not at.exception
    return at


def captions(at: AppTest) -> str:
    """What the canvases are given: their words, and much besides."""
    return "\n".join(json.dumps(json.loads(one.proto.json), ensure_ascii=False) for one in at.get("bidi_component"))


def test_every_layer_is_a_column_with_its_shape(looked_at: Run) -> None:
    said = captions(opened())
    for part in ("conv2d_1", "8×8×4", "max_pooling2d_1", "4×4×4", "conv2d_2", "dense_1", "probabilities"):
        assert part in said
    assert "rescaling" not in said  # the input as the network sees it is drawn once
    assert "flatten_1" not in said  # the same numbers in a row


def test_the_chosen_map_is_drawn_large(looked_at: Run) -> None:
    said = captions(opened(layer="conv2d_2", filter="4"))
    assert "Where filter 4 of conv2d_2 answers" in said


def test_scales_and_orders(looked_at: Run) -> None:
    at = opened()
    for key, value, told in [
        ("colours", "each layer", "one scale a layer"),
        ("colours", "whole network", "one scale for all layers"),
        ("order", "by number", "by number"),
        ("show", "all", "each column is a layer"),
    ]:
        at.segmented_control(key=key).set_value(value).run()
        assert not at.exception
        assert told in captions(at)


def test_a_unit_of_a_vector_is_a_number(looked_at: Run) -> None:
    at = opened(layer="dense_1", filter="2")
    assert at.metric[0].label == r"dense\_1, unit 2"
    assert "gives one number for the whole image" in at.caption[0].value


def test_two_images_side_by_side(looked_at: Run) -> None:
    at = opened(beside="two images", other_image="test-5")
    assert captions(at).count("from the input to the verdict") == 2


def test_two_runs_side_by_side(looked_at: Run, home: Path) -> None:
    other = train_look(home, "the other one", seed=6)
    at = opened(run=looked_at.id, beside="two runs", other_run=other.id)
    assert "in looked at, from the input" in captions(at)
    assert "in the other one, from the input" in captions(at)


@pytest.mark.parametrize(
    "query",
    [
        {"layer": "gone"},
        {"filter": "99"},
        {"beside": "two images", "other_image": "test-99999"},
        {"beside": "two runs", "other_run": "../etc"},
        {"beside": "two runs", "other_run": "20260101-000000-gone"},
    ],
)
def test_a_wrong_link_has_a_way_back(looked_at: Run, query: dict[str, str]) -> None:
    at = opened(**query)
    assert len(at.error) == 1
    assert [link.proto.label for link in at.main.get("page_link")] == ["Look at the newest run"]
