"""Choosing a data set."""

import streamlit as st

from cnnviz.data import DatasetInfo
from cnnviz.ui.address import bind, read
from cnnviz.ui.data.place import DataPlace
from cnnviz.ui.loaders import SAMPLE, datasets
from cnnviz.ui.messages import plain

__all__ = ["choose_dataset"]


def choose_dataset() -> DatasetInfo:
    """Draw the choice of data sets, `?data=NAME` in the URL; a name that does not exist is said, the sample shown."""
    known = {info.name: info for info in datasets()}
    asked = read(DataPlace).data
    if asked not in known:
        st.warning(
            f"There is no data set called {plain(repr(asked[:80]))}; choose one of these. Below is {plain(SAMPLE)}.",
            icon=":material/link_off:",
        )
    shown = asked if asked in known else SAMPLE
    name = st.segmented_control(
        "Data set",
        list(known),
        required=True,
        format_func=lambda name: plain(name) + ("" if known[name].available else " :material/download:"),
        label_visibility="collapsed",
        **bind("data", shown, key="data-set"),
    )
    return known.get(name or SAMPLE, known[SAMPLE])
