"""The URL: read, changed in one step, kept from reruns that began before, and carried from page to page."""

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.ui.pages import COMPARE, DATA, KERNELS, MAP, MISTAKES, MODELS, PAGES, REPORT, TRAIN, Page, page_at
from cnnviz.ui.place import Carried, Known, Place, decoded, params_of, place_of
from tests.ui.made import failed_run

RUN, OTHER = "20260101-000000-a-1234", "20260101-000000-b-1234"


def _page() -> None:
    """A page without a body: it arrives, does what the test asks for, and says what it reads."""
    import streamlit as st

    from cnnviz.ui.address import arrive, asked, bind, chosen_run, go, read, remember
    from cnnviz.ui.messages import reported
    from cnnviz.ui.pages import TRAIN
    from cnnviz.ui.place import place_of

    page = st.session_state.get("page", TRAIN)
    arrive(page)
    if "go" in st.session_state:
        go(**st.session_state.pop("go"))
    kind = place_of(page)
    with reported(way_back=None):
        st.session_state["run"] = chosen_run()
        if "shown" in st.session_state:
            remember(**st.session_state["shown"])
        st.session_state["asked"] = {name: asked(name) for name in ("snapshot", "image", "layer", "filter")}
        if kind is not None and st.session_state.get("reads", True):
            st.session_state["place"] = read(kind)
        if "options" in st.session_state:
            options = st.session_state["options"]
            st.selectbox("Layer", options, **bind("layer", options[0], options=options[:2]))
        st.write("ran")


def opened(page: Page = TRAIN, *, runs: tuple[str, ...] = (), **query: Any) -> AppTest:
    at = AppTest.from_function(_page, default_timeout=60)
    at.session_state["page"] = page
    at.query_params.update(query)
    return ran(at)


def ran(at: AppTest, **changes: Any) -> AppTest:
    if changes:
        at.session_state["go"] = changes
    at.run()
    assert not at.exception
    return at


def moved(at: AppTest, page: Page, **query: Any) -> AppTest:
    """Go to another page, as a click in the sidebar does."""
    at.query_params.clear()
    at.query_params.update(query)
    at.session_state["page"] = page
    return ran(at)


def query(at: AppTest) -> dict[str, Any]:
    return (
        {name: value[0] if len(value) == 1 else value for name, value in at.query_params.items()}
        if all(isinstance(value, list) for value in at.query_params.values())
        else dict(at.query_params)
    )


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnviz.ui.address.run_ids", lambda: (RUN, OTHER))


# --- the table of pages -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.title)
def test_a_page_has_a_file_and_a_place_that_can_be_read(page: Page) -> None:
    assert Path(page.path).is_file()
    assert page_at(page.url_path) == page
    assert set(page.takes) <= set(params_of(Carried))
    kind = place_of(page)
    if kind is not None:
        names = [one.name for one in params_of(kind).values()]
        assert len(names) == len(set(names))
        assert decoded(kind, {}) == kind()  # a bare address asks for the defaults
        assert all(one.encode(one.default, Known()) == [] for one in params_of(kind).values())


def test_what_goes_with_something_goes_with_a_parameter_there_is() -> None:
    for page in PAGES:
        own: type[Place] = place_of(page) or Carried
        names = {one.name for kind in (Carried, own) for one in params_of(kind).values()}
        assert {one.per for one in params_of(own).values()} <= {"", *names}


# --- the run ----------------------------------------------------------------------------------------------------


def test_without_a_link_there_is_no_run() -> None:
    assert opened().session_state["run"] is None


def test_the_url_chooses() -> None:
    assert opened(run=RUN).session_state["run"] == RUN


@pytest.mark.parametrize("text", ["../../etc", "<script>", "x", "A" * 5, "a" * 81, "abcd/..", "abcd\n"])
def test_what_is_no_run_id_is_refused_in_a_sentence(text: str) -> None:
    at = opened(run=text)
    assert "which is no run id" in at.error[0].value
    assert not at.markdown


