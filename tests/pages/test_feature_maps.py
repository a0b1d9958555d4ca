from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.runs import Run
from tests.look import train_look
from tests.look_fixtures import looked_at, trained_home
from tests.pages import looked
from tests.pages.looked import captions, refused, words

__all__ = ["looked_at", "trained_home"]

opened = partial(looked.opened, "pages/look/feature_maps.py")
TWO_RUNS = "two runs"


def networks(at: AppTest) -> list[dict[str, Any]]:
    return [data for data in looked.figures(at) if "columns" in data and "rows" in data]


def column(network: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in network["columns"] if one["name"] == name)
    return found


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
        ("scale", "layer", "one scale a layer"),
        ("scale", "all", "one scale for all maps"),
        ("sort", "number", "by number"),
        ("everything", True, "each column is a layer"),
    ]:
        at.segmented_control(key=f"feature-maps-{key}").set_value(value).run()
        assert not at.exception
        assert told in captions(at)


def test_a_unit_of_a_vector_is_a_number(looked_at: Run) -> None:
    at = opened(layer="dense_1", filter="2")
    assert at.metric[0].label == r"dense\_1, unit 2"
    assert "gives one number for the whole image" in at.caption[0].value


def test_two_images_keep_their_filters_in_the_same_places(looked_at: Run) -> None:
    at = opened(beside="two images", other_image="test-5", colours="each layer")
    first, second = networks(at)
    assert f"on {looked.image_name(looked_at, 5).replace('-test-image-', ', test image ')}." in second["caption"]
    for name in ("conv2d_1", "conv2d_2"):
        one, other = column(first, name), column(second, name)
        assert one["ids"] == other["ids"]
        assert (one["low"], one["high"]) == (other["low"], other["high"])  # one scale for both
        assert one["pixels"] != other["pixels"]


def test_two_runs_side_by_side(looked_at: Run, home: Path) -> None:
    other = train_look(home, "the other one", seed=6)
    at = opened(run=looked_at.id, beside=TWO_RUNS, other_run=other.id)
    first, second = networks(at)
    assert "in the network looked at, from the input" in first["caption"]
    assert "The layers of the other one on tiny, trained model, on" in second["caption"]


def test_another_run_follows_the_bar_or_stays_at_a_moment_of_its_own(looked_at: Run, home: Path) -> None:
    other = train_look(home, "the other one", seed=6)
    at = opened(run=looked_at.id, beside=TWO_RUNS, other_run=other.id, snapshot="0")
    assert "The layers of the other one on tiny, before training, on" in networks(at)[1]["caption"]
    at.selectbox(key="maps-snapshot").set_value(-1).run()
    assert not at.exception
    assert "The layers of the other one on tiny, trained model, on" in networks(at)[1]["caption"]
    assert at.query_params["other_snapshot"] in ("model", ["model"])
    assert at.selectbox(key="maps-snapshot").options[:2] == ["at the same moment", "trained model"]


def test_a_run_alone_is_seen_beside_its_start(looked_at: Run) -> None:
    first, second = networks(opened(beside=TWO_RUNS))
    assert "The same filters of looked at on tiny, before training, on" in second["caption"]
    assert column(first, "conv2d_1")["ids"] == column(second, "conv2d_1")["ids"]
    assert column(first, "conv2d_1")["pixels"] != column(second, "conv2d_1")["pixels"]


def test_every_figure_says_what_it_is_saved_as(looked_at: Run) -> None:
    saved = [data["saved"] for data in looked.figures(opened(layer="conv2d_2", filter="4"))]
    image = looked.image_name(looked_at, 0)
    assert [one["file"] for one in saved] == [
        f"looked-at-feature-maps-{image}",
        f"looked-at-conv2d_2-filter-4-over-image-{image}",
    ]
    assert all(looked_at.id in one["source"] for one in saved)


def test_the_layers_have_their_places_before_tensorflow(looked_at: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    ready = networks(opened())[0]["columns"]
    monkeypatch.setattr("cnnviz.ui.network.models.keras_ready", lambda: False)
    at = opened()
    waiting = networks(at)[0]["columns"]
    size = ("name", "shape", "count", "height", "width")
    assert [[one[part] for part in size] for one in waiting] == [
        [one[part] for part in size] for one in ready if one["name"] != "logits"
    ]
    np.testing.assert_array_equal([bool(one["pixels"]) for one in waiting], [True] + [False] * (len(waiting) - 1))
    assert "The feature maps will be here in a few seconds" in words(at)


@pytest.mark.parametrize(
    "query",
    [
        {"beside": "two images", "other_image": "test-99999"},
        {"beside": "two images", "other_image": "<b>cat</b>"},
        {"beside": TWO_RUNS, "other_run": "../etc"},
        {"beside": TWO_RUNS, "other_run": "20260101-000000-gone"},
        {"beside": TWO_RUNS, "other_snapshot": "99"},
        {"beside": TWO_RUNS, "other_snapshot": "<script>"},
    ],
)
def test_a_wrong_link_has_a_way_back(looked_at: Run, query: dict[str, str]) -> None:
    assert refused(opened(**query))
