"""Which run a page opens on where nobody asked for one, and Home shows: the pinned one, or the best for its use."""

import streamlit as st

from cnnviz.runs import Run
from cnnviz.runs.choosing import Purpose, best_runs, pin_run, pinned_run
from cnnviz.ui.guard import permitted
from cnnviz.ui.loaders import class_names, home, lookable, readable, run_ids

__all__ = ["pin_button", "pinned", "preferred", "preferred_id"]


def pinned() -> Run | None:
    """Return the run that somebody pinned in this home, where it still is and can be read."""
    run_id = pinned_run(home())
    return next(readable([run_id] if run_id in run_ids() and run_id else []), None)


def preferred(purpose: Purpose) -> tuple[Run, ...]:
    """Return the runs with weights that serve a purpose, the pinned one first, then the best; none is near chance."""
    first = pinned()
    others = readable(_ranked(str(home()), purpose, lookable()))
    return tuple(filter(None, [first if first and first.id in lookable() else None, *others]))


def preferred_id(purpose: Purpose) -> str | None:
    """Return the id of the run to open for a purpose, or None where there is none."""
    return next((run.id for run in preferred(purpose)), None)


@st.cache_data(ttl=2, max_entries=8, show_spinner=False)
def _ranked(home: str, purpose: Purpose, offered: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(run.id for run in best_runs(readable(offered), purpose, class_names))


def pin_button(run: Run) -> None:
    """Draw the button that pins a run, or takes the pin away."""
    on = pinned_run(home()) == run.id
    clicked = st.button(
        "",
        key=f"pin-{run.id}",
        icon=":material/keep:",
        type="primary" if on else "tertiary",
        help="Pinned: Home shows this run and pages open on it. Click to let the best run come first again."
        if on
        else "Pin: Home shows this run, and pages open on it.",
    )
    if clicked and permitted("pin a run"):
        pin_run(None if on else run.id, home())
        st.rerun()
