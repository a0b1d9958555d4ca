"""Saying of a test image's label that it is wrong, unclear or fine: kept with the run, exported as CSV."""

from collections.abc import Mapping

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.evaluation import Mark, marks_csv, read_marks, write_mark
from cnnviz.evaluation.marks import LONGEST_NOTE, VERDICTS, Verdict
from cnnviz.ui.guard import permitted
from cnnviz.ui.judge.bar import JudgedRun
from cnnviz.ui.loaders import home
from cnnviz.ui.messages import plain, problem

__all__ = ["export", "mark_label", "marks_of"]

_CHANGED = "cnnviz.mistakes.note"  # session state: the image whose note was typed just now
_CHOSEN = "cnnviz.mistakes.right"  # session state: the image whose right class was chosen just now
_ICONS: Mapping[Verdict, str] = {
    "wrong": ":material/label_off:",
    "unclear": ":material/help:",
    "fine": ":material/label:",
}


def marks_of(shown: JudgedRun) -> dict[int, Mark]:
    """Return the marks of a run; where their file is damaged, tell the person and go on without."""
    try:
        return read_marks(shown.run, home())
    except CnnvizError as error:
        problem(error, way_back=None)
        return {}


def mark_label(shown: JudgedRun, index: int, marks: Mapping[int, Mark]) -> None:
    """Draw the question whether a test image's label is right, and its answers; an answer is kept at once."""
    mark = marks.get(index)
    label = shown.judged.class_names[shown.judged.labels[index]]
    st.markdown(f"**Is the label “{plain(label)}” right?**")
    note_key = f"mistakes-note-{index}"
    changed = st.session_state.pop(_CHANGED, None) == index and mark is not None
    if mark is not None and not changed:
        st.session_state[note_key] = mark.note  # somebody else may have written another one
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key="mistakes-marks"):
        pressed = [verdict for verdict in VERDICTS if _answer(verdict, mark)]
    note = st.text_input(
        "Note",
        key=note_key,
        max_chars=LONGEST_NOTE,
        placeholder="A note, if you like",
        label_visibility="collapsed",
        on_change=_note_changed,
        args=(index,),
    )
    chose = st.session_state.pop(_CHOSEN, None) == index
    right = _right_class(shown, index, mark, chose) if mark is not None and mark.verdict == "wrong" else ""
    if pressed:
        same = mark is not None and pressed[0] == mark.verdict and not changed
        _keep(shown, index, None if same else pressed[0], "" if same else note)
    elif mark is not None and (changed or chose):
        _keep(shown, index, mark.verdict, note, right)


def _right_class(shown: JudgedRun, index: int, mark: Mark, chose: bool) -> str:
    """Draw the choice of the class that a wrong label should have been; the predicted one comes first."""
    judged = shown.judged
    label, predicted = (judged.class_names[labels[index]] for labels in (judged.labels, judged.predicted))
    offered = [name for name in dict.fromkeys((predicted, *judged.class_names)) if name != label]
    key = f"mistakes-right-{index}"
    if not chose:
        st.session_state[key] = mark.right if mark.right in offered else None  # somebody else may have said another one
    chosen: str | None = st.selectbox(
        "The right class",
        offered,
        key=key,
        placeholder="Which class is right?",
        on_change=_right_chosen,
        args=(index,),
    )
    return chosen or ""


def _right_chosen(index: int) -> None:
    st.session_state[_CHOSEN] = index


def _note_changed(index: int) -> None:
    st.session_state[_CHANGED] = index


def _answer(verdict: Verdict, mark: Mark | None) -> bool:
    chosen = mark is not None and mark.verdict == verdict
    return st.button(
        verdict.capitalize(),
        key=f"mistakes-mark-{verdict}",
        icon=_ICONS[verdict],
        type="primary" if chosen else "secondary",
        help="Press again to take the mark away" if chosen else None,
    )


def _keep(shown: JudgedRun, index: int, verdict: Verdict | None, note: str, right: str = "") -> None:
    if not permitted("mark a label"):
        return
    try:
        write_mark(shown.run, index, verdict, note, home(), right=right)
    except CnnvizError as error:
        problem(error, way_back=None)
        return
    st.rerun()


def export(shown: JudgedRun, marks: Mapping[int, Mark]) -> None:
    """Offer the marks as a CSV file, where there are any."""
    if marks:
        st.download_button(
            f"Save {len(marks)} marks" if len(marks) > 1 else "Save 1 mark",
            lambda: marks_csv(shown.judged, marks),
            f"{shown.run.id}-marks.csv",
            "text/csv",
            key="mistakes-export",
            icon=":material/download:",
            on_click="ignore",
        )
