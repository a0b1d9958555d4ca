"""The run that trains now, in the sidebar of every page."""

import streamlit as st

from cnnviz.ui.loaders import ActiveRun, active_runs
from cnnviz.ui.messages import plain
from cnnviz.ui.warm import keep_warm

__all__ = ["duration", "progress_in_words", "status_bar"]

_BUSY_S = 3.0
_IDLE_S = 10.0  # a run that somebody else started is seen within this time


def status_bar(train_page: str) -> None:
    """Draw what trains and what waits; redraws itself, and the whole page once when the last run has ended.

    Args:
        train_page: the page file that shows a run.
    """
    busy = bool(active_runs())
    with st.sidebar:
        st.fragment(_draw, run_every=_BUSY_S if busy else _IDLE_S, key="status-bar")(train_page, busy)


def _draw(train_page: str, was_busy: bool) -> None:
    active = active_runs()
    if not active:
        keep_warm()
        if was_busy:
            st.rerun()  # lists and states elsewhere on the page changed with it
        return
    for run in [run for run in active if run.status.state != "queued"]:
        _row(run, train_page)
    waiting = [run for run in active if run.status.state == "queued"]
    if waiting:
        st.page_link(
            train_page,
            label=f"{plain(waiting[-1].name)} waits" if len(waiting) == 1 else f"{len(waiting)} runs wait",
            icon=":material/hourglass_empty:",
            query_params={"run": waiting[-1].run_id},
        )


def _row(run: ActiveRun, train_page: str) -> None:
    label = f"**{plain(run.name)}**"
    st.page_link(train_page, label=label, icon=":material/model_training:", query_params={"run": run.run_id})
    status = run.status
    share = status.step / status.steps if status.steps else 0.0
    st.progress(min(max(share, 0.0), 1.0), text=progress_in_words(run))


def progress_in_words(run: ActiveRun) -> str:
    """Say where a run is, as `epoch 3 of 10 · 41 s left`."""
    status = run.status
    if status.state == "stopping":
        return "stopping"
    words = [f"epoch {min(status.epoch + 1, max(status.epochs, 1))} of {status.epochs}"]
    if status.seconds_left is not None:
        words.append(f"{duration(status.seconds_left)} left")
    return " · ".join(words)


def duration(seconds: float) -> str:
    """A time for reading: `41 s`, `3 min`, `2 h 5 min`."""
    whole = max(0, round(seconds))
    if whole < 100:
        return f"{whole} s"
    minutes = round(whole / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"