def test_going_to_a_run_writes_the_url_and_going_to_none_clears_it(runs: None) -> None:
    at = ran(opened(), run=RUN)
    assert (at.session_state["run"], query(at)) == (RUN, {"run": RUN})
    ran(at, run=None)
    assert (at.session_state["run"], query(at)) == (None, {})


# --- from page to page ------------------------------------------------------------------------------------------


def test_a_run_is_carried_to_the_page_that_takes_one(runs: None) -> None:
    at = opened(run=RUN)
    assert moved(at, DATA).session_state["run"] is None
    assert moved(at, TRAIN).session_state["run"] == RUN


def test_a_run_that_does_not_exist_is_not_carried(runs: None) -> None:
    at = moved(opened(run="20260101-000000-gone"), DATA)
    assert moved(at, TRAIN).session_state["run"] is None


def test_a_page_takes_what_it_shows_and_the_next_one_finds_the_rest(runs: None) -> None:
    at = opened(KERNELS)
    at.session_state["shown"] = {"run": RUN, "snapshot": 2, "image": "test-3", "layer": "conv2d_1", "filter": 0}
    ran(at)
    del at.session_state["shown"]
    assert moved(at, MODELS).session_state["asked"]["snapshot"] == ("2", False)
    assert at.session_state["asked"]["layer"] == (None, False)
    asked = moved(at, KERNELS).session_state["asked"]
    assert asked == {
        name: (said, False)
        for name, said in {"snapshot": "2", "image": "test-3", "layer": "conv2d_1", "filter": "0"}.items()
    }


def test_another_run_leaves_only_the_image(runs: None) -> None:
    at = opened(KERNELS)
    at.session_state["shown"] = {"run": RUN, "snapshot": 2, "image": "test-3", "layer": "conv2d_1", "filter": 0}
    ran(at)
    del at.session_state["shown"]
    asked = moved(at, KERNELS) and moved(at, MODELS) and moved(at, KERNELS, run=OTHER).session_state["asked"]
    assert {name for name, (said, _) in asked.items() if said} == {"image"}


def test_a_filter_is_carried_with_its_own_layer_only(runs: None) -> None:
    at = opened(KERNELS)
    at.session_state["shown"] = {"run": RUN, "layer": "conv2d_1", "filter": 5}
    ran(at)
    del at.session_state["shown"]
    moved(at, DATA)
    asked = moved(at, KERNELS, run=RUN, layer="conv2d_2").session_state["asked"]
    assert asked["layer"] == ("conv2d_2", True)  # a link asks for it
    assert asked["filter"] == (None, False)


def test_what_is_shown_is_written_at_arrival_and_never_again(runs: None) -> None:
    at = opened(KERNELS)
    at.session_state["shown"] = {"run": RUN, "layer": None, "filter": 1}
    moved(at, MODELS)
    moved(at, KERNELS)
    assert query(at) == {"run": RUN, "filter": "1"}
    at.query_params.clear()  # the browser's way back
    assert query(ran(at)) == {}


def test_the_way_back_to_the_same_page_forgets_the_run_that_led_astray(runs: None) -> None:
    at = opened(REPORT, run=RUN)
    at.session_state["cnnviz.astray"] = True  # an error offered a way back
    at.query_params.clear()
    ran(at)
    assert "run" not in at.session_state["cnnviz.carried"]
    at = opened(REPORT, run=RUN)
    at.query_params.clear()
    ran(at)
    assert at.session_state["cnnviz.carried"]["run"] == RUN  # without an error there is nothing to forget


def test_a_page_is_found_as_it_was_left(runs: None) -> None:
    at = ran(opened(COMPARE), find="blue", states=("completed", "failed"), split="training")
    assert query(at) == {"find": "blue", "state": ["completed", "failed"], "of": "training"}
    moved(at, DATA)
    moved(at, COMPARE)
    assert (at.session_state["place"].find, at.session_state["place"].states) == ("blue", ("completed", "failed"))
    assert query(at) == {"find": "blue", "state": ["completed", "failed"], "of": "training"}
    moved(at, DATA)
    assert moved(at, COMPARE, find="red").session_state["place"].find == "red"  # a link counts


