"""The page: a search and what it found, or what a new one is set up with."""

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.tuning import Study, StudyStore
from cnnviz.ui.address import go, read
from cnnviz.ui.choosers import dropdown
from cnnviz.ui.loaders import home
from cnnviz.ui.messages import problem
from cnnviz.ui.styles import style
from cnnviz.ui.tune.place import TunePlace
from cnnviz.ui.tune.readings import opened
from cnnviz.ui.tune.setup import show_setup
from cnnviz.ui.tune.view import show_study, study_buttons

__all__ = ["show_tune"]


def show_tune() -> None:
    """Draw the study that the URL names, the newest one, or the form for a new one.

    Raises:
        CnnvizError: there is no such study, or it cannot be read.
    """
    place, names = read(TunePlace), StudyStore(home()).names()
    st.html(style(__file__))
    if place.task == "new" or not (names or place.study):
        _back(names)
        show_setup()
        return
    chosen = place.study or names[0]
    study, fault = _opened(chosen, names)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="tune-bar"):
        dropdown("Search", "study", chosen, names, width=300)
        if study is not None:
            study_buttons(study, damaged=fault is not None)
        if st.button("New search", key="tune-new", icon=":material/add:"):
            go(task="new")
            st.rerun()
    if study is None or fault is not None:
        if fault is not None:
            problem(fault, way_back=None)
        return
    show_study(study, place.view)


def _opened(name: str, names: tuple[str, ...]) -> tuple[Study | None, CnnvizError | None]:
    """Open a study; of a damaged one what there is, and what is wrong: the page then still leads to the others.

    Raises:
        StudyError: there is none of that name.
    """
    study = None
    try:
        study = opened(name)
        _ = study.state, study.budget
    except CnnvizError as error:
        if name not in names:
            raise
        return study, error
    return study, None


def _back(names: tuple[str, ...]) -> None:
    """Lead back to the studies there are."""
    if names and st.button(f"Back to {names[0]}", key="tune-back", icon=":material/arrow_back:", type="tertiary"):
        go(task=None, study=names[0])
        st.rerun()
