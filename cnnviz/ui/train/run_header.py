"""Above a run's picture: its name, how it ended, and what can be done with it."""

from collections.abc import Callable

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.runs import Run, RunStore, Status
from cnnviz.training import resume, stop
from cnnviz.ui import loaders
from cnnviz.ui.address import go
from cnnviz.ui.guard import permitted
from cnnviz.ui.messages import plain, problem
from cnnviz.ui.run_facts import can_resume
from cnnviz.ui.train.draft import Draft
from cnnviz.ui.train.editor import Editor, find_dataset
from cnnviz.ui.train.moves import look_at

__all__ = ["run_header"]


def run_header(run: Run, editor: Editor) -> None:
    """Draw the run's name, its settings in a line, and the buttons that its state allows.

    Args:
        run: any run that can be read.
        editor: of this session; "Start another like this" loads the run's settings into it.
    """
    status = run.status
    with st.container(gap=None, key="train-header"):
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            st.markdown(f"### {plain(run.name)}", width="content")
            st.space("stretch")
            _buttons(run, status, editor)
        st.caption(_settings_in_words(run))


def _settings_in_words(run: Run) -> str:
    spec, train = run.spec, run.spec.train
    if spec.model.foreign:
        return f"network from elsewhere · {sum(row.parameters for row in spec.model.rows):,} parameters"
    parameters = sum(row.parameters for row in spec.model.rows)
    parts = [
        f"{spec.preset or 'own network'} on {spec.data.name}",
        f"{parameters:,} parameters",
        f"{'Adam' if train.optimizer == 'adam' else 'SGD'} {train.learning_rate:g}",
        f"batches of {train.batch_size}",
        f"seed {train.seed}",
    ]
    return " · ".join(map(plain, parts))


def _buttons(run: Run, status: Status, editor: Editor) -> None:
    if status.active:
        if st.button(
            "Stop",
            icon=":material/stop_circle:",
            key="train-stop",
            disabled=status.state == "stopping",
            help="It ends after the batch at hand and can be resumed.",
        ) and permitted("stop a run"):
            _do(lambda: stop(run, loaders.home()))
    elif (
        can_resume(run)
        and st.button("Resume", icon=":material/resume:", type="primary", key="train-resume")
        and permitted("resume a run")
    ):
        _do(lambda: resume(run, loaders.home()))
    if not run.spec.model.foreign and st.button(
        "Start another like this",
        icon=":material/content_copy:",
        key="train-another",
        type="primary" if status.state in ("completed", "diverged") else "secondary",
    ):
        editor.load(Draft.of(run.spec, find_dataset(run.spec.data.name)))
        look_at(None)
    if st.button("Set up a new run", icon=":material/add:", key="train-new", type="tertiary"):
        look_at(None)
    if not run.bundled:
        _housekeeping(run, status)


def _housekeeping(run: Run, status: Status) -> None:
    if st.button("Rename", icon=":material/edit:", key="train-rename", type="tertiary") and permitted("rename a run"):
        _rename(run)
    if not status.active:
        asked = st.button("Delete", icon=":material/delete:", key="train-delete", type="tertiary")
        if asked and permitted("delete a run"):
            _delete(run)


def _do(action: Callable[[], object]) -> None:
    """Do something to a run and show the page anew; what went wrong is said in its place."""
    try:
        action()
    except CnnvizError as error:
        problem(error, way_back=None)
    else:
        loaders.look_again()
        st.rerun()


@st.dialog("Rename the run", icon=":material/edit:")
def _rename(run: Run) -> None:
    with st.form("train-rename-form", border=False):
        name = st.text_input("Name", value=run.name, max_chars=80, key="train-rename-name")
        if st.form_submit_button("Rename", type="primary"):
            _do(lambda: run.rename(name))


@st.dialog("Delete this run?", icon=":material/delete:")
def _delete(run: Run) -> None:
    st.markdown(f"**{plain(run.name)}** and all its files will be gone: weights, curves and predictions.")
    with st.container(horizontal=True):
        if st.button("Delete", type="primary", key="train-delete-yes"):
            _do(lambda: _delete_now(run))
        if st.button("Keep", key="train-delete-no"):
            st.rerun()


def _delete_now(run: Run) -> None:
    RunStore(loaders.home()).delete(run.id)
    go(run=None)
