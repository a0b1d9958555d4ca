"""What each run makes of its test images, and what differs between runs and what came of it, as two small tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.evaluation import Comparison, Evaluation, Judged, compare, comparison, values_that_differ
from cnnviz.evaluation.results import results_in_words
from cnnviz.figures.intervals import Measured, intervals
from cnnviz.ui.components import live_chart
from cnnviz.ui.glossary import words
from cnnviz.ui.judge.compare.selection import ComparedRun
from cnnviz.ui.judge.readings import evaluation, judged, state_of
from cnnviz.words import joined, percent

__all__ = ["Judgement", "all_same_images", "compared", "judgements", "numbers", "same_images"]

_LONGEST = 160  # letters of a setting that are seen; the others are told on hover


@dataclass(frozen=True, eq=False)
class Judgement:
    """A run that is compared, with what it makes of its test images.

    Attributes:
        chosen: the run.
        judged: image by image; None where nothing is known.
        report: the numbers; None where nothing is known.
        problem: why nothing is known, one sentence; empty where it is.
    """

    chosen: ComparedRun
    judged: Judged | None
    report: Evaluation | None
    problem: str = ""

    @property
    def letter(self) -> str:
        """What it is called beside the others."""
        return self.chosen.letter


def judgements(runs: Sequence[ComparedRun]) -> tuple[Judgement, ...]:
    """Judge runs by their test images; a run that cannot be judged says why."""
    return tuple(map(_judgement, runs))


def _judgement(chosen: ComparedRun) -> Judgement:
    try:
        return Judgement(chosen, judged(chosen.run), evaluation(chosen.run))
    except CnnvizError as error:
        return Judgement(chosen, None, None, error.sentence)


def same_images(one: Judgement, other: Judgement) -> bool:
    """Say whether two runs were measured on the same test images."""
    a, b = one.judged, other.judged
    return a is not None and b is not None and comparison.same_images(a, b)


def all_same_images(judged: Sequence[Judgement]) -> bool:
    """Say whether all runs were measured on the same test images."""
    return all(same_images(judged[0], other) for other in judged[1:])


def compared(one: Judgement, other: Judgement) -> Comparison:
    """Compare two runs image by image; remembered for all sessions.

    Raises:
        RunError: they were measured on different test images.
    """
    states = tuple(state_of(each.chosen.run) for each in (one, other))
    return _compared(one, other, (one.letter, other.letter), states)


@st.cache_resource(max_entries=64, show_spinner=False)
def _compared(_one: Judgement, _other: Judgement, letters: tuple[str, str], states: tuple[str, ...]) -> Comparison:
    assert _one.judged is not None
    assert _other.judged is not None
    return compare(_one.judged, _other.judged, letters)


# --- tables -------------------------------------------------------------------------------------------------------


def numbers(judged: Sequence[Judgement]) -> None:
    """Draw what differs on the left and what came of it on the right; below each other where there are many runs."""
    together = st.columns(2, gap="large") if len(judged) == 2 else (st.container(), st.container())
    with together[0]:
        settings = values_that_differ([one.chosen.run.spec for one in judged])
        if settings:
            st.html(_table("Settings that differ", judged, settings))
        _intervals(judged)
    with together[1]:
        rows = results_in_words([(one.chosen.run, one.report) for one in judged], all_same_images(judged))
        st.html(_table("What came of it", judged, rows))
        words(
            "Confidence interval",
            "McNemar test",
            "Top 3",
            "F1",
            "Calibration",
            "Validation",
            "Seed",
            key="compare-meanings",
        )


def _table(title: str, judged: Sequence[Judgement], rows: Mapping[str, Sequence[str]]) -> str:
    heads = "".join(f"<th>{one.chosen.badge}</th>" for one in judged)
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


def _intervals(judged: Sequence[Judgement]) -> None:
    measured = [(one.chosen, one.report) for one in judged if one.report]
    rows = [Measured(run.place, run.letter, report.accuracy, *report.interval) for run, report in measured]
    if len(rows) < 2:
        return
    told = joined([f"{row.letter} {percent(row.share)}" for row in rows])
    live_chart(intervals(rows), key="compare-intervals", height=60 + 44 * len(rows), alt=f"Test accuracy: {told}.")
    st.caption(
        "Test accuracy and its 95 % interval: so far it might be off because only so many images were tested."
        if all_same_images(judged)
        else "Test accuracy and its 95 % interval, each on the run's own test images."
    )
