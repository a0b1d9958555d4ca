import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.data.photos import Photo
from cnnviz.runs import Run


def _page() -> None:
    import streamlit as st

    from cnnviz.ui.address import arrive, go
    from cnnviz.ui.bar import pinned_bar
    from cnnviz.ui.messages import reported
    from cnnviz.ui.pages import FEATURE_MAPS, KERNELS

    page = st.session_state.get("page", "kernels")
    arrive(FEATURE_MAPS if page == "maps" else KERNELS)
    if "go" in st.session_state:
        go(**st.session_state.pop("go"))
    with reported(way_back=None):
        pinned = pinned_bar(layer="any" if page == "maps" else "convolution", filter=page != "map")
        st.session_state["pinned"] = pinned


def opened(**query: str) -> AppTest:
    at = AppTest.from_function(_page, default_timeout=30)
    at.query_params.update(query)
    return checked(at.run())


def checked(at: AppTest) -> AppTest:
    assert not at.exception
    return at


def query(at: AppTest) -> dict[str, Any]:
    return {name: value[0] if isinstance(value, list) else value for name, value in at.query_params.items()}


def test_without_a_run_it_says_what_to_do() -> None:
    at = AppTest.from_function(_page, default_timeout=30).run()
    assert "There is no trained network to look into yet" in at.info[0].value


def test_the_newest_run_and_firsts_are_pinned_and_written_into_the_url(looked_at: Run) -> None:
    at = opened()
    pinned = at.session_state["pinned"]
    assert (pinned.run.id, pinned.snapshot, pinned.image_key) == (looked_at.id, None, "test-0")
    assert (pinned.layer, pinned.filter, pinned.image.shape) == ("conv2d_1", 0, (8, 8, 3))
    assert pinned.label in range(4)
    assert pinned.photo is None
    assert query(at) == {"run": looked_at.id, "image": "test-0", "layer": "conv2d_1", "filter": "0"}


def test_a_link_shows_the_same(looked_at: Run) -> None:
    at = opened(run=looked_at.id, snapshot="1", image="test-7", layer="conv2d_2", filter="5")
    pinned = at.session_state["pinned"]
    assert (pinned.snapshot, pinned.image_key, pinned.layer, pinned.filter) == (1, "test-7", "conv2d_2", 5)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("run", "../../etc", "which is no run id"),
        ("run", "20260101-000000-gone", "There is no run called"),
        ("snapshot", "99", "which has the snapshots 0 to"),
        ("snapshot", "-1", "which has the snapshots 0 to"),
        ("image", "test-60", "has the test images 0 to 59"),
        ("image", "<script>", "which is none"),
        ("image", "upload-12345678", "opened in another tab"),
        ("layer", "conv2d_9", "choose one of these"),
        ("filter", "4", "has the filters 0 to 3"),
        ("filter", "1e9", "has the filters 0 to 3"),
    ],
)
def test_a_wrong_link_ends_in_a_sentence(looked_at: Run, name: str, value: str, sentence: str) -> None:
    at = opened(**{name: value})
    [error] = at.error
    assert sentence in error.value.replace("\\", "")
    assert "pinned" not in at.session_state


def test_choosing_writes_the_url(looked_at: Run) -> None:
    at = opened()
    checked(at.selectbox(key="pinned-filter").set_value(3).run())
    checked(at.selectbox(key="pinned-snapshot").set_value(0).run())
    assert query(at)["filter"] == "3"
    assert query(at)["snapshot"] == "0"
    assert at.session_state["pinned"].snapshot == 0


def test_another_layer_begins_with_its_first_filter(looked_at: Run) -> None:
    at = opened(layer="conv2d_2", filter="5")
    checked(at.selectbox(key="pinned-layer").set_value("conv2d_1").run())
    pinned = at.session_state["pinned"]
    assert (pinned.layer, pinned.filter) == ("conv2d_1", 0)


def test_what_is_pinned_travels_to_another_page(looked_at: Run) -> None:
    at = opened(snapshot="1", image="test-3", layer="conv2d_2", filter="2")
    at.query_params.clear()
    at.session_state["page"] = "maps"
    checked(at.run())
    assert query(at) == {"run": looked_at.id, "snapshot": "1", "image": "test-3", "layer": "conv2d_2", "filter": "2"}


