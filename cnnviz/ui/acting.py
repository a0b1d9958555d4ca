"""Doing something that a button asked for, and showing the page anew."""

from collections.abc import Callable

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.ui import loaders
from cnnviz.ui.messages import problem

__all__ = ["act"]


def act(action: Callable[[], object]) -> None:
    """Do something to a run or a study and show the page anew; what went wrong is said in its place."""
    try:
        action()
    except CnnvizError as error:
        problem(error, way_back=None)
    else:
        loaders.look_again()
        st.rerun()
