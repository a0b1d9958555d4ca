"""The label of one image, which may be corrected; and what can be done with the labels that were."""

import streamlit as st

from cnnviz.data import Dataset
from cnnviz.data.correcting import correct_dataset
from cnnviz.data.corrections import label_of, read_corrections, write_correction
from cnnviz.data.deleting import runs_with
from cnnviz.data.findings import Place
from cnnviz.errors import CnnvizError
from cnnviz.ui.corrected import offer_corrected
from cnnviz.ui.guard import permitted
from cnnviz.ui.loaders import home
from cnnviz.ui.messages import plain, problem

__all__ = ["ask_label", "offer_corrections"]

_CHOSEN = "cnnviz.data.right"  # session state: the key of the choice that was made just now


def ask_label(dataset: Dataset, place: Place, key: str) -> None:
    """Draw the label of an image as a choice; another one corrects it, which is kept at once.

    Args:
        dataset: whose.
        place: which image.
        key: unique on the page, for the place that it is drawn at.
    """
    label, corrected = label_of(dataset, place), read_corrections(dataset, home()).get(place)
    key = f"data-right-{key}-{dataset.name}-{place.split}-{place.position}"
    if st.session_state.get(_CHOSEN) == key and key in st.session_state:
        del st.session_state[_CHOSEN]  # and no other choice's: several may be drawn
    else:
        st.session_state[key] = corrected or label  # somebody else may have chosen another one
    chosen = st.selectbox(
        "Its label", dataset.class_names, key=key, format_func=plain, width=220, on_change=_chosen, args=(key,)
    )
    if chosen != (corrected or label) and permitted("correct a label"):
        try:
            write_correction(dataset, place, chosen, home())
        except CnnvizError as error:
            problem(error, way_back=None)
        else:
            st.rerun()
    if corrected:
        st.caption(f"It was {plain(label)}. Choose that again to take the correction back.")


def _chosen(key: str) -> None:
    st.session_state[_CHOSEN] = key


def offer_corrections(dataset: Dataset) -> None:
    """Draw the way to keep the labels that were corrected, and to train again with them."""
    folder = home()
    count = len(read_corrections(dataset, folder))
    if not count:
        return
    runs = [run for run in runs_with(dataset.name, folder) if not run.spec.model.foreign]
    offer_corrected(
        count,
        dataset.name,
        dataset.name,
        lambda name, replace, on_progress: correct_dataset(dataset.name, name, folder, on_progress, replace=replace),
        runs[0].spec if runs else None,
        prefix="data",
    )