def test_a_layer_that_the_next_page_does_not_offer_is_passed_over(looked_at: Run) -> None:
    at = opened()
    at.session_state["page"] = "maps"
    checked(at.run())
    checked(at.selectbox(key="pinned-layer").set_value("dense_1").run())
    at.query_params.clear()
    at.session_state["page"] = "kernels"
    checked(at.run())
    assert not at.error
    assert at.session_state["pinned"].layer == "conv2d_1"


def test_the_way_back_in_the_browser_is_no_dead_end(looked_at: Run) -> None:
    at = opened()
    at.query_params.clear()
    checked(at.run())
    assert query(at) == {}


def test_runs_of_one_name_are_told_apart_and_each_can_be_chosen(looked_at: Run, home: Path) -> None:
    others = []
    for number in (1, 2):
        copy = home / "runs" / f"20260101-00000{number}-looked-at-aaa{number}"
        shutil.copytree(looked_at.folder, copy)
        others.append(copy.name)
    at = opened()
    box = at.selectbox(key="pinned-run")
    assert len(set(box.options)) == 3
    assert "looked at · tiny · 1 Jan 00:00 · aaa1" in box.options
    for run_id in others:
        checked(at.selectbox(key="pinned-run").set_value(run_id).run())
        assert at.session_state["pinned"].run.id == run_id


def test_a_choice_by_a_name_that_is_no_more_changes_nothing(looked_at: Run) -> None:
    at = opened()
    box = at.selectbox(key="pinned-run")
    box.options.append("as the browser still called it")
    box.set_value("as the browser still called it")
    checked(at.run())
    assert not at.error
    assert at.session_state["pinned"].run.id == looked_at.id


def test_what_was_done_to_a_photo_is_said(looked_at: Run) -> None:
    at = AppTest.from_function(_page, default_timeout=30)
    photo = Photo(np.full((20, 30, 3), 90, np.uint8), "Turned upright, as its EXIF data say.")
    at.session_state["cnnviz.photos"] = {"upload-12345678": photo}
    at.query_params["image"] = "upload-12345678"
    checked(at.run())
    [said] = [one.value.replace("\\", "") for one in at.caption]
    assert said == ("Your photo: the network sees its centre, made 8×8 pixels. Turned upright, as its EXIF data say.")
    assert at.session_state["pinned"].image_in_words == "a photo"


def test_switching_changes_one_thing(looked_at: Run) -> None:
    at = opened(image="test-3", layer="conv2d_2", filter="2")
    at.session_state["go"] = {"image": "test-9"}
    checked(at.run())
    pinned = at.session_state["pinned"]
    assert (pinned.image_key, pinned.layer, pinned.filter) == ("test-9", "conv2d_2", 2)
    assert query(at) == {"run": looked_at.id, "image": "test-9", "layer": "conv2d_2", "filter": "2"}


def test_a_change_survives_a_rerun_with_the_url_of_before(looked_at: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnviz.ui.address._SETTLING_S", 600.0)  # however slow this machine is
    at = opened(image="test-3")
    before = query(at)
    checked(at.selectbox(key="pinned-filter").set_value(3).run())
    at.query_params.clear()
    at.query_params.update(before)
    checked(at.run())
    assert at.session_state["pinned"].filter == 3
    assert query(at)["filter"] == "3"


def test_a_change_survives_a_tick_from_before_it_however_late(looked_at: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnviz.ui.address._SETTLING_S", 0.0)
    at = opened(image="test-3")
    before = query(at)
    checked(at.selectbox(key="pinned-filter").set_value(3).run())
    at.query_params.clear()
    at.query_params.update(before)
    at.session_state["cnnviz.ticked"] = True  # a fragment asked for this run
    checked(at.run())
    assert query(at)["filter"] == "3"
    at.query_params.clear()
    at.query_params.update(before)
    checked(at.run())
    assert query(at)["filter"] == before["filter"]  # the browser's way back still works


def test_a_link_to_a_snapshot_without_weights_names_those_that_have_some(looked_at: Run) -> None:
    (looked_at.folder / "snapshots" / "0001.npz").unlink()
    [error] = opened(run=looked_at.id, snapshot="1").error
    left = ", ".join(str(item.number) for item in looked_at.snapshots())
    assert f"which has the snapshots {left}; choose one of these" in error.value.replace("\\", "")
