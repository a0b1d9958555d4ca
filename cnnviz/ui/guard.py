"""Who may change something: everybody on this machine; over a network, whoever knows the passcode."""

import math
import os
import time

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.passcode import (
    LOCAL_ADDRESSES,
    PASSCODE_HASH_VARIABLE,
    PASSCODE_VARIABLE,
    Attempts,
    check_passcode,
    hash_passcode,
)
from cnnviz.ui.messages import plain

__all__ = ["permitted", "tell_unlocked", "unlocked"]

_PROVED = "cnnviz.passcode"  # session state: the hash that this session's passcode matched
_NEWS = "cnnviz.unlocked"  # session state: what to say at the next run


def unlocked() -> bool:
    """Say whether this session may change something, without a word to the person; see `permitted`."""
    try:
        stored = _stored()
    except CnnvizError:
        return False
    if not stored:
        return st.get_option("server.address") in LOCAL_ADDRESSES
    return bool(st.session_state.get(_PROVED) == stored)


def permitted(action: str) -> bool:
    """Say whether this session may change something; where it may not, tell the person what to do.

    Call it once the button was pressed, `if st.button("Train") and permitted("start a run"):`. Over a network it opens
    a dialog that asks for the passcode; afterwards the button is pressed again.

    Args:
        action: what is about to happen, to go after "to": "start a run".

    Returns:
        True when it may happen now.
    """
    try:
        stored = _stored()
    except CnnvizError as error:
        st.error(f"Nobody can {plain(action)}: {plain(str(error))} in {PASSCODE_VARIABLE}.", icon=":material/lock:")
        return False
    # A passcode counts on this machine too: a proxy for HTTPS hands the world on to 127.0.0.1.
    if not stored and st.get_option("server.address") in LOCAL_ADDRESSES:
        return True
    if not stored:
        st.error(
            f"This dashboard is open to a network without a passcode, so nobody can {plain(action)}; whoever runs it "
            "starts it again with `cnnviz app --host`, which asks for one.",
            icon=":material/lock:",
        )
        return False
    if st.session_state.get(_PROVED) == stored:
        return True
    _ask(action, stored)
    return False


def _stored() -> str:
    """The hash of this dashboard's passcode; empty where it has none.

    Raises:
        CnnvizError: the passcode cannot be one.
    """
    # `cnnviz app` hands on the hash alone; whoever starts Streamlit may have set the passcode itself.
    passcode = os.environ.get(PASSCODE_VARIABLE, "")
    return _hashed(passcode) if passcode else os.environ.get(PASSCODE_HASH_VARIABLE, "")


@st.cache_resource(max_entries=1, show_spinner=False)
def _hashed(passcode: str) -> str:
    return hash_passcode(passcode)


@st.dialog("Passcode", icon=":material/lock:")
def _ask(action: str, stored: str) -> None:
    """Ask for the passcode; close when it is right."""
    st.write(f"Looking is free. To {plain(action)}, enter the passcode of this dashboard, once.")
    with st.form("guard-form", border=False):
        given = st.text_input("Passcode", type="password", key="guard-passcode", autocomplete="current-password")
        asked = st.form_submit_button("Unlock", type="primary")
    if not asked:
        return
    refusal = _refusal(given, stored)
    if refusal:
        st.error(refusal)
        return
    st.session_state[_PROVED] = stored
    st.session_state[_NEWS] = f"Unlocked. Press the button again to {plain(action)}."
    st.rerun()


def tell_unlocked() -> None:
    """Say once that the passcode was right; called by app.py at every run, since a run ends the dialog's words."""
    if news := st.session_state.pop(_NEWS, None):
        st.toast(news, icon=":material/lock_open:")


def _refusal(given: str, stored: str) -> str:
    """Say why a passcode does not count, or nothing where it does."""
    if not given:
        return "Type the passcode."
    # Where a proxy on this machine hands browsers on, the server has read their addresses from its headers.
    attempts, now, place = _attempts(), time.monotonic(), st.context.ip_address or ""
    wait_s = attempts.take(now, place)
    if wait_s:
        return f"Too many wrong passcodes; try again in {math.ceil(wait_s)} s."
    if not check_passcode(given, stored):
        return "That is not the passcode; ask whoever runs this dashboard."
    attempts.give_back(now, place)
    return ""


@st.cache_resource
def _attempts() -> Attempts:
    return Attempts()
