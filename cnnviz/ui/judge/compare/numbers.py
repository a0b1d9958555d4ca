"""What differs between runs and what came of it, as two small tables."""

from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from cnnviz.evaluation import Evaluation, values_that_differ
from cnnviz.figures.intervals import Measured, intervals
from cnnviz.ui.components import live_chart
from cnnviz.ui.glossary import words
from cnnviz.ui.judge.compare.cards import badge
from cnnviz.ui.judge.compare.measured import Judgement, same_images
from cnnviz.ui.judge.compare.words import joined, percent
from cnnviz.ui.words import duration

__all__ = ["numbers"]

_NONE = "–"
_TESTED = "test images"
_REPORTED = (
    "test accuracy", "95 % interval", _TESTED, "mistakes", "test loss", "among the three most probable",
    "F1, mean over classes", "calibration error",
)  # fmt: skip
_LONGEST = 160  # letters of a setting that are seen; the others are told on hover


def numbers(judged: Sequence[Judgement]) -> None:
    """Draw what differs on the left and what came of it on the right; below each other where there are many runs."""
    together = st.columns(2, gap="large") if len(judged) == 2 else (st.container(), st.container())
    with together[0]:
        _settings(judged)
        _intervals(judged)
    with together[1]:
        st.html(_table("What came of it", judged, _results(judged)))
        words(
            "Confidence interval", "McNemar test", "Top 3", "F1", "Calibration", "Validation", "Seed",
            key="compare-meanings",
        )  # fmt: skip


def _settings(judged: Sequence[Judgement]) -> None:
    rows = values_that_differ([one.chosen.run.spec for one in judged])
    if rows:
        st.html(_table("Settings that differ", judged, rows))


def _table(title: str, judged: Sequence[Judgement], rows: Mapping[str, Sequence[str]]) -> str:
    heads = "".join(f"<th>{badge(one.chosen.place, one.letter)}</th>" for one in judged)
    lines = [
        f"<tr><th>{escape(what)}</th>{''.join(f'<td{_hover(value)}>{_cut(value)}</td>' for value in values)}</tr>"
        for what, values in rows.items()
    ]
    return (
        f'<div class="compare-table"><table><thead><tr><th>{escape(title)}</th>{heads}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def _cut(value: str) -> str:
    return escape(value if len(value) <= _LONGEST else value[: _LONGEST - 1] + "…")


def _hover(value: str) -> str:
    return f' title="{escape(value)}"' if len(value) > _LONGEST else ""


def _results(judged: Sequence[Judgement]) -> dict[str, list[str]]:
    """Every number that at least one of the runs has."""
    columns = [_of_tests(one.report) | _of_training(one) for one in judged]
    same = all(same_images(judged[0], other) for other in judged[1:])
    rows = {what: [column[what] for column in columns] for what in columns[0] if what != _TESTED or not same}
    return {what: [value or _NONE for value in values] for what, values in rows.items() if any(values)}


def _of_tests(report: Evaluation | None) -> dict[str, str]:
    """What a report says, by what it is called; nothing for what it does not know."""
    if report is None:
        return dict.fromkeys(_REPORTED, "")
    values = (
        percent(report.accuracy),
        f"{percent(report.interval[0])} to {percent(report.interval[1])}",
        f"{report.n_test:,} of {len(report.class_names)} classes",
        f"{report.n_mistakes:,}",
        "" if report.loss is None else f"{report.loss:.3f}",
        "" if report.top3 is None else percent(report.top3),
        f"{report.f1_macro:.3f}",
        "" if report.independent else percent(report.calibration.expected_error),
    )
    return dict(zip(_REPORTED, values, strict=True))


def _of_training(one: Judgement) -> dict[str, str]:
    run = one.chosen.run
    status, history = run.status, run.history()
    epochs = history.epochs
    validated, seconds = epochs.get("val_accuracy"), epochs.get("seconds")
    return {
        "epochs": f"{status.epoch} of {status.epochs}" if status.epochs else "",
        "validation accuracy, last epoch": f"{percent(validated[-1])}{history.of_validation}" if validated else "",
        "training time": duration(seconds[-1]) if seconds else "",
        "parameters": f"{sum(row.parameters for row in run.spec.model.rows):,}",
    }


def _intervals(judged: Sequence[Judgement]) -> None:
    rows = [
        Measured(one.chosen.place, one.letter, one.report.accuracy, *one.report.interval)
        for one in judged
        if one.report
    ]
    if len(rows) < 2:
        return
    told = joined([f"{row.letter} {percent(row.share)}" for row in rows])
    live_chart(intervals(rows), key="compare-intervals", height=60 + 44 * len(rows), alt=f"Test accuracy: {told}.")
    st.caption(
        "Test accuracy and its 95 % interval: so far it might be off because only so many images were tested."
        if all(same_images(judged[0], other) for other in judged[1:]) else
        "Test accuracy and its 95 % interval, each on the run's own test images."
    )  # fmt: skip
