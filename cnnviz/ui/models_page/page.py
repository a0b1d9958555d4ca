"""The page: one part takes a network away, the other brings one in."""

import streamlit as st

from cnnviz.runs import Weights
from cnnviz.ui.judge.address import Address
from cnnviz.ui.models_page.bar import models_bar
from cnnviz.ui.models_page.bringing import show_bringing
from cnnviz.ui.models_page.taking import show_taking

__all__ = ["ADDRESS", "show_models"]

ADDRESS = Address("models", ("part",))

_PARTS = {
    "take": ":material/download: Take it away",
    "bring": ":material/upload: Bring your own",
}


def show_models() -> None:
    """Draw the page for what the URL asks for.

    Raises:
        CnnvizError: it asks for a run or a snapshot that there is not.
    """
    ADDRESS.settle()
    part = _part()
    if part == "bring":
        show_bringing()
    else:
        chosen = models_bar()
        if chosen is not None:
            show_taking(Weights(*chosen))


def _part() -> str:
    asked = ADDRESS.asked().get("part", "take")
    st.session_state["models-part"] = asked if asked in _PARTS else "take"
    st.segmented_control(
        "What to do", list(_PARTS), key="models-part", required=True, label_visibility="collapsed",
        format_func=lambda part: _PARTS[part], on_change=_switch,
    )  # fmt: skip
    return str(st.session_state["models-part"])


def _switch() -> None:
    part = st.session_state["models-part"]
    ADDRESS.change(part=None if part == "take" else part)
