"""Keeping the labels that were corrected as a data set, and training again with them."""

from collections.abc import Mapping

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.evaluation import Mark
from cnnviz.evaluation.correcting import correct_labels, corrections
from cnnviz.runs import Run
from cnnviz.ui.address import carry, leave
from cnnviz.ui.guard import permitted
from cnnviz.ui.judge.bar import JudgedRun
from cnnviz.ui.loaders import home
from cnnviz.ui.messages import plain, problem
from cnnviz.ui.pages import TRAIN
from cnnviz.ui.train.editor import current_editor

__all__ = ["keep_corrected"]

_KEPT = "cnnviz.mistakes.kept"  # session state: the run whose corrected labels were kept, and as which data set


def keep_corrected(shown: JudgedRun, marks: Mapping[int, Mark]) -> None:
    """Draw the way to keep corrected labels, where there are any."""
    count, run = len(corrections(marks)), shown.run
    if not count:
        return
    with st.popover(f"{count} corrected", icon=":material/label:", key="mistakes-corrected"):
        st.caption(f"Keep the data set {plain(run.spec.data.name)} with the corrected labels under another name.")
        name = st.text_input("Its name", f"{run.spec.data.name}-corrected"[:64], key="mistakes-corrected-name")
        asked = st.button("Keep corrected labels as a data set", key="mistakes-keep", icon=":material/save:")
        if asked and permitted("keep a data set"):
            _keep(run, name)
        kept_of, kept = st.session_state.get(_KEPT, ("", ""))
        if kept_of == run.id:
            st.success(f"{plain(kept)} is kept.", icon=":material/check:")
            if not run.spec.model.foreign:
                st.button(
                    "Train again with them",
                    key="mistakes-train-again",
                    icon=":material/model_training:",
                    on_click=_set_up,
                    args=(run, kept),
                )


def _keep(run: Run, name: str) -> None:
    try:
        with st.spinner("Copying the images …"):
            correct_labels(run, name, home())
    except CnnvizError as error:
        problem(error, way_back=None)
    else:
        st.session_state[_KEPT] = (run.id, name)


def _set_up(run: Run, name: str) -> None:
    """Set up a run like this one, on the corrected data set; in a callback."""
    current_editor().load_spec(run.spec.changed(data=run.spec.data.changed(name=name)))
    carry(run=None)  # with a run, Train shows that
    leave(TRAIN)
