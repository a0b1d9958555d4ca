"""The Report page: how good a network is, how sure that is, what it confuses, and which images those are."""

import json
from collections.abc import Callable
from contextlib import suppress
from html import escape

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.evaluation import Evaluation, doubts, report_csv
from cnnviz.evaluation.confusion import largest_mistake
from cnnviz.evaluation.report import wilson
from cnnviz.figures.class_scores import class_bars, draw_class_bars
from cnnviz.figures.reliability import draw_reliability, reliability
from cnnviz.figures.report_page import report_page
from cnnviz.figures.svg import Drawing
from cnnviz.figures.threshold_curves import Kind, curve_sheet, draw_curves
from cnnviz.runs.views import ViewsScore, read_views
from cnnviz.training import can_resume
from cnnviz.ui import loaders, styles
from cnnviz.ui.address import read
from cnnviz.ui.choosers import segments
from cnnviz.ui.components.drawing import drawing
from cnnviz.ui.glossary import meaning, words
from cnnviz.ui.judge.bar import JudgedRun, way_on
from cnnviz.ui.judge.readings import evaluation, metrics_ready, state_of, wait_for_metrics
from cnnviz.ui.judge.report.matrix import moments_of, show_images, show_matrix, show_pairs
from cnnviz.ui.judge.report.place import ORDERS, ReportPlace
from cnnviz.ui.messages import plain
from cnnviz.ui.place import Known
from cnnviz.ui.styles import style

__all__ = ["show_report"]

_SPLIT = (8, 7)
_WORDS = (
    "accuracy",
    "confidence interval",
    "loss",
    "top 3",
    "F1",
    "confusion matrix",
    "precision",
    "recall",
    "calibration",
    "ROC curve",
    "precision-recall curve",
)
_EVERY, _WEAKEST = 20, 12  # classes that are drawn: all of up to so many, else so many
_KINDS: tuple[Kind, ...] = ("roc", "precision-recall")


def show_report(now: JudgedRun) -> None:
    """Draw the report of what is judged; what needs scikit-learn comes when that is imported.

    Raises:
        CnnvizError: the URL asks for something that there is not.
    """
    report = evaluation(now.run, now.snapshot) if metrics_ready() else None
    moments = moments_of(now)
    matrix = moments.counts[moments.place_of(now.judged) or 0]
    place = read(ReportPlace, Known(now.judged.class_names))
    cell = place.cell or largest_mistake(matrix)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        _headline(now, report)
        with st.container(horizontal=True, width="content", gap="small"):
            words(*_WORDS, key="report-words")
            if report is not None:
                _offer_files(now, report)
    _remarks(now, report)
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
        _show_classes(now, report, place.order)
    with right:
        _show_calibration(now, report)
    curves = st.expander("ROC and precision-recall curves", key="report-curves", on_change="rerun")
    if curves.open:
        with curves:
            _show_curves(now)
    table = st.expander("All classes in numbers", key="report-numbers", on_change="rerun")
    if table.open:
        with table:
            _show_table(report)


# --- how good it is -------------------------------------------------------------------------------------------------


def _headline(now: JudgedRun, report: Evaluation | None) -> None:
    """Draw the accuracy large with its interval; what is in the report is left open while scikit-learn is imported."""
    judged = now.judged
    n_right, n_test = int(judged.right.sum()), len(judged)
    low, high = wilson(n_right, n_test)
    loss = None if judged.losses is None else float(judged.losses.mean())
    top3, f1 = (report.top3, report.f1_macro) if report else (None, None)
    told = [
        _number("mistakes", f"{n_test - n_right:,}", f"of {n_test:,} test images"),
        _number("loss", _small(loss), _exact(loss)),
        _number("top 3", _written(top3, "{:.1%}"), _exact(top3)) if len(judged.class_names) > 3 else "",
        _number("mean F1", _written(f1, "{:.2f}"), _exact(f1)),
    ]
    told += [
        _number(f"over {score.views} views", _written(score.accuracy, "{:.1%}"), meaning("views"))
        for score in _several(now)
    ]
    share, sign = _written(n_right / n_test, "{:.1%}").split()
    st.html(
        f'{style(__file__)}<div class="cnnviz-headline"><div class="large" title="{_exact(n_right / n_test)}">{share} '
        f"<small>{sign}</small></div>"
        f'<div class="how"><strong>accuracy</strong><br><span>{_written(low, "{:.1%}")} to {_written(high, "{:.1%}")} '
        f"with 95 % confidence, on {n_test:,} test images</span></div><dl>{''.join(told)}</dl></div>"
    )


def _several(now: JudgedRun) -> tuple[ViewsScore, ...]:
    """Return what was measured with several views of each image; it is about the trained model alone."""
    with suppress(CnnvizError):  # a damaged file is no reason for no report
        return () if now.judged.snapshot is not None else read_views(now.run, loaders.home())
    return ()


