"""The report as files: to print, for a spreadsheet, for a program, and its figures."""

import json
from collections.abc import Callable

import streamlit as st

from cnnviz.evaluation import Evaluation, report_csv
from cnnviz.figures.report_page import report_page
from cnnviz.ui.components.saving import Saving
from cnnviz.ui.judge.bar import JudgedRun

__all__ = ["figure_of", "offer_files"]


def offer_files(now: JudgedRun, report: Evaluation) -> None:
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
                label, content, f"{name}.{ending}", mime, key=f"report-save-{ending}", on_click="ignore",
                type="tertiary", icon=":material/description:",
            )  # fmt: skip


def figure_of(now: JudgedRun, what: str) -> Saving:
    """Say what a saved figure is of.

    Args:
        now: what is judged.
        what: the figure, such as "confusion matrix".
    """
    source = (
        f"{now.run.name} on {now.run.spec.data.name}, {now.moment or 'trained model'}, {len(now.judged):,} test images"
    )
    return Saving(f"{now.run.name} {now.moment} {what}", source)
