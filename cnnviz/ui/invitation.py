"""What a page says while there is nothing to show, with the way to Train."""

from typing import NoReturn

import streamlit as st

from cnnviz.ui.address import page_link
from cnnviz.ui.loaders import run_ids
from cnnviz.ui.pages import TRAIN

__all__ = ["invite_to_train", "no_network_yet"]


def invite_to_train(sentence: str, icon: str) -> None:
    """Say what is missing, and lead to Train.

    Args:
        sentence: what is missing, and what there will be afterwards.
        icon: a Material icon, such as ":material/visibility:".
    """
    st.info(sentence, icon=icon)
    page_link(TRAIN, "Go to Train")


def no_network_yet(sentence: str, icon: str) -> NoReturn:
    """Say that there is no network yet, and end the page.

    Args:
        sentence: for a home without runs; with runs, the first snapshot is what is missing.
        icon: as for `invite_to_train`.
    """
    waiting = "None of the runs has a snapshot yet. Wait a moment for the first one, or train another run."
    invite_to_train(waiting if run_ids() else sentence, icon)
    st.stop()
