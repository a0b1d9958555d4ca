import threading
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz import explain
from cnnviz.adoption import adopt
from cnnviz.runs import Run
from tests.adoption.made import saved
from tests.look_fixtures import looked_at, trained_home
from tests.pages import looked
from tests.pages.looked import captions, words
from tests.training.helpers import wait_until
from tests.ui.made import failed_run

__all__ = ["looked_at", "trained_home"]

opened = partial(looked.opened, "pages/look/kernels.py")


def test_nothing_yet_invites_to_train(home: Path) -> None:
    at = opened()
    assert "There is no trained network" in at.info[0].value
    assert at.get("page_link")[0].proto.label == "Go to Train"


def test_a_run_without_weights_has_nothing_to_look_into(home: Path) -> None:
    failed_run(home)
    assert "None of the runs has a snapshot yet" in opened().info[0].value


def test_a_network_from_elsewhere_has_no_snapshots_and_a_filter_all_the_same(home: Path, tmp_path: Path) -> None:
    run = adopt(saved("functional", tmp_path), "theirs.keras", home)
    at = opened(run=run.id, filter="1")
    assert [one.value for one in at.error] == []
    assert "**Filter 1** of " in words(at)
    assert "since the start" not in words(at)


def test_the_wall_and_the_filter_are_described(looked_at: Run) -> None:
    at = opened(filter="2")
    assert r"**Filter 2** of conv2d\_1" in words(at)
    assert "its three input channels drawn as red, green and blue; grey is zero" in captions(at)
    assert "Its feature map on the pinned image" in captions(at)
    assert "patches of the first 60 test images that excite it most" in captions(at)
    assert "Filter 2 as it learned" in captions(at)


def wall(at: AppTest) -> dict[str, Any]:
    """What the wall of kernels is given."""
    return next(data for data in looked.figures(at) if "Each tile is one" in data["caption"])


def test_views_scales_and_orders(looked_at: Run) -> None:
    at = opened()
    at.segmented_control(key="kernels-colour").set_value("red").run()
    assert "its red weights; white is zero, blue negative, red positive" in captions(at)
    first, last = (looked_at.weights(looked_at.snapshots()[place].number)["conv2d_1/kernel"] for place in (0, -1))
    strength, change = (np.sqrt((kernels**2).sum(axis=(0, 1, 2))) for kernels in (last, last - first))
    for order, told, value in (
        ("strongest first", "its norm", strength),
        ("most changed first", "moved since the start", change),
    ):
        at.selectbox(key="kernels-sort").set_value(order).run()
        assert told in captions(at)
        assert wall(at)["ids"] == sorted(range(len(value)), key=lambda number, value=value: -value[number])
    at.segmented_control(key="kernels-each").set_value(True).run()
    assert "each on its own scale, given below it; what moved most since the start comes first" in captions(at)
    at.selectbox(key="kernels-sort").set_value("alike together").run()
    assert sorted(wall(at)["ids"]) == list(range(len(strength)))
    at.selectbox(key="kernels-sort").set_value("by number").run()
    assert wall(at)["ids"] == list(range(len(strength)))


def test_the_scale_of_each_kernel_is_written_below_it(looked_at: Run) -> None:
    at = opened(scale="each its own", sort="strongest first")
    drawn = wall(at)
    largest = np.abs(looked_at.weights(looked_at.snapshots()[-1].number)["conv2d_1/kernel"]).max(axis=(0, 1, 2))
    for number, label in zip(drawn["ids"], drawn["labels"], strict=True):
        assert float(label.removeprefix("±")) == pytest.approx(largest[number], rel=0.05)


def test_deeper_layers_are_seen_by_input_channel(looked_at: Run) -> None:
    at = opened(layer="conv2d_2", filter="3")
    assert "the mean over its 4 input channels" in captions(at)
    at.segmented_control(key="kernels-depth").set_value("one channel").run()
    at.selectbox(key="kernels-channel").set_value(2).run()
    assert "its weights for input channel 2" in captions(at)
    at.segmented_control(key="kernels-depth").set_value("this filter").run()
    assert "Filter 3 of conv2d_2 reads 4 channels" in captions(at)
    at.segmented_control(key="kernels-each").set_value(True).run()
    assert "each on its own scale, given below it. Click one" in captions(at)


def make_image(at: AppTest) -> None:
    """Ask for the image that excites the filter, and wait until the page shows it."""
    at.button(key="kernels-make").click().run()
    wait_until(lambda: "activation maximisation" in captions(at.run()), "the image")


def test_every_figure_says_what_it_is_saved_as(looked_at: Run) -> None:
    at = opened(filter="2", snapshot="0")
    make_image(at)
    saved = [data["saved"] for data in looked.figures(at)]
    assert {one["file"].removeprefix("looked-at-before-training-") for one in saved} == {
        "conv2d_1-kernels-colour",
        "conv2d_1-filter-2-weights",
        "conv2d_1-filter-2-history",
        f"conv2d_1-filter-2-map-{looked.image_name(looked_at, 0)}",
        "conv2d_1-filter-2-patches",
        "conv2d_1-filter-2-synthesised",
    }
    assert all(looked_at.id in one["source"] and "before training" in one["source"] for one in saved)


def test_the_kernels_are_there_before_tensorflow(looked_at: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnviz.ui.network.models.keras_ready", lambda: False)
    at = opened(filter="1")
    assert "Each tile is one 3×3 kernel of conv2d_1" in captions(at)
    assert "Filter 1 as it learned" in captions(at)
    assert "Its weights: blue is negative" in captions(at)
    assert "Its feature map and what excites it will be here in a few seconds" in words(at)


def test_a_dead_filter_is_named(looked_at: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    inspector = import_module("cnnviz.ui.kernels.inspector")

    def peaks(*_: Any) -> Any:
        found = original(*_)
        found.alive[1] = False
        return found

    original = inspector.peaks
    monkeypatch.setattr(inspector, "peaks", peaks)
    at = opened(filter="1")
    assert r"**Filter 1** of conv2d\_1 is dead" in words(at)
    assert "so it cannot learn" in words(at)


def test_an_image_is_made_on_demand(looked_at: Run) -> None:
    at = opened(filter="1")
    make_image(at)
    assert not at.exception
    assert "activation maximisation" in captions(at)
    assert "96 steps" in captions(at)
    assert "jitter" in captions(at)


def test_an_image_that_is_stopped_stays_as_it_is(looked_at: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    go = threading.Event()

    def steps(*_: Any, on_progress: Any, **__: Any) -> Any:
        on_progress(7, 96, np.zeros((8, 8, 3), np.uint8))
        assert go.wait(60.0)
        on_progress(8, 96, np.zeros((8, 8, 3), np.uint8))
        raise AssertionError("it went on")

    monkeypatch.setattr(explain, "maximise_activation", steps)
    at = opened(filter="0")
    at.button(key="kernels-make").click().run()
    next(button for button in at.button if button.label == "Stop").click().run()
    go.set()
    wait_until(lambda: "stopped after 8 of 96 steps" in captions(at.run()), "what there is of it")


def test_a_damaged_snapshot_is_said(looked_at: Run) -> None:
    for path in (looked_at.folder / "snapshots").glob("*.npz"):
        path.write_bytes(path.read_bytes()[:100])
    at = opened()
    assert "cannot be read" in at.error[0].value
