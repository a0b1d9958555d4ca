"""What a page says while there is nothing to show, with the way to Train."""

import streamlit as st

from cnnviz.ui.address import page_link
from cnnviz.ui.pages import TRAIN

__all__ = ["invite_to_train"]


def invite_to_train(sentence: str, icon: str) -> None:
    """Say what is missing, and lead to Train.

    Args:
        sentence: what is missing, and what there will be afterwards.
        icon: a Material icon, such as ":material/visibility:".
    """
    st.info(sentence, icon=icon)
    page_link(TRAIN, "Go to Train")
