"""The run that trains now, in the sidebar of every page."""

import streamlit as st

from cnnviz.runs.words import progress_in_words
from cnnviz.ui.address import page_link, rerun
from cnnviz.ui.loaders import ActiveRun, active_runs
from cnnviz.ui.messages import plain
from cnnviz.ui.pages import TRAIN
from cnnviz.ui.styles import shared_style
from cnnviz.ui.warm import keep_warm

__all__ = ["status_bar"]

_TICK_S = 3.0  # also when nothing trains: a run that somebody else started is seen within this time
_BUSY = "cnnviz.busy"  # session state: whether something waited or trained when this session looked last


def status_bar() -> None:
    """Draw what trains and what waits; redraws itself, and the whole page once when the last run has ended."""
    st.session_state[_BUSY] = False  # the page that is about to be drawn knows how things are
    st.html(shared_style())
    with st.sidebar:
        st.fragment(_draw, run_every=_TICK_S, key="status-bar")()


def _draw() -> None:
    active = active_runs()
    was_busy = st.session_state.get(_BUSY, False)
    st.session_state[_BUSY] = bool(active)
    if not active:
        keep_warm()
        if was_busy:
            rerun()  # lists and states elsewhere on the page changed with it
        return
    for run in [run for run in active if run.status.state != "queued"]:
        _row(run)
    waiting = [run for run in active if run.status.state == "queued"]
    if waiting:
        words = f"{plain(waiting[-1].name)} waits" if len(waiting) == 1 else f"{len(waiting)} runs wait"
        page_link(TRAIN, words, icon=":material/hourglass_empty:", run=waiting[-1].run_id)


def _row(run: ActiveRun) -> None:
    page_link(TRAIN, f"**{plain(run.name)}**", run=run.run_id)
    status = run.status
    share = status.step / status.steps if status.step and status.steps else status.prepared
    st.progress(min(max(share, 0.0), 1.0), text=progress_in_words(status, speed=False))
