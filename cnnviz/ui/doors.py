"""The three doors of Home: for who shows it to others, for who wants to understand, for who brings photos."""

from dataclasses import dataclass

import streamlit as st

from cnnviz.ui.first_run import run_to_watch
from cnnviz.ui.preferred import preferred_id
from cnnviz.ui.session import choose_run
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


def doors(*, train_page: str, look_page: str, use_page: str) -> None:
    """Draw the doors side by side, on a phone below each other.

    Args:
        train_page: the page file on which a run is watched.
        look_page: the page file that shows kernels.
        use_page: the page file that classifies photos.
    """
    with st.container(key="home-doors"):
        watch, look, use = st.columns(3, gap="small")
    with watch:
        watched = _door(_WATCH, first=True)
    with look:
        looked = _door(_LOOK)
    with use:
        used = _door(_TRY)
    if watched and (run_id := run_to_watch()):
        choose_run(run_id)
        st.switch_page(train_page, query_params={"run": run_id})
    if looked:
        _open(look_page, preferred_id("look"))
    if used:
        _open(use_page, preferred_id("use"))


def _open(page: str, run_id: str | None) -> None:
    """Go to a page with the network that serves it best, whichever one the session looked at before."""
    if run_id is None:
        st.switch_page(page)
    choose_run(run_id)
    st.switch_page(page, query_params={"run": run_id})


def _door(door: _Door, *, first: bool = False) -> bool:
    with st.container(border=True, height="stretch"):
        clicked = st.button(
            door.label, key=door.key, icon=door.icon, type="primary" if first else "secondary", width="stretch"
        )
        st.caption(door.words)
    return clicked
