"""What pages say of test images that are compressed copies, and of a data set that is not on this machine."""

from typing import Literal

import streamlit as st

from cnnviz.data import how_to_get
from cnnviz.runs import Run
from cnnviz.ui.address import page_link
from cnnviz.ui.loaders import datasets, held_images
from cnnviz.ui.messages import plain
from cnnviz.ui.pages import DATA

__all__ = ["COPY", "data_link", "tell_copies", "tell_missing"]

COPY = "A compressed copy of the test image; on the exact one the network may answer slightly differently."

_WORDS = {
    "shown": "The images shown are compressed copies; the predictions were made on the exact ones.",
    "placed": "The images shown are compressed copies, placed as the network sees them; the predictions were made on "
    "the exact ones.",
    "looked at": COPY,
}


def tell_copies(run: Run, how: Literal["shown", "placed", "looked at"] = "shown") -> None:
    """Say that a run's test images are compressed copies here and how to get the exact ones, where that is so; once.

    Args:
        run: whose test images a page shows.
        how: whether predictions are shown beside them, points stand for them, or the network looks at them now.
    """
    if held_images(run) == "compressed":
        with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key="compressed-copies"):
            st.caption(_WORDS[how], width="content")
            data_link(run, "Get the exact images")


def tell_missing(run: Run) -> None:
    """Say that a run's test images are not on this machine, and where to get them."""
    name = run.spec.data.name
    st.info(
        f"The data set {plain(name)} is not on this machine, so the images stay empty; {plain(how_to_get(name))}. "
        "Everything else is known.",
        icon=":material/image_not_supported:",
    )
    data_link(run, "Go to the Data page")


def data_link(run: Run, label: str) -> None:
    """Draw a link to a run's data set on the Data page, where it can be got; nothing where that page does not know it.

    Args:
        run: whose data set.
        label: what the link is called.
    """
    name = run.spec.data.name
    if any(info.name == name for info in datasets()):
        page_link(DATA, label, icon=":material/download:", data=name)
