"""A chosen run fills the page; the settings have folded away."""

import streamlit as st

from cnnviz.runs import Run
from cnnviz.ui.address import page_link
from cnnviz.ui.messages import plain
from cnnviz.ui.pages import KERNELS
from cnnviz.ui.train.editor import Editor
from cnnviz.ui.train.live import run_view
from cnnviz.ui.train.run_header import run_header

__all__ = ["watch_view"]


def watch_view(run: Run, editor: Editor) -> None:
    """Draw a run with all that can be done with it.

    Args:
        run: the run that the URL names.
        editor: of this session.

    Raises:
        RunError: its settings cannot be read.
    """
    run_header(run, editor)
    if run.spec.model.foreign:
        _from_elsewhere(run)
        return
    run_view(run)


def _from_elsewhere(run: Run) -> None:
    st.info(
        f"{plain(run.name)} came from elsewhere as it is: it was not trained here, so there are no curves, and its "
        "network cannot be trained again. Look into it, or set up a new run above.",
        icon=":material/upload:",
    )
    page_link(KERNELS, "Look at its kernels", run=run.id)
