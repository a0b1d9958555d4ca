"""The runs that are compared, one a column: which they are, how good, and what people say about them."""

from collections.abc import Sequence
from datetime import datetime
from html import escape

import streamlit as st

from cnnviz.ui.judge.compare.about_form import tags_and_notes
from cnnviz.ui.judge.compare.chosen import Chosen, choose
from cnnviz.ui.judge.compare.measured import Judgement
from cnnviz.ui.judge.compare.words import percent
from cnnviz.ui.messages import plain
from cnnviz.ui.network.moments import snapshot_labels
from cnnviz.ui.run_facts import changes_in_words, started_in_words
from cnnviz.ui.words import state_in_words

__all__ = ["badge", "cards"]


def badge(place: int, letter: str) -> str:
    """Return a run's letter in its colour, as HTML."""
    return f'<b class="compare-letter compare-{place}">{letter}</b>'


def cards(runs: Sequence[Chosen], judged: Sequence[Judgement] = ()) -> None:
    """Draw a card for each run.

    Args:
        runs: those that are chosen.
        judged: what they make of their test images, in the same order; nothing where that is not the question.
    """
    for column, chosen in zip(st.columns(len(runs), gap="medium"), runs, strict=True):
        with column, st.container(key=f"compare-card-{chosen.letter}", gap="xsmall"):
            _card(chosen, judged[chosen.place] if judged else None, runs)


def _card(chosen: Chosen, judgement: Judgement | None, runs: Sequence[Chosen]) -> None:
    run = chosen.run
    with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
        name = f'<span class="compare-name" title="{escape(run.name)}">{escape(run.name)}</span>'
        st.html(f'<div class="compare-head">{badge(chosen.place, chosen.letter)}{name}</div>')
        st.button(
            "", key=f"compare-out-{chosen.letter}", icon=":material/close:", type="tertiary", width="content",
            help=f"Leave {chosen.letter} out", on_click=_leave_out, args=(chosen, runs),
        )  # fmt: skip
    if judgement:
        _result(judgement)
    st.caption(_facts(chosen))
    tags_and_notes(run)


def _leave_out(chosen: Chosen, runs: Sequence[Chosen]) -> None:
    choose([one.run.id for one in runs if one.place != chosen.place])


def _result(judgement: Judgement) -> None:
    run, report = judgement.chosen.run, judgement.report
    if report is None:
        st.caption(plain(judgement.problem))
        return
    low, high = (percent(bound) for bound in report.interval)
    names = snapshot_labels(run, measured=True)
    moment = "" if report.snapshot is None else f", {names.get(report.snapshot, 'at a snapshot')}"
    st.html(
        f'<div class="compare-result"><span class="compare-share">{percent(report.accuracy)}</span> '
        f"<span>of {report.n_test:,} test images right{escape(moment)}<br>95 % interval {low} to {high}</span></div>"
    )


def _facts(chosen: Chosen) -> str:
    run, spec = chosen.run, chosen.run.spec
    when = "came with cnnviz" if run.bundled else started_in_words(run.id, datetime.now())
    if spec.model.foreign:
        state, name = "brought from elsewhere", spec.data.name if run.has_final_predictions else "measured on no images"
        parts = [state, name, when]
    else:
        parts = [state_in_words(run.status), spec.data.name, spec.preset or "own network", changes_in_words(spec), when]
    return plain(" · ".join(filter(None, parts)))
