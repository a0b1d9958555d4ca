"""The page: the filter bar, the gallery, and the inspector beside it or, on a phone, over it."""

from dataclasses import replace

import streamlit as st

from cnnviz.ui.address import carry, read
from cnnviz.ui.copies import tell_copies
from cnnviz.ui.judge.bar import JudgedRun, judge_bar
from cnnviz.ui.judge.mistakes.filters import filter_bar, orders_of
from cnnviz.ui.judge.mistakes.gallery import chosen_of, gallery
from cnnviz.ui.judge.mistakes.inspector import inspector
from cnnviz.ui.judge.mistakes.marking import marks_of
from cnnviz.ui.judge.mistakes_place import USUAL, MistakesPlace
from cnnviz.ui.place import Known
from cnnviz.ui.styles import style

__all__ = ["show_mistakes"]

_WIDTH = 430  # pixels of the inspector


def show_mistakes() -> None:
    """Draw the page for what the URL asks for.

    Raises:
        CnnvizError: it asks for something that there is not.
    """
    shown = judge_bar()
    view = read(MistakesPlace, Known(shown.judged.class_names, len(shown.judged)))
    if view.sort not in orders_of(shown):
        view = replace(view, sort=USUAL)  # carried from the trained model; the caption says why
    marks = marks_of(shown)
    filter_bar(shown, view, marks)
    if view.show == "suspects" and not shown.complete:
        _no_suspects()
        return
    chosen = chosen_of(shown, view)
    _pin(shown, view)
    tell_copies(shown.run)
    with st.container(horizontal=True, gap="medium", wrap=False, key="mistakes-row"):
        st.html(style(__file__))
        with st.container(key="mistakes-left"):
            gallery(shown, view, chosen, marks)
        if view.image is not None:
            with st.container(width=_WIDTH, key="mistakes-inspector"):
                inspector(shown, view, chosen, marks)


def _no_suspects() -> None:
    st.info(
        "Suspect labels need the probabilities of all classes, which are kept for the trained model only: choose it "
        "above, or finish the run where there is none yet.",
        icon=":material/label:",
    )


def _pin(shown: JudgedRun, view: MistakesPlace) -> None:
    """Let the pages under Look show the open image when somebody goes there."""
    if view.image is not None:
        carry(run=shown.run.id, image=f"test-{view.image}")
