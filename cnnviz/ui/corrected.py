"""Keeping labels that were corrected as a data set, and training again with them."""

from collections.abc import Callable

import streamlit as st

from cnnviz.data.importing import free_name
from cnnviz.errors import CnnvizError
from cnnviz.spec import RunSpec
from cnnviz.ui.address import carry, leave
from cnnviz.ui.guard import permitted
from cnnviz.ui.loaders import home
from cnnviz.ui.messages import plain, problem
from cnnviz.ui.pages import TRAIN
from cnnviz.ui.train.editor import current_editor

__all__ = ["offer_corrected"]

_KEPT = "cnnviz.corrected"  # session state: what the labels are of that were kept, and as which data set


def offer_corrected(
    count: int, of: str, source: str, make: Callable[[str], object], again: RunSpec | None, *, prefix: str
) -> None:
    """Draw the way to keep corrected labels, where there are any.

    Args:
        count: how many labels are corrected.
        of: what tells it from the corrections of other runs and data sets.
        source: the data set whose labels they are.
        make: makes a data set of a name.
        again: the settings of the run that may be trained again; None for none.
        prefix: of the widgets' keys, such as "mistakes".
    """
    if not count:
        return
    with st.popover(f"{count} corrected", icon=":material/label:", key=f"{prefix}-corrected"):
        st.caption(f"Keep the data set {plain(source)} with the corrected labels under another name.")
        proposed = free_name(f"{source}-corrected", home())
        name = st.text_input("Its name", proposed, max_chars=64, key=f"{prefix}-corrected-name-{source}", live=True)
        asked = st.button("Keep corrected labels as a data set", key=f"{prefix}-keep", icon=":material/save:")
        if asked and permitted("keep a data set"):
            _keep(of, name, make)
        kept_of, kept = st.session_state.get(_KEPT, ("", ""))
        if kept_of == of:
            st.success(f"{plain(kept)} is kept.", icon=":material/check:")
            if again is not None:
                st.button(
                    "Train again with them",
                    key=f"{prefix}-train-again",
                    icon=":material/model_training:",
                    on_click=_set_up,
                    args=(again, kept),
                )


def _keep(of: str, name: str, make: Callable[[str], object]) -> None:
    try:
        with st.spinner("Copying the images …"):
            make(name)
    except CnnvizError as error:
        problem(error, way_back=None)
    else:
        st.session_state[_KEPT] = (of, name)


def _set_up(spec: RunSpec, name: str) -> None:
    """Set up a run like another one, on the corrected data set; in a callback."""
    current_editor().load_spec(spec.changed(data=spec.data.changed(name=name)))
    carry(run=None)  # with a run, Train shows that
    leave(TRAIN)
