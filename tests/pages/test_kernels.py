import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.runs import Run
from tests.dashboard import ROOT
from tests.look_fixtures import looked_at, no_bundled_runs, trained_home
from tests.ui.made import failed_run

__all__ = ["looked_at", "no_bundled_runs", "trained_home"]

PAGE = "pages/look/kernels.py"


def opened(**query: str) -> AppTest:
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    at.switch_page(PAGE)
    at.query_params.update(query)
    at.run()
    assert not at.exception
    return at


def words(at: AppTest) -> str:
    return "\n".join(str(element.value) for element in (*at.markdown, *at.caption))


def captions(at: AppTest) -> str:
    """What the canvases are given: their words, and much besides."""
    return "\n".join(json.dumps(json.loads(one.proto.json), ensure_ascii=False) for one in at.get("bidi_component"))


def test_nothing_yet_invites_to_train(home: Path) -> None:
    at = opened()
    assert "There is no trained network" in at.info[0].value
    assert at.get("page_link")[0].proto.label == "Go to Train"


def test_a_run_without_weights_has_nothing_to_look_into(home: Path) -> None:
    failed_run(home)
    assert "None of the runs has a snapshot yet" in opened().info[0].value


def test_the_wall_and_the_filter_are_described(looked_at: Run) -> None:
    at = opened(filter="2")
    assert r"**Filter 2** of conv2d\_1" in words(at)
    assert "its three input channels drawn as red, green and blue; grey is zero" in captions(at)
    assert "Its feature map on the pinned image" in captions(at)
    assert "patches of the first 60 test images that excite it most" in captions(at)
    assert "Filter 2 as it learned" in captions(at)


def test_views_scales_and_orders(looked_at: Run) -> None:
    at = opened()
    at.segmented_control(key="view").set_value("red").run()
    assert "its red weights; white is zero, blue negative, red positive" in captions(at)
    at.segmented_control(key="scale").set_value("each its own").run()
    assert "each on its own scale" in captions(at)
    for order, told in {"strongest first": "its norm", "most changed first": "moved since the start"}.items():
        at.selectbox(key="sort").set_value(order).run()
        assert told in captions(at)
    at.selectbox(key="sort").set_value("alike together").run()
    assert not at.exception


def test_deeper_layers_are_seen_by_input_channel(looked_at: Run) -> None:
    at = opened(layer="conv2d_2", filter="3")
    assert "the mean over its 4 input channels" in captions(at)
    at.segmented_control(key="view").set_value("one channel").run()
    at.selectbox(key="channel").set_value(2).run()
    assert "its weights for input channel 2" in captions(at)
    at.segmented_control(key="view").set_value("this filter").run()
    assert "Filter 3 of conv2d_2 reads 4 channels" in captions(at)


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
    at.button(key="kernels-make").click().run()
    assert not at.exception
    assert "activation maximisation" in captions(at)
    assert "jitter" in captions(at)


@pytest.mark.parametrize(("name", "value"), [("run", "../etc"), ("layer", "gone"), ("filter", "9"), ("image", "x")])
def test_a_wrong_link_has_a_way_back(looked_at: Run, name: str, value: str) -> None:
    at = opened(**{name: value})
    assert len(at.error) == 1
    assert [link.proto.label for link in at.main.get("page_link")] == ["Look at the newest run"]


def test_a_damaged_snapshot_is_said(looked_at: Run) -> None:
    for path in (looked_at.folder / "snapshots").glob("*.npz"):
        path.write_bytes(path.read_bytes()[:100])
    at = opened()
    assert "cannot be read" in at.error[0].value
