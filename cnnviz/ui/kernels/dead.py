"""Dead filters: known only once the test images were looked through, and marked on the wall from then on."""

import streamlit as st

from cnnviz.ui.bar import Pinned

__all__ = ["known_dead", "tell_dead"]

_KNOWN = "cnnviz.dead"  # session state: (model and layer, their dead filters)


def known_dead(pinned: Pinned) -> list[int]:
    """Return the pinned layer's dead filters, as far as this session knows."""
    known: tuple[str, list[int]] = st.session_state.get(_KNOWN, ("", []))
    return known[1] if known[0] == _key(pinned) else []


def tell_dead(pinned: Pinned, dead: list[int]) -> None:
    """Remember the dead filters; the page is drawn again once where the wall did not know of them."""
    if dead != known_dead(pinned):
        st.session_state[_KNOWN] = (_key(pinned), dead)
        st.rerun()


def _key(pinned: Pinned) -> str:
    return f"{pinned.weights.key}|{pinned.layer}"
