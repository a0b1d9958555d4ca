from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.ui.made import failed_run


def _page() -> None:
    import streamlit as st

    from cnnviz.ui.messages import reported
    from cnnviz.ui.session import carry_run, choose_run, chosen_run

    page = st.session_state.get("page", "train")
    carry_run(page, takes_run=page == "train")
    if "choose" in st.session_state:
        choose_run(st.session_state.pop("choose"))
    with reported(way_back=None):
        st.write(repr(chosen_run()))


def told(at: AppTest) -> str:
    assert not at.exception
    return str(at.markdown[0].value)


def test_no_run_is_chosen_at_first() -> None:
    assert told(AppTest.from_function(_page, default_timeout=60).run()) == "None"


def test_the_url_chooses() -> None:
    at = AppTest.from_function(_page, default_timeout=60)
    at.query_params["run"] = "20260101-000000-a-1234"
    assert told(at.run()) == "'20260101-000000-a-1234'"


@pytest.mark.parametrize("text", ["../../etc", "<script>", "x", "A" * 5, "a" * 81, "abcd/..", "abcd\n"])
def test_what_is_no_run_id_is_refused_in_a_sentence(text: str) -> None:
    at = AppTest.from_function(_page, default_timeout=60)
    at.query_params["run"] = text
    at.run()
    assert not at.exception
    assert "which is no run id" in at.error[0].value
    assert not at.markdown


def test_choosing_writes_the_url_and_forgetting_clears_it() -> None:
    at = AppTest.from_function(_page, default_timeout=60)
    at.session_state["choose"] = "20260101-000000-a-1234"
    assert told(at.run()) == "'20260101-000000-a-1234'"
    assert at.query_params["run"] in ("20260101-000000-a-1234", ["20260101-000000-a-1234"])
    at.session_state["choose"] = None
    assert told(at.run()) == "None"
    assert "run" not in at.query_params


def test_a_run_is_carried_to_the_page_that_shows_runs(home: Path) -> None:
    run = failed_run(home)
    at = AppTest.from_function(_page, default_timeout=60)
    at.query_params["run"] = run.id
    at.run()
    at.query_params.clear()
    at.session_state["page"] = "data"
    assert told(at.run()) == "None"
    at.session_state["page"] = "train"
    assert told(at.run()) == repr(run.id)


def test_a_run_that_does_not_exist_is_not_carried() -> None:
    at = AppTest.from_function(_page, default_timeout=60)
    at.query_params["run"] = "20260101-000000-a-1234"
    at.run()
    at.query_params.clear()
    at.session_state["page"] = "data"
    at.run()
    at.session_state["page"] = "train"
    assert told(at.run()) == "None"


def _page_with_a_way_back() -> None:
    import streamlit as st

    from cnnviz.errors import RunError
    from cnnviz.ui.messages import reported
    from cnnviz.ui.session import carried_run, carry_run

    carry_run(st.session_state.get("page", "report"), takes_run=False)
    with reported(way_back="pages/start/home.py"):
        if "cell" in st.query_params:
            raise RunError("there is no such cell")
        st.write(repr(carried_run()))


def test_the_way_back_to_the_same_page_forgets_the_run_that_led_astray(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    links: list[str] = []
    monkeypatch.setattr("streamlit.page_link", lambda page, **_: links.append(page))
    run = failed_run(home)
    at = AppTest.from_function(_page_with_a_way_back, default_timeout=60)
    at.query_params.update({"run": run.id, "cell": "9-9"})
    at.run()
    assert "no such cell" in at.error[0].value
    assert links == ["pages/start/home.py"]
    at.query_params.clear()
    assert told(at.run()) == "None"
    at.query_params["run"] = run.id
    at.run()
    at.query_params.clear()
    assert told(at.run()) == repr(run.id)  # without an error there is nothing to forget
