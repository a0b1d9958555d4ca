"""Keeping a worker warm: with TensorFlow imported, so that a click on Train shows its first point at once."""

import os
import threading

import streamlit as st

from cnnviz.training import warm_up
from cnnviz.ui.loaders import active_runs, home

__all__ = ["WARM_VARIABLE", "keep_warm"]

# "0" spares the half gigabyte that a waiting worker takes; the first point of a run then comes seconds later.
WARM_VARIABLE = "CNNVIZ_KEEP_WARM"

# Long enough for the page that asked to be drawn first: importing TensorFlow takes a core for seconds.
_AFTER_S = 1.5


def keep_warm() -> None:
    """Have a worker ready, started in the background; called at every page run, looks every five seconds at most.

    A worker ends with the run it trained, so the next one is started when nothing trains. A run that waits gets one in
    any case: its own may have been killed.
    """
    if _wanted():
        _start(str(home()))


def _wanted() -> bool:
    states = {run.status.state for run in active_runs()}
    return (os.environ.get(WARM_VARIABLE, "1") != "0" and not states) or states == {"queued"}


@st.cache_data(ttl=5, max_entries=4, show_spinner=False)
def _start(home: str) -> None:
    timer = threading.Timer(_AFTER_S, _warm, args=(home,))
    timer.daemon = True
    timer.start()


def _warm(home: str) -> None:
    if _wanted():  # a run may have begun meanwhile: it needs every core for its first point
        warm_up(home)
