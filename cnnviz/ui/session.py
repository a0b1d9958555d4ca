"""What a session looks at: kept in the URL, so that a link shows the same, and carried from page to page."""

import streamlit as st

from cnnviz.errors import RunError
from cnnviz.runs import RUN_ID
from cnnviz.ui.loaders import run_ids
from cnnviz.ui.messages import ASTRAY

__all__ = ["arrived", "carried_run", "carry_run", "choose_run", "chosen_run"]

_CARRIED = "cnnviz.run"  # session state: the run looked at last, for a page opened from the navigation
_PAGE = "cnnviz.page"
_ARRIVED = "cnnviz.arrived"  # session state: whether this run of the script is the page's first


def chosen_run() -> str | None:
    """Return the run that the URL names as `?run=`, or None where it names none.

    Returns:
        A well-formed run id (or "latest"); whether there is such a run, `cnnviz.ui.loaders.open_run` says.

    Raises:
        RunError: the URL holds something that cannot be a run id.
    """
    text = st.query_params.get("run")
    if not text:
        return None
    if not RUN_ID.fullmatch(text):
        raise RunError(
            f"the link asks for the run {text[:80]!r}, which is no run id; choose a run from the list instead"
        )
    return text


def choose_run(run_id: str | None) -> None:
    """Write the chosen run into the URL; the page shows it from its next run on.

    Args:
        run_id: the run, or None for none.
    """
    if run_id is None:
        st.query_params.pop("run", None)
        st.session_state.pop(_CARRIED, None)
    else:
        if st.query_params.get("run") != run_id:  # writing it again would be a step for the browser's way back
            st.query_params["run"] = run_id
        st.session_state[_CARRIED] = run_id


def carry_run(page: str, *, takes_run: bool) -> None:
    """Carry the chosen run over a page change, which empties the URL's query; called by app.py at every run.

    Args:
        page: the page that is about to run.
        takes_run: whether that page shows a run.
    """
    arrived = st.session_state.get(_PAGE) != page
    st.session_state[_PAGE] = page
    st.session_state[_ARRIVED] = arrived
    if st.session_state.pop(ASTRAY, False) and not arrived and not st.query_params:
        st.query_params.clear()  # a link to the page that is open leaves the browser's address as it was
        st.session_state.pop(_CARRIED, None)
    carried = st.session_state.get(_CARRIED)
    if "run" in st.query_params:
        if st.query_params["run"] in run_ids():  # a wrong link is not remembered
            st.session_state[_CARRIED] = st.query_params["run"]
    elif arrived and takes_run and carried in run_ids():
        st.query_params["run"] = carried


def arrived() -> bool:
    """Say whether the session came to this page just now, so that what it looked at may be written into the URL.

    Later the URL is the truth: filled in again, it would make the browser's way back a dead end.
    """
    return bool(st.session_state.get(_ARRIVED, True))


def carried_run() -> str | None:
    """Return the run that this session looked at last, where it still exists."""
    carried = st.session_state.get(_CARRIED)
    return carried if carried in run_ids() else None
