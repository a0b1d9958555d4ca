"""The Report page: how good a network is, what it confuses, and which images those are."""

import streamlit as st

from cnnviz.ui.address import read
from cnnviz.ui.glossary import words
from cnnviz.ui.judge.bar import JudgedRun
from cnnviz.ui.judge.loaders import evaluation
from cnnviz.ui.judge.metrics import metrics_ready, wait_for_metrics
from cnnviz.ui.judge.report.cells import ReportPlace, usual_cell
from cnnviz.ui.judge.report.classes import show_calibration, show_classes, show_curves, show_table
from cnnviz.ui.judge.report.confused import show_images, show_matrix, show_pairs
from cnnviz.ui.judge.report.headline import headline, remarks
from cnnviz.ui.judge.report.moments import moments_of
from cnnviz.ui.judge.report.saving import offer_files
from cnnviz.ui.place import Known

__all__ = ["show_report"]

_SPLIT = (8, 7)
_WORDS = (
    "accuracy", "confidence interval", "loss", "top 3", "F1", "confusion matrix", "precision", "recall", "calibration",
    "ROC curve", "precision-recall curve",
)  # fmt: skip


def show_report(now: JudgedRun) -> None:
    """Draw the report of what is judged; what needs scikit-learn comes when that is imported.

    Raises:
        CnnvizError: the URL asks for something that there is not.
    """
    report = evaluation(now.run, now.snapshot) if metrics_ready() else None
    moments = moments_of(now)
    matrix = moments.counts[moments.place_of(now.judged) or 0]
    place = read(ReportPlace, Known(now.judged.class_names))
    cell = place.cell or usual_cell(matrix)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        headline(now, report)
        with st.container(horizontal=True, width="content", gap="small"):
            words(*_WORDS, key="report-words")
            if report is not None:
                offer_files(now, report)
    remarks(now, report)
    left, right = st.columns(_SPLIT, gap="large")
    with left:
        show_matrix(now, moments, place, cell)
    with right:
        show_pairs(now, matrix)
        show_images(now, cell)
    if report is None:
        wait_for_metrics(height=420)
        return
    left, right = st.columns(_SPLIT, gap="large")
    with left:
        show_classes(now, report, place.order)
    with right:
        show_calibration(now, report)
    curves = st.expander("ROC and precision-recall curves", key="report-curves", on_change="rerun")
    if curves.open:
        with curves:
            show_curves(now)
    table = st.expander("All classes in numbers", key="report-numbers", on_change="rerun")
    if table.open:
        with table:
            show_table(report)
