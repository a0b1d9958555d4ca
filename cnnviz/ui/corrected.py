"""Keeping labels that were corrected as a data set, and training again with them."""

from collections.abc import Callable

import streamlit as st

from cnnviz.data import Imported
from cnnviz.data.importing import free_name
from cnnviz.spec import RunSpec
from cnnviz.ui.address import carry, leave
from cnnviz.ui.guard import permitted
from cnnviz.ui.jobs import again as begin
from cnnviz.ui.jobs import counted, known_job, show_job
from cnnviz.ui.loaders import home
from cnnviz.ui.messages import plain
from cnnviz.ui.naming import ask_name
from cnnviz.ui.pages import TRAIN
from cnnviz.ui.train.editor import current_editor

__all__ = ["offer_corrected"]

_AT_ONCE_S = 0.5  # a job as short as this shows no progress

Make = Callable[[str, bool, Callable[[int, int | None], None]], Imported]


def offer_corrected(count: int, of: str, source: str, make: Make, again: RunSpec | None, *, prefix: str) -> None:
    """Draw the way to keep corrected labels, where there are any.

    Args:
        count: how many labels are corrected.
        of: what tells it from the corrections of other runs and data sets.
        source: the data set whose labels they are.
        make: makes a data set of a name, with progress; and says whether another of that name goes.
        again: the settings of the run that may be trained again; None for none.
        prefix: of the widgets' keys, such as "mistakes".
    """
    if not count:
        return
    key = f"corrected|{home()}|{of}"
    going = known_job(key)
    running = going is not None and not going.progress.ended
    with st.popover(f"{count} corrected", icon=":material/label:", key=f"{prefix}-corrected"):
        st.caption(f"Keep the data set {plain(source)} with the corrected labels under another name.")
        proposed = free_name(f"{source}-corrected", home())
        name, replace = ask_name(proposed, f"{prefix}-corrected-name-{source}", disabled=running)
        words, icon = "Keep corrected labels as a data set", ":material/save:"
        asked = st.button(words, key=f"{prefix}-keep", icon=icon, disabled=running or not name)
        if asked and permitted("keep a data set"):
            going = begin(key, lambda report: make(name, replace, counted(report, "images")))
            going.wait(_AT_ONCE_S)
        made: Imported | None = None if going is None else show_job(going, "Keeping the corrected labels")
        if made is None:
            return
        st.success(f"{plain(made.info.name)} is kept.", icon=":material/check:")
        if again is not None:
            st.button(
                "Train again with them",
                key=f"{prefix}-train-again",
                icon=":material/model_training:",
                on_click=_set_up,
                args=(again, made.info.name),
            )


def _set_up(spec: RunSpec, name: str) -> None:
    """Set up a run like another one, on the corrected data set; in a callback."""
    current_editor().load_spec(spec.changed(data=spec.data.changed(name=name)))
    carry(run=None)  # with a run, Train shows that
    leave(TRAIN)