def _remarks(now: JudgedRun, report: Evaluation | None) -> None:
    """Say what is missing and why, and what these numbers are those of."""
    told = []
    if now.run.status.active:
        told.append(f"The run is still training: these are its numbers {now.moment}, and the page goes on with it.")
    elif not now.run.has_final_predictions:
        what = f"{way_on(now.run)} to {'measure its model' if can_resume(now.run) else 'have a model to measure'}"
        told.append(
            f"The run {plain(now.run.name)} did not come to its end: these are its numbers {now.moment}. {what}."
        )
    if not now.complete:
        where = "choose the trained model above" if now.run.has_final_predictions else "they are made at the end"
        told.append(
            f"Loss, top 3 and the curves need the probabilities of all classes, which a snapshot lacks: {where}."
        )
    if now.judged.snapshot is None:
        with suppress(CnnvizError):  # nor are damaged settings
            told += [plain(doubt.sentence) for doubt in doubts(now.run)]
    told += [plain(sentence) for sentence in (report.remark if report else "", now.run.caveat) if sentence]
    if told:
        st.caption(" ".join(told))


def _number(name: str, value: str, exact: str) -> str:
    return f'<div title="{escape(exact)}"><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>'


def _written(value: float | None, form: str) -> str:
    return "–" if value is None else form.format(value).replace("%", " %")


def _small(loss: float | None) -> str:
    """Write two digits that say something, of a loss that may be nearly nothing."""
    if loss is None or loss >= 0.1:
        return _written(loss, "{:.2f}")
    return "< 0.0001" if 0 < loss < 0.0001 else f"{loss:.2g}"


def _exact(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"


# --- class by class -------------------------------------------------------------------------------------------------


def _show_classes(now: JudgedRun, report: Evaluation, order: str) -> None:
    """Draw precision, recall and F1 of the classes."""
    st.markdown("**Class by class**")
    segments("Order", "order", order, ORDERS)
    most = len(report.per_class) if len(report.per_class) <= _EVERY else _WEAKEST
    bars = class_bars(report.per_class, "label" if order == "label" else "weakest", most)
    drawing(draw_class_bars(bars), key="report-classes", caption=bars.caption, saved=now.saving("classes"))


def _show_calibration(now: JudgedRun, report: Evaluation) -> None:
    """Draw the reliability diagram."""
    st.markdown("**Can its confidence be believed?**")
    if report.independent:
        st.caption(
            "That is not measured: several of its classes may be right at once, and each test image has one label."
        )
        return
    record = reliability(report.calibration)
    st.markdown(record.verdict)
    drawing(draw_reliability(record), key="report-calibration", caption=record.caption, saved=now.saving("calibration"))


def _show_curves(now: JudgedRun) -> None:
    """Draw the ROC and the precision-recall curves of the classes."""
    if not now.complete:
        st.caption(
            "The curves need the probabilities of all classes, which a run keeps at its end: "
            + ("choose the trained model above." if now.run.has_final_predictions else "finish the run to see them.")
        )
        return
    drawn = _drawn_curves(now, state_of(now.run, now.snapshot))
    if not drawn:
        st.caption("All test images are of one class, so there is nothing to tell apart.")
        return
    for column, (picture, caption), kind in zip(st.columns(2, gap="large"), drawn, _KINDS, strict=True):
        with column:
            drawing(picture, key=f"report-{kind}", caption=caption, saved=now.saving(f"{kind} curves"))


@st.cache_resource(max_entries=16, show_spinner="Going through all thresholds …")
def _drawn_curves(_now: JudgedRun, state: str) -> tuple[tuple[Drawing, str], ...]:
    from cnnviz.evaluation.curves import precision_recall, roc

    judged = _now.judged
    found = zip(_KINDS, (roc(judged), precision_recall(judged)), strict=True)
    sheets = [curve_sheet(kind, curves, judged.class_names) for kind, curves in found if curves]
    return tuple((draw_curves(sheet), sheet.caption) for sheet in sheets)


def _show_table(report: Evaluation) -> None:
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


# --- files ----------------------------------------------------------------------------------------------------------


def _offer_files(now: JudgedRun, report: Evaluation) -> None:
    """Draw a button that opens the files; each is made when it is asked for."""
    name = f"report-{now.run.id}" + ("" if now.judged.snapshot is None else f"-snapshot-{now.judged.snapshot}")
    files: tuple[tuple[str, str, str, Callable[[], str]], ...] = (
        ("Page to print (HTML)", "html", "text/html", lambda: report_page(now.run, now.judged, report)),
        ("Table (CSV)", "csv", "text/csv", lambda: report_csv(report)),
        ("All numbers (JSON)", "json", "application/json", lambda: json.dumps(report.to_json(), indent=1) + "\n"),
    )
    with st.popover("Save", icon=":material/download:", key="report-save"):
        for label, ending, mime, content in files:
            st.download_button(
                label,
                content,
                f"{name}.{ending}",
                mime,
                key=f"report-save-{ending}",
                on_click="ignore",
                type="tertiary",
                icon=":material/description:",
            )
