"""The part of the pinned bar that every page with a run has: which run, and which of its snapshots."""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from cnnviz.errors import RunError
from cnnviz.runs import Run
from cnnviz.ui.loaders import open_run
from cnnviz.ui.look.stops import no_such_snapshot, run_label
from cnnviz.ui.look.travel import asked
from cnnviz.ui.session import arrived, carried_run, chosen_run
from cnnviz.ui.styles import style

__all__ = ["BAR_STYLE", "asked_run", "run_chooser", "snapshot_chooser"]

_FINAL = -1  # the snapshot chooser's value for the run's model

BAR_STYLE = style(__file__)


def asked_run(offered: Sequence[str], usual: str | None = None) -> Run | None:
    """Return the run that the URL asks for, else the one that the session looked at last, else the usual one.

    Args:
        offered: ids, the newest first.
        usual: the id of the run that nobody asked for; None for the first on offer.

    Returns:
        None where nothing is asked for and nothing on offer.

    Raises:
        RunError: the URL asks for a run that there is not.
    """
    run_id = chosen_run()
    if run_id is None and arrived():
        run_id = carried_run()
    if run_id is None and offered:
        run_id = usual or offered[0]
    return None if run_id is None else open_run(run_id)


def run_chooser(run: Run, offered: Sequence[str], on_choice: Callable[[str], None]) -> None:
    """Draw the list of runs.

    Args:
        run: the one that is looked at.
        offered: ids, the newest first.
        on_choice: called with another one's id, before the page runs again.
    """
    options = list(offered)
    if run.id not in options:
        options.insert(0, run.id)
    st.session_state["pinned-run"] = run.id  # the URL decides, at every run of the page

    def chosen() -> None:
        if st.session_state["pinned-run"] in options:  # not the name that it had before somebody changed it
            on_choice(st.session_state["pinned-run"])

    st.selectbox(
        "Run", options, key="pinned-run", format_func=run_label, label_visibility="collapsed", width=180,
        on_change=chosen,
    )  # fmt: skip


def snapshot_chooser(
    run: Run, labels: Mapping[int, str], on_choice: Callable[[int | None], None], *, model: bool
) -> int | None:
    """Draw the list of a run's snapshots.

    Args:
        run: the run.
        labels: what each snapshot on offer is called, by its number, oldest first.
        on_choice: called with another one's number, None for the run's model, before the page runs again.
        model: whether the run's model is on offer too.

    Returns:
        The number of the snapshot that is looked at; None for the run's model.

    Raises:
        RunError: the URL asks for a snapshot that is not on offer, or nothing is.
    """
    options = [*([_FINAL] if model else []), *list(labels)[::-1]]
    if not options:
        raise RunError(f"the run {run.name} has no snapshot yet; wait until its first one, or choose another run")
    text, linked = asked(run, "snapshot")
    number = int(text) if text and text.isdecimal() and len(text) < 6 else None
    if text is not None and number not in labels:
        if linked:
            raise no_such_snapshot(run, text, labels)
        number = None
    now = options[0] if number is None else number
    st.session_state["pinned-snapshot"] = now

    def chosen() -> None:
        choice: int = st.session_state["pinned-snapshot"]
        on_choice(None if choice == _FINAL else choice)

    st.selectbox(
        "Snapshot", options, key="pinned-snapshot", label_visibility="collapsed", width=150,
        format_func=lambda option: "trained model" if option == _FINAL else labels[option],
        on_change=chosen,
    )  # fmt: skip
    return None if now == _FINAL else now
