import base64
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.runs import Run
from tests.brought import bring
from tests.look_fixtures import keras_imported, looked_at, trained_home
from tests.pages import looked
from tests.ui.made import failed_run

__all__ = ["keras_imported", "looked_at", "trained_home"]

opened = partial(looked.opened, "pages/look/convolution.py")
VIEW = "microscope-view"


def given(at: AppTest) -> dict[str, Any]:
    """What the microscope was given."""
    [found] = looked.figures(at)
    return found


def numbers(text: str) -> Any:
    return np.frombuffer(base64.b64decode(text), "<f4")


def test_nothing_yet_invites_to_train(home: Path) -> None:
    assert "There is no trained network" in opened().info[0].value


def test_a_run_without_weights_has_nothing_to_look_into(home: Path) -> None:
    failed_run(home)
    assert "None of the runs has a snapshot yet" in opened().info[0].value


def test_the_first_layer_is_an_image_in_colour(looked_at: Run) -> None:
    data = given(opened(filter="1"))
    assert (data["kind"], data["channels"], data["picture"]) == ("convolution", ["red", "green", "blue"], True)
    assert data["outputName"] == "Filter 1"
    assert "the sum of 27 products, 3×3 of each of 3 channels, and one bias" in data["caption"]
    assert "Hatched cells are padding: they count as zero." in data["caption"]
    np.testing.assert_array_equal(numbers(data["after"]), np.maximum(numbers(data["before"]), 0))


def test_a_deeper_layer_another_snapshot_and_a_pinned_pixel(looked_at: Run) -> None:
    trained = given(opened(layer="conv2d_2", filter="3", pixel="3-0"))
    assert trained["channels"] == [f"channel {number}" for number in range(4)]
    assert trained["pinned"] == [3, 0]
    before = given(opened(layer="conv2d_2", filter="3", snapshot="0", pixel="4-0"))
    assert before["kernel"] != trained["kernel"]
    assert before["pinned"] is None  # that pixel is outside the map: passed over


def test_the_row_of_views_leads_to_layers(looked_at: Run) -> None:
    at = opened(layer="conv2d_1", filter="2")
    at.segmented_control(key=VIEW).set_value("pooling").run()
    data = given(at)
    assert (data["kind"], data["title"], data["channels"]) == ("max", "max_pooling2d_1", ["channel 2"])
    assert "the largest value of a 2×2 window" in data["caption"]
    at.segmented_control(key=VIEW).set_value("output").run()
    shown = given(at)
    assert shown["head"] == "softmax"
    assert sum(shown["probabilities"]) == pytest.approx(1)
    assert "pinned-filter" not in [box.key for box in at.selectbox]
    at.segmented_control(key=VIEW).set_value("playground").run()
    assert given(at)["kind"] == "playground"
    at.segmented_control(key=VIEW).set_value("convolution").run()
    assert given(at)["title"] == "conv2d_2"  # the one before the end
    assert not at.exception


def test_a_layer_without_windows_says_what_it_does(looked_at: Run) -> None:
    at = opened(layer="flatten_1")
    assert "writes all numbers of the maps into one row" in at.info[0].value
    assert at.segmented_control(key=VIEW).value is None


def test_until_tensorflow_is_there_its_place_is_kept(looked_at: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnviz.ui.network.models.keras_ready", lambda: False)
    at = opened()
    assert any("The microscope will be here" in one.value for one in at.caption)
    assert given(opened(part="playground"))["kind"] == "playground"  # needs none


@pytest.mark.parametrize(
    ("query", "what"),
    [
        ({"layer": "conv2d_2", "filter": "3"}, "conv2d_2-filter-3"),
        ({"layer": "max_pooling2d_1", "filter": "2"}, "max_pooling2d_1-filter-2"),
        ({"layer": "probabilities"}, "softmax"),
        ({"part": "playground"}, "playground"),
    ],
)
def test_every_view_says_what_it_is_saved_as(looked_at: Run, query: dict[str, str], what: str) -> None:
    saved = given(opened(**query))["saved"]
    assert saved["file"] == f"looked-at-{what}-{looked.image_name(looked_at, 0)}"
    assert looked_at.id in saved["source"]


def test_the_end_of_a_network_from_elsewhere_is_taken_apart_or_said_why_not(home: Path, keras_imported: None) -> None:
    image = keras.Input((8, 8, 3))
    flat = keras.layers.Flatten()(keras.layers.Conv2D(2, 3)(image))
    sigmoids = keras.Model(image, keras.layers.Dense(3, "sigmoid", name="probabilities")(flat))
    at = opened(run=bring(sigmoids, home).id, layer="probabilities")
    assert {"head": "sigmoid", "other": None}.items() <= given(at).items()
    assert at.segmented_control(key=VIEW).options == ["Convolution", "Sigmoid", "Playground"]
    members = [keras.layers.Dense(3, "softmax")(flat) for _ in range(2)]
    mean = keras.Model(image, keras.layers.Average(name="probabilities")(members))
    at = opened(run=bring(mean, home).id, layer="probabilities")
    assert "no softmax or sigmoid makes of logits" in at.error[0].value
