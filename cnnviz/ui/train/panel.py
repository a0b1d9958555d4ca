"""The panel in which a run is set up and started."""

import streamlit as st

from cnnviz.data import DatasetInfo
from cnnviz.errors import CnnvizError
from cnnviz.spec import PRESETS
from cnnviz.ui import loaders
from cnnviz.ui.guard import permitted
from cnnviz.ui.messages import plain
from cnnviz.ui.train.draft import Table
from cnnviz.ui.train.editor import Editor, start_once
from cnnviz.ui.train.layer_list import layer_list
from cnnviz.ui.train.moves import look_at
from cnnviz.ui.train.settings_folds import learning, settings_folds

__all__ = ["setup_panel"]

_PATIENCE = {
    "regularised": "It sees every image twenty times: about 15 minutes for the full CIFAR-10 on two quiet cores.",
    "strong": "The best accuracy here. It takes patience: about 25 minutes for the full CIFAR-10 on two quiet cores.",
}


def setup_panel(editor: Editor, table: Table) -> None:
    """Draw the panel: data and preset, layers, how it learns, Start.

    Args:
        editor: of this session.
        table: of its draft.
    """
    _data_and_preset(editor)
    layer_list(editor, table)
    learning(editor)
    settings_folds(editor)
    _start(editor, table)


def _data_and_preset(editor: Editor) -> None:
    known = {info.name: info for info in loaders.datasets()}
    draft = editor.draft
    data_key, preset_key = f"train-{editor.loads}-dataset", f"train-{editor.loads}-preset"
    names = list(known) if draft.data.name in known else [draft.data.name, *known]
    presets = list(PRESETS) if draft.preset in PRESETS else [draft.preset or "", *PRESETS]

    def change() -> None:
        editor.choose(st.session_state[data_key], st.session_state[preset_key] or "two-conv")

    with st.container(horizontal=True):
        st.selectbox(
            "Data set",
            names,
            index=names.index(draft.data.name),
            format_func=lambda name: _in_words(name, known.get(name)),
            key=data_key,
            on_change=change,
        )
        st.selectbox(
            "Begin with",
            presets,
            index=presets.index(draft.preset or ""),
            format_func=lambda name: name or "own settings",
            key=preset_key,
            on_change=change,
            help="A preset: a network and how it learns. Choosing one begins anew.",
        )
    info = known.get(draft.data.name)
    with st.container():
        if info is not None and not info.available and not info.problem:
            st.caption("Not on this computer yet: it is downloaded when the run starts.")
        if draft.preset in _PATIENCE:
            st.caption(_PATIENCE[draft.preset])


def _in_words(name: str, info: DatasetInfo | None) -> str:
    if info is None or info.problem:
        return f"{name} (cannot be used)"
    return name if info.available else f"{name} (download)"


def _start(editor: Editor, table: Table) -> None:
    with st.container(key="train-start", gap="xsmall"):
        with st.container():
            if editor.problem or table.problem:
                st.error(plain(editor.problem or table.problem), icon=":material/error:")
        clicked = st.button(
            "Start training",
            type="primary",
            icon=":material/play_arrow:",
            key=f"train-start-{editor.starts}",
            width="stretch",
            disabled=bool(table.problem),
            help=plain(table.problem) if table.problem else None,
        )
        busy = loaders.active_runs()
        if busy:
            others = "another run is training" if len(busy) == 1 else f"{len(busy)} runs are before it"
            st.caption(f"It will wait its turn: {others}.")
    if clicked and permitted("start a run"):
        _start_now(editor)


def _start_now(editor: Editor) -> None:
    """Start the run and look at it. A second click on the same button finds another button in its place."""
    editor.starts += 1
    try:
        run = start_once(editor.draft.spec())
    except CnnvizError as error:
        editor.problem = error.sentence
        st.rerun()
    editor.problem = ""
    look_at(run.id)
