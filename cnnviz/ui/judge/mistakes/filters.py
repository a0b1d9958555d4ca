"""The filter bar: which images, of which classes, how confident, in which order. The URL decides what it shows."""

from collections.abc import Mapping

import streamlit as st

from cnnviz.evaluation import Mark
from cnnviz.ui.address import bind, go
from cnnviz.ui.choosers import dropdown, segments
from cnnviz.ui.judge.bar import JudgedRun
from cnnviz.ui.judge.mistakes.marking import export
from cnnviz.ui.judge.mistakes_place import SORTS, MistakesPlace
from cnnviz.ui.styles import style

__all__ = ["filter_bar", "orders_of"]

_SHOWN = {"mistakes": "Mistakes", "correct": "Correct", "all": "All", "suspects": "Suspects"}


def filter_bar(shown: JudgedRun, view: MistakesPlace, marks: Mapping[int, Mark]) -> None:
    """Draw the choices; each of them changes the URL.

    Args:
        shown: what is judged.
        view: what the URL asks for.
        marks: what people say of labels.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="mistakes-bar"):
        st.html(style(__file__))
        segments("Show", "show", view.show, _SHOWN, change=lambda show: {"show": show, "image": None})
        classes = dict(enumerate(shown.judged.class_names))
        dropdown("True", "true", view.true, classes, every="Any true class", width=140)
        dropdown("Predicted", "predicted", view.predicted, classes, every="Any prediction", width=140)
        _confidence(view)
        if view.show != "suspects":  # these have an order of their own
            dropdown("Order", "sort", view.sort, {name: SORTS[name].label for name in orders_of(shown)}, width=168)
            st.toggle("By pair", **bind("by_pair", view.by_pair, key="mistakes-group"))
        else:
            export(shown, marks)
        if view.filtered:
            cleared = dict.fromkeys(("true", "predicted", "confidence"))
            st.button("Clear", key="mistakes-clear", icon=":material/filter_alt_off:", on_click=go, kwargs=cleared)


def _confidence(view: MistakesPlace) -> None:
    words = "Confidence" if view.confidence == (0, 100) else "{}–{} %".format(*view.confidence)
    with st.popover(words, key="mistakes-confidences", width=130):
        st.slider("Confidence of the predicted class", 0, 100, format="%d %%", **bind("confidence", view.confidence))


def orders_of(shown: JudgedRun) -> list[str]:
    """Return the keys of SORTS for which a run kept what they need."""
    lacks = set() if shown.run.predicted_snapshots() else {"learned"}
    lacks |= set() if shown.complete else {"loss", "margin"}
    return [name for name, order in SORTS.items() if order.sort not in lacks]
