"""The three doors of Home: for who shows it to others, for who wants to understand, for who brings photos."""

from dataclasses import dataclass

import streamlit as st

from cnnviz.ui.address import switch
from cnnviz.ui.first_run import run_to_watch
from cnnviz.ui.pages import CLASSIFY, KERNELS, TRAIN
from cnnviz.ui.preferred import preferred_id
from cnnviz.ui.styles import style

__all__ = ["PAGE_STYLE", "doors"]

PAGE_STYLE = style(__file__)  # one screen of a projector


@dataclass(frozen=True)
class _Door:
    key: str
    label: str
    icon: str
    words: str


_WATCH = _Door(
    "home-train",
    "Watch one learn",
    ":material/model_training:",
    "**To learn.** A small network trains on this machine; change one thing, see what it did.",
)
_LOOK = _Door(
    "home-look",
    "See what it sees",
    ":material/visibility:",
    "**To teach.** Kernels, feature maps, and a convolution number by number, with no waiting.",
)
_TRY = _Door(
    "home-try",
    "Try your photo",
    ":material/add_photo_alternate:",
    "**To use.** Drop your own photos, see how sure it is and why; take the network away.",
)


def doors() -> None:
    """Draw the doors side by side, on a phone below each other."""
    with st.container(key="home-doors"):
        watch, look, use = st.columns(3, gap="small")
    with watch:
        watched = _door(_WATCH, first=True)
    with look:
        looked = _door(_LOOK)
    with use:
        used = _door(_TRY)
    if watched and (run_id := run_to_watch()):
        switch(TRAIN, run=run_id)
    # With the network that serves the page best, whichever one the session looked at before.
    if looked:
        switch(KERNELS, run=preferred_id("look"))
    if used:
        switch(CLASSIFY, run=preferred_id("use"))


def _door(door: _Door, *, first: bool = False) -> bool:
    with st.container(border=True, height="stretch"):
        clicked = st.button(
            door.label, key=door.key, icon=door.icon, type="primary" if first else "secondary", width="stretch"
        )
        st.caption(door.words)
    return clicked
