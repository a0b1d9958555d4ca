"""Who may change something: everybody on this machine; over a network, whoever knows the passcode."""

import os
import threading
import time
from collections import deque

import streamlit as st

from cnnviz.passcode import PASSCODE_HASH_VARIABLE, check_passcode
from cnnviz.ui.messages import plain

__all__ = ["LOCAL_ADDRESSES", "Attempts", "permitted", "tell_unlocked"]

LOCAL_ADDRESSES = frozenset({"127.0.0.1", "localhost", "::1"})

_PROVED = "cnnviz.passcode"  # session state: the hash that this session's passcode matched
_NEWS = "cnnviz.unlocked"  # session state: what to say at the next run
_ATTEMPTS = 5
_WINDOW_S = 60.0


class Attempts:
    """Lets a few wrong passcodes a minute through, for the whole server.

    Args:
        limit: how many within the window.
        window_s: the window in seconds.
    """

    def __init__(self, limit: int = _ATTEMPTS, window_s: float = _WINDOW_S) -> None:
        self._limit = limit
        self._window_s = window_s
        self._times: deque[float] = deque()
        self._lock = threading.Lock()

    def take(self, now: float) -> float:
        """Take one attempt.

        Args:
            now: a monotonic time in seconds.

        Returns:
            0 when it may be made, else the seconds to wait before the next one.
        """
        with self._lock:
            while self._times and now - self._times[0] >= self._window_s:
                self._times.popleft()
            if len(self._times) >= self._limit:
                return self._window_s - (now - self._times[0])
            self._times.append(now)
            return 0.0

    def give_back(self) -> None:
        """Return the newest attempt: it was right, and right ones do not count."""
        with self._lock:
            if self._times:
                self._times.pop()


def permitted(action: str) -> bool:
    """Say whether this session may change something; where it may not, tell the person what to do.

    Call it once the button was pressed, `if st.button("Train") and permitted("start a run"):`. Over a network it opens
    a dialog that asks for the passcode; afterwards the button is pressed again.

    Args:
        action: what is about to happen, to go after "to": "start a run".

    Returns:
        True when it may happen now.
    """
    # A hash counts on this machine too: a proxy for HTTPS hands the world on to 127.0.0.1.
    stored = os.environ.get(PASSCODE_HASH_VARIABLE, "")
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
    attempts = _attempts()
    wait_s = attempts.take(time.monotonic())
    if wait_s:
        return f"Too many wrong passcodes; try again in {wait_s:.0f} s."
    if not check_passcode(given, stored):
        return "That is not the passcode; ask whoever runs this dashboard."
    attempts.give_back()
    return ""


@st.cache_resource
def _attempts() -> Attempts:
    return Attempts()
