"""What whoever reads a network's answers should know of it: that they are independent, or always the same."""

from collections.abc import Iterable

import streamlit as st

from cnnviz.ui.classify.networks import Network

__all__ = ["tell_notes"]


def tell_notes(networks: Iterable[Network]) -> None:
    """Draw a sentence for each network that needs one, each sentence once.

    Args:
        networks: that have answered.
    """
    classifiers = [network.classifier for network in networks]
    for note, constant in {one.note: one.answers.constant for one in classifiers if one.note}.items():
        if constant:
            st.warning(note, icon=":material/warning:")
        else:
            st.caption(note)
