"""How what is pinned travels: through the URL, and with a session from page to page."""

import math
import time
from typing import Any

import streamlit as st

from cnnviz.runs import Run
from cnnviz.ui.session import arrived, choose_run

__all__ = [
    "PARAMETERS",
    "asked",
    "asked_filter",
    "last_shown",
    "link",
    "remember",
    "rerun",
    "settle",
    "switch",
    "write",
]

PARAMETERS = ("run", "snapshot", "image", "layer", "filter")

_SWITCHED = "cnnviz.switched"  # session state: (when, the URL before, the URL wanted) of the last change
_TICKED = "cnnviz.ticked"  # session state: whether a fragment asked for this run, not a person
_SETTLING_S = 1.5  # longer, and the browser's way back would not work
_SHOWN = "cnnviz.pinned"  # session state: what the bar showed last, as the URL would say it


def switch(page: str | None = None, **changes: Any) -> None:
    """Look at something else: in a callback, or before the page runs on.

    Args:
        page: the page file to go to; None stays, and the next run of the page shows the change.
        changes: of run, snapshot, image, layer and filter; None takes one away. A new run or layer takes what
            belonged to the old one away.
    """
    wanted = link(**changes)
    if page is not None:
        st.switch_page(page, query_params=wanted)
    before = _pinned_query()
    write(wanted)
    st.session_state[_SHOWN] = wanted
    st.session_state[_SWITCHED] = (time.monotonic(), before, wanted)


def settle() -> None:
    """Keep a change that a rerun which began before it would take back; called first by the bar.

    A fragment that ticks runs, and reruns the page, with the URL as the browser knew it when it ticked.
    """
    when, before, wanted = st.session_state.get(_SWITCHED, (-math.inf, None, {}))
    ticked = st.session_state.pop(_TICKED, False)
    if (ticked or time.monotonic() - when < _SETTLING_S) and _pinned_query() == before:
        write(wanted)


def rerun() -> None:
    """Run the page again from a fragment that ticks, with what was chosen since, however long ago it ticked."""
    st.session_state[_TICKED] = True
    st.rerun()


def _pinned_query() -> dict[str, str]:
    return {name: st.query_params[name] for name in PARAMETERS if name in st.query_params}


def link(**changes: Any) -> dict[str, str]:
    """Return the query of a link to what is looked at now, with some of it changed.

    Args:
        changes: as for `switch`.

    Returns:
        For `st.page_link(page, query_params=...)`.
    """
    now: dict[str, str] = dict(st.session_state.get(_SHOWN, {}))
    if "run" in changes and changes["run"] != now.get("run"):
        now = {name: value for name, value in now.items() if name == "image"}
    if "layer" in changes and changes["layer"] != now.get("layer"):
        now.pop("filter", None)
    for name, value in changes.items():
        if value is None:
            now.pop(name, None)
        else:
            now[name] = str(value)
    return now


def write(values: dict[str, str]) -> None:
    """Put values into the URL and take the others of the five away; what else is there stays.

    All at once: each change of the URL is a step that the browser's way back has to go.
    """
    changed = {name: value for name, value in values.items() if st.query_params.get(name) != value}
    for name in PARAMETERS[1:]:
        if name not in values:
            st.query_params.pop(name, None)
    if changed:
        st.query_params.update(changed)
    if "run" in values:
        choose_run(values["run"])


def last_shown(run: Run) -> dict[str, str]:
    """What the session looked at last, as far as it fits this run."""
    last: dict[str, str] = st.session_state.get(_SHOWN, {})
    if last.get("run") == run.id:
        return last
    return {name: value for name, value in last.items() if name == "image"}


def asked(run: Run, name: str) -> tuple[str | None, bool]:
    """Return a parameter and whether a link asks for it; what the session merely carries may be passed over."""
    if name in st.query_params:
        return st.query_params[name], last_shown(run).get(name) != st.query_params[name]
    return (last_shown(run).get(name), False) if arrived() else (None, False)


def remember(shown: dict[str, str]) -> None:
    """Keep what a page shows for the next one, and write it into the URL of a page just opened."""
    st.session_state[_SHOWN] = shown


def asked_filter(layer: str) -> tuple[str | None, bool]:
    """Return what `asked` does, for the filter: one that is carried counts for its own layer only."""
    last = st.session_state.get(_SHOWN, {})
    same_layer = last.get("layer") == layer
    if "filter" in st.query_params:
        return st.query_params["filter"], not (same_layer and last.get("filter") == st.query_params["filter"])
    return (last.get("filter") if arrived() and same_layer else None), False
