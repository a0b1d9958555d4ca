"""Bringing one's own: files, what they were understood as, how they are kept, and then a data set."""

import streamlit as st

from cnnviz.data.brought import Brought
from cnnviz.ui.data.correcting import correct
from cnnviz.ui.data.dropping import add_files, brought, choose_files, drop
from cnnviz.ui.data.keeping import show_keeping
from cnnviz.ui.data.understanding import show_understood, understanding
from cnnviz.ui.guard import permitted, unlocked
from cnnviz.ui.jobs import show_job
from cnnviz.ui.messages import plain

__all__ = ["show_bringing"]


def show_bringing() -> None:
    """Draw the part of the page, as far as the person has come."""
    if not unlocked():
        _locked()
        return
    here = brought()
    if here is None:
        choose_files()
        return
    _head(here)
    found = understanding(here)
    understood = show_job(found, "Looking at what you brought")
    if understood is not None:
        show_understood(here, understood)
        show_keeping(here, understood)
    if found.progress.ended:
        correct(here, understood)


def _head(here: Brought) -> None:
    """Name what was brought, with a way to add to it and a way out."""
    size = f" · {here.n_bytes / 1e6:,.1f} MB" if here.n_bytes else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="data-brought"):
        st.markdown(f"**:material/inventory_2: {plain(here.name[-60:])}**{size}", width="content")
        if here.kept is not None:
            with st.popover("Add files", icon=":material/add:", type="tertiary"):
                add_files()
        st.button("Bring something else", key="data-drop", icon=":material/close:", type="tertiary", on_click=drop)


def _locked() -> None:
    st.info(
        "This dashboard is open to a network, where bringing data in takes its passcode. Looking is free.",
        icon=":material/lock:",
    )
    if st.button("Unlock", key="data-unlock", icon=":material/lock_open:"):
        permitted("bring data in")
