"""The bar of the part that takes a network away: which run, and which of its snapshots."""

import streamlit as st

from cnnviz.runs import Run
from cnnviz.ui.loaders import run_ids
from cnnviz.ui.look.run_bar import BAR_STYLE, asked_run, run_chooser, snapshot_chooser
from cnnviz.ui.look.stops import lookable, snapshot_labels
from cnnviz.ui.look.travel import last_shown, remember, settle, switch
from cnnviz.ui.session import arrived, choose_run

__all__ = ["models_bar"]

TRAIN = "pages/learn/train.py"


def models_bar() -> tuple[Run, int | None] | None:
    """Draw the bar and return the run and its snapshot, None for its model; nothing where there is no network yet.

    Raises:
        CnnvizError: the URL asks for a run or a snapshot that there is not.
    """
    settle()
    offered = lookable()
    run = asked_run(offered)
    if run is None or not (offered or run.snapshots()):
        _no_network_yet()
        return None
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="pinned"):
        st.html(BAR_STYLE)
        run_chooser(run, offered, lambda run_id: switch(run=run_id))
        has_model = (run.folder / "model.keras").exists()
        number = snapshot_chooser(run, snapshot_labels(run), lambda one: switch(snapshot=one), model=has_model)
    _remember(run, number)
    return run, number


def _remember(run: Run, number: int | None) -> None:
    """Keep which network this is for the next page, with the image and the layer that this one does not show."""
    kept = {name: value for name, value in last_shown(run).items() if name != "snapshot"}
    remember(kept | {"run": run.id} | ({} if number is None else {"snapshot": str(number)}))
    if arrived():
        choose_run(run.id)
        if number is not None:
            st.query_params["snapshot"] = str(number)


def _no_network_yet() -> None:
    st.info(
        "None of the runs has a snapshot yet. Wait a moment for the first one, or train another run."
        if run_ids() else
        "There is no trained network to take away yet. Train one: it takes a minute, and this page then gives it to "
        "you as a file that works elsewhere.",
        icon=":material/download:",
    )  # fmt: skip
    st.page_link(TRAIN, label="Go to Train", icon=":material/model_training:")
