"""Who may change something: everybody on this machine; over a network, whoever knows the passcode."""

import math
import os
import threading
import time
from collections import deque
from contextlib import suppress

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.passcode import (
    LOCAL_ADDRESSES,
    PASSCODE_HASH_VARIABLE,
    PASSCODE_VARIABLE,
    check_passcode,
    hash_passcode,
)
from cnnviz.ui.messages import plain

__all__ = ["Attempts", "permitted", "tell_unlocked", "unlocked"]

_PROVED = "cnnviz.passcode"  # session state: the hash that this session's passcode matched
_NEWS = "cnnviz.unlocked"  # session state: what to say at the next run
_ATTEMPTS = 5
_ATTEMPTS_OF_ALL = 50  # what a few machines together may guess in a minute, which is far from any passcode
_WINDOW_S = 60.0


class Attempts:
    """Lets a few wrong passcodes a minute through from each place, and not many more from all of them together.

    Args:
        limit: how many from one place within the window.
        window_s: the window in seconds.
        limit_of_all: how many from all places within the window.
    """

    def __init__(
        self, limit: int = _ATTEMPTS, window_s: float = _WINDOW_S, limit_of_all: int = _ATTEMPTS_OF_ALL
    ) -> None:
        self._limit = limit
        self._window_s = window_s
        self._limit_of_all = limit_of_all
        self._made: deque[tuple[float, str]] = deque()  # when and from where; at most `limit_of_all`
        self._lock = threading.Lock()

    def take(self, now: float, place: str = "") -> float:
        """Take one attempt.

        Args:
            now: a monotonic time in seconds.
            place: where it comes from, such as the browser's address.

        Returns:
            0 when it may be made, else the seconds to wait before the next one.
        """
        with self._lock:
            while self._made and now - self._made[0][0] >= self._window_s:
                self._made.popleft()
            here = [made for made, where in self._made if where == place]
            if len(here) >= self._limit:
                return self._window_s - (now - here[0])
            if len(self._made) >= self._limit_of_all:
                return self._window_s - (now - self._made[0][0])
            self._made.append((now, place))
            return 0.0

    def give_back(self, now: float, place: str = "") -> None:
        """Return an attempt: it was right, and right ones do not count."""
        with self._lock, suppress(ValueError):  # it may have aged away meanwhile
            self._made.remove((now, place))


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