# --- changing ---------------------------------------------------------------------------------------------------


def test_a_change_is_one_step_and_leaves_the_rest(runs: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from streamlit.runtime.state.query_params import QueryParams

    sent: list[int] = []
    real = QueryParams._send_query_param_msg
    monkeypatch.setattr(QueryParams, "_send_query_param_msg", lambda self: sent.append(1) or real(self))
    at = opened(MAP, run=RUN, plane="tsne", unknown="kept")
    sent.clear()
    ran(at, method="pca", colour="right", snapshot=3)
    assert query(at) == {"run": RUN, "unknown": "kept", "colour": "right", "snapshot": "3"}
    assert len(sent) == 1


def test_another_run_takes_away_what_belonged_to_the_old_one(runs: None) -> None:
    at = ran(opened(MAP, run=RUN, snapshot="2", hide="right", colour="right"), run=OTHER)
    assert query(at) == {"run": OTHER, "colour": "right"}
    at = ran(opened(MISTAKES, run=RUN, show="all"), run=RUN)
    assert query(at) == {"run": RUN, "show": "all"}  # the same one takes nothing away


def test_another_layer_takes_its_filter_away(runs: None) -> None:
    at = ran(opened(KERNELS, run=RUN, layer="conv2d_1", filter="3"), layer="conv2d_2")
    assert query(at) == {"run": RUN, "layer": "conv2d_2"}
    assert query(ran(at, layer="conv2d_1", filter=2)) == {"run": RUN, "layer": "conv2d_1", "filter": "2"}


def test_two_changes_at_once_are_both_kept(runs: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnviz.ui.address._SETTLING_S", 600.0)  # however slow this machine is
    at = opened(MAP, run=RUN)
    before = dict(at.query_params)
    ran(at, colour="right")
    at.query_params.clear()
    at.query_params.update(before)  # the browser did not know yet
    assert query(ran(at, method="tsne")) == {"run": RUN, "colour": "right", "plane": "tsne"}
    at.query_params.clear()
    at.query_params.update(before)
    assert query(ran(at)) == {"run": RUN, "colour": "right", "plane": "tsne"}


def test_the_way_back_is_open_right_after_a_change(runs: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnviz.ui.address._SETTLING_S", 600.0)
    at = opened(MAP, run=RUN)
    before = dict(at.query_params)
    ran(at, colour="right")
    at.query_params.clear()
    at.query_params.update(before)
    monkeypatch.setattr("cnnviz.ui.address.going_back", lambda: True)
    assert query(ran(at)) == {"run": RUN}


def test_a_choice_that_is_not_on_offer_changes_nothing(runs: None) -> None:
    at = opened(KERNELS, run=RUN)
    at.session_state["options"] = ["one", "two", "a name of before"]
    ran(at)
    at.selectbox(key="kernels-layer").set_value("a name of before").run()
    assert "layer" not in query(at)
    at.selectbox(key="kernels-layer").set_value("two").run()
    assert query(at)["layer"] == "two"


def test_what_a_browser_says_of_a_page_that_was_left_changes_nothing(runs: None) -> None:
    at = opened(KERNELS, run=RUN)
    at.session_state["options"] = ["conv2d", "conv2d_1", "conv2d_2"]
    ran(at)
    before = query(at)
    at.session_state["cnnviz.page"] = TRAIN  # the switch was made before the browser's word came
    at.selectbox[0].select("conv2d_1")
    ran(at)
    assert query(at) == before
    moved(at, TRAIN)
    before = query(at)
    ran(at, part="import", picked=None)  # fields of the Data page, by a second click there
    assert query(at) == before


def test_a_run_of_a_home_is_carried(home: Path) -> None:
    run = failed_run(home)
    at = moved(opened(run=run.id), DATA)
    assert moved(at, TRAIN).session_state["run"] == run.id
