"""The Mistakes page: the filter bar, the gallery, and the inspector beside it or, on a phone, over it."""

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from cnnviz.evaluation import Mark
from cnnviz.ui.address import bind, carry, go, read
from cnnviz.ui.choosers import dropdown, segments
from cnnviz.ui.copies import tell_copies
from cnnviz.ui.judge.bar import JudgedRun, judge_bar
from cnnviz.ui.judge.mistakes.correcting import keep_corrected
from cnnviz.ui.judge.mistakes.gallery import chosen_of, gallery
from cnnviz.ui.judge.mistakes.inspector import inspector
from cnnviz.ui.judge.mistakes.marking import export, marks_of
from cnnviz.ui.judge.mistakes.place import SORTS, USUAL, MistakesPlace
from cnnviz.ui.place import Known
from cnnviz.ui.styles import style

__all__ = ["show_mistakes"]

_WIDTH = 430  # pixels of the inspector
_SHOWN = {"mistakes": "Mistakes", "correct": "Correct", "all": "All", "suspects": "Suspects"}


def show_mistakes() -> None:
    """Draw the page for what the URL asks for.

    Raises:
        CnnvizError: it asks for something that there is not.
    """
    shown = judge_bar()
    view = read(MistakesPlace, Known(shown.judged.class_names, len(shown.judged)))
    if view.sort not in _orders_of(shown):
        view = replace(view, sort=USUAL)  # carried from the trained model; the caption says why
    marks = marks_of(shown)
    _filter_bar(shown, view, marks)
    if view.show == "suspects" and not shown.complete:
        _no_suspects()
        return
    chosen = chosen_of(shown, view)
    _pin(shown, view)
    tell_copies(shown.run)
    with st.container(horizontal=True, gap="medium", wrap=False, key="mistakes-row"):
        with st.container(key="mistakes-left"):
            gallery(shown, view, chosen, marks)
        if view.image is not None:
            with st.container(width=_WIDTH, key="mistakes-inspector"):
                inspector(shown, view, chosen, marks)


def _filter_bar(shown: JudgedRun, view: MistakesPlace, marks: Mapping[int, Mark]) -> None:
    """Which images, of which classes, how confident, in which order; each choice changes the URL."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="mistakes-bar"):
        st.html(style(__file__))
        segments("Show", "show", view.show, _SHOWN, change=lambda show: {"show": show, "image": None})
        classes = dict(enumerate(shown.judged.class_names))
        dropdown("True", "true", view.true, classes, every="Any true class", width=140)
        dropdown("Predicted", "predicted", view.predicted, classes, every="Any prediction", width=140)
        _confidence(view)
        if view.show != "suspects":  # these have an order of their own
            dropdown("Order", "sort", view.sort, {name: SORTS[name].label for name in _orders_of(shown)}, width=168)
            st.toggle("By pair", **bind("by_pair", view.by_pair, key="mistakes-group"))
        else:
            export(shown, marks)
        n_leaked = 0 if shown.judged.leaked is None else len(shown.judged.leaked)
        if n_leaked or view.leaked:
            st.toggle(
                "Also in training",
                help=f"Only the {n_leaked:,} test images that are among the training images too, exactly or nearly: "
                "open one to see it beside the training images that are most like it.",
                **bind("leaked", view.leaked, key="mistakes-leaked"),
            )
        keep_corrected(shown, marks)
        if view.filtered:
            cleared = dict.fromkeys(("true", "predicted", "confidence", "leaked"))
            st.button("Clear", key="mistakes-clear", icon=":material/filter_alt_off:", on_click=go, kwargs=cleared)


def _confidence(view: MistakesPlace) -> None:
    words = "Confidence" if view.confidence == (0, 100) else "{}–{} %".format(*view.confidence)
    with st.popover(words, key="mistakes-confidences", width=130):
        st.slider("Confidence of the predicted class", 0, 100, format="%d %%", **bind("confidence", view.confidence))


def _orders_of(shown: JudgedRun) -> list[str]:
    """Return the keys of SORTS for which a run kept what they need."""
    lacks = set() if shown.run.predicted_snapshots() else {"learned"}
    lacks |= set() if shown.complete else {"loss", "margin"}
    return [name for name, order in SORTS.items() if order.sort not in lacks]


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
