"""The report class by class, whether confidence can be believed, and the curves."""

import streamlit as st

from cnnviz.evaluation import Evaluation
from cnnviz.figures.class_scores import class_bars, draw_class_bars
from cnnviz.figures.reliability import draw_reliability, reliability
from cnnviz.figures.svg import Drawing
from cnnviz.figures.threshold_curves import Kind, curve_sheet, draw_curves
from cnnviz.ui import styles
from cnnviz.ui.choosers import segments
from cnnviz.ui.components.drawing import drawing
from cnnviz.ui.judge.bar import JudgedRun
from cnnviz.ui.judge.loaders import state_of
from cnnviz.ui.judge.report.cells import ORDERS
from cnnviz.ui.judge.report.saving import figure_of
from cnnviz.ui.styles import style

__all__ = ["show_calibration", "show_classes", "show_curves", "show_table"]

_EVERY, _WEAKEST = 20, 12  # classes that are drawn: all of up to so many, else so many
_KINDS: tuple[Kind, ...] = ("roc", "precision-recall")


def show_classes(now: JudgedRun, report: Evaluation, order: str) -> None:
    """Draw precision, recall and F1 of the classes."""
    st.markdown("**Class by class**")
    segments("Order", "order", order, ORDERS)
    most = len(report.per_class) if len(report.per_class) <= _EVERY else _WEAKEST
    bars = class_bars(report.per_class, "label" if order == "label" else "weakest", most)
    drawing(draw_class_bars(bars), key="report-classes", caption=bars.caption, saved=figure_of(now, "classes"))


def show_calibration(now: JudgedRun, report: Evaluation) -> None:
    """Draw the reliability diagram."""
    st.markdown("**Can its confidence be believed?**")
    if report.independent:
        st.caption(
            "That is not measured: several of its classes may be right at once, and each test image has one label."
        )
        return
    record = reliability(report.calibration)
    st.markdown(record.verdict)
    drawing(
        draw_reliability(record), key="report-calibration", caption=record.caption, saved=figure_of(now, "calibration")
    )


def show_curves(now: JudgedRun) -> None:
    """Draw the ROC and the precision-recall curves of the classes."""
    if not now.complete:
        st.caption(
            "The curves need the probabilities of all classes, which a run keeps at its end: "
            + ("choose the trained model above." if now.run.has_final_predictions else "finish the run to see them.")
        )
        return
    drawn = _curves(now, state_of(now.run, now.snapshot))
    if not drawn:
        st.caption("All test images are of one class, so there is nothing to tell apart.")
        return
    for column, (picture, caption), kind in zip(st.columns(2, gap="large"), drawn, _KINDS, strict=True):
        with column:
            drawing(picture, key=f"report-{kind}", caption=caption, saved=figure_of(now, f"{kind} curves"))


@st.cache_resource(max_entries=16, show_spinner="Going through all thresholds …")
def _curves(_now: JudgedRun, state: str) -> tuple[tuple[Drawing, str], ...]:
    from cnnviz.evaluation.curves import precision_recall, roc

    judged = _now.judged
    found = zip(_KINDS, (roc(judged), precision_recall(judged)), strict=True)
    sheets = [curve_sheet(kind, curves, judged.class_names) for kind, curves in found if curves]
    return tuple((draw_curves(sheet), sheet.caption) for sheet in sheets)


def show_table(report: Evaluation) -> None:
    """Draw all numbers of all classes, to sort; the CSV is above, safe for spreadsheets."""
    st.html(style(styles.__file__, "no_export"))
    st.dataframe(
        {
            "class": [score.name for score in report.per_class],
            "precision": [score.precision for score in report.per_class],
            "recall": [score.recall for score in report.per_class],
            "F1": [score.f1 for score in report.per_class],
            "test images": [score.support for score in report.per_class],
        },
        hide_index=True,
        key="report-table",
    )
