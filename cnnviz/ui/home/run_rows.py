"""Runs as rows: name and what tells it from others, a spark-line of accuracy, the state, the test accuracy."""

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.figures.spark_line import spark_line
from cnnviz.runs import Run
from cnnviz.runs.words import started_in_words, state_in_words
from cnnviz.spec.words import changes_in_words, name_in_words
from cnnviz.ui.address import page_link
from cnnviz.ui.loaders import open_run
from cnnviz.ui.messages import plain
from cnnviz.ui.pages import TRAIN
from cnnviz.ui.preferred import pin_button
from cnnviz.ui.styles import style

__all__ = ["accuracy_in_words", "run_rows"]

_ROWS = 6
_WIDTH, _HEIGHT = 132, 30  # pixels of the spark-line
_STATE, _MEASURED = 160, 176  # pixels; on a phone the two fit side by side
_FITS = 30  # letters of a name that are seen whole anywhere


def run_rows(run_ids: Sequence[str], *, key: str) -> None:
    """Draw the newest runs, the others on further pages of the list; `key` begins the widgets' keys."""
    st.html(style(__file__))
    pages = max(1, -(-len(run_ids) // _ROWS))
    chosen = min(st.session_state.get(f"{key}-page", 1), pages)
    for run_id in run_ids[(chosen - 1) * _ROWS : chosen * _ROWS]:
        try:
            _run_row(open_run(run_id))
        except CnnvizError as error:
            st.caption(f":material/broken_image: {plain(run_id)}: {plain(error.sentence)}")
    if pages > 1:
        st.pagination(pages, key=f"{key}-page")


def _run_row(run: Run) -> None:
    """Draw one run."""
    name, facts, status = run.name, _facts(run), run.status
    line, told = spark_line(run.history(), _WIDTH, _HEIGHT)
    measured = accuracy_in_words(run)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"home-run-{run.id}"):
        pin_button(run)
        with st.container(gap=None, width="stretch"):
            page_link(
                TRAIN, f"**{plain(name)}**", icon=None, help=plain(name) if len(name) > _FITS else None, run=run.id
            )
            st.caption(facts)
        with st.container(width=_WIDTH):
            if line:
                st.image(line, width=_WIDTH, alt=told)
            else:
                st.markdown("")  # an empty container would take no room, and the others its place
        st.caption("trained elsewhere" if run.spec.model.foreign else state_in_words(status), width=_STATE)
        st.markdown(measured, width=_MEASURED)


def _facts(run: Run) -> str:
    """The data set, when it was started, and what differs from its preset."""
    spec = run.spec
    when = "came with cnnviz" if run.bundled else started_in_words(run.id, datetime.now())
    origin = spec.preset if spec.preset and spec.preset not in run.name else None
    changes = "" if run.name == name_in_words(spec) else changes_in_words(spec)  # the name says them already
    changes = ", ".join(filter(None, [origin, changes]))
    where = "from elsewhere" if spec.model.foreign and run.evaluation() is None else spec.data.name
    return " · ".join(filter(None, [plain(where), when, plain(changes)]))


def accuracy_in_words(run: Run) -> str:
    """Say how good a run's model is, as `**44 %** of test images right`; nothing before it was measured."""
    accuracy = (run.evaluation() or {}).get("accuracy")
    return f"**{100 * accuracy:.0f}\u00a0%** of test images right" if isinstance(accuracy, int | float) else ""
