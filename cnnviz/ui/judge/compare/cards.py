"""The runs that are compared, one a column: which they are, how good, and what people say about them."""

from collections.abc import Sequence
from datetime import datetime
from html import escape

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.runs import LONGEST_NOTES, MOST_TAGS, Run
from cnnviz.runs.words import snapshot_labels, started_in_words, state_in_words
from cnnviz.spec.words import beginning_in_words, changes_in_words, origin_in_words
from cnnviz.ui import loaders
from cnnviz.ui.guard import permitted
from cnnviz.ui.judge.compare.results import Judgement
from cnnviz.ui.judge.compare.selection import ComparedRun, choose
from cnnviz.ui.messages import plain, problem
from cnnviz.words import percent

__all__ = ["cards"]

_EDITED = "cnnviz.compare-edited"  # session state: the run whose tags and notes are being edited
_ACTION = "change tags and notes"


def cards(runs: Sequence[ComparedRun], judged: Sequence[Judgement] = ()) -> None:
    """Draw a card for each run, with what it makes of its test images where that is the question."""
    for column, chosen in zip(st.columns(len(runs), gap="medium"), runs, strict=True):
        with column, st.container(key=f"compare-card-{chosen.letter}", gap="xsmall"):
            _card(chosen, judged[chosen.place] if judged else None, runs)


def _card(chosen: ComparedRun, judgement: Judgement | None, runs: Sequence[ComparedRun]) -> None:
    run = chosen.run
    with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
        name = f'<span class="compare-name" title="{escape(run.name)}">{escape(run.name)}</span>'
        st.html(f'<div class="compare-head">{chosen.badge}{name}</div>')
        st.button(
            "",
            key=f"compare-out-{chosen.letter}",
            icon=":material/close:",
            type="tertiary",
            width="content",
            help=f"Leave {chosen.letter} out",
            on_click=_leave_out,
            args=(chosen, runs),
        )
    if judgement:
        _result(judgement)
    st.caption(_facts(chosen))
    if not run.spec.model.foreign and any(one.run.spec.beginning for one in runs):
        st.caption(plain(beginning_in_words(run.spec)))
    _tags_and_notes(run)


def _leave_out(chosen: ComparedRun, runs: Sequence[ComparedRun]) -> None:
    choose([one.run.id for one in runs if one.place != chosen.place])


def _result(judgement: Judgement) -> None:
    run, report = judgement.chosen.run, judgement.report
    if report is None:
        st.caption(plain(judgement.problem))
        return
    low, high = (percent(bound) for bound in report.interval)
    names = snapshot_labels(run, "measured")
    moment = "" if report.snapshot is None else f", {names.get(report.snapshot, 'at a snapshot')}"
    st.html(
        f'<div class="compare-result"><span class="compare-share">{percent(report.accuracy)}</span> '
        f"<span>of {report.n_test:,} test images right{escape(moment)}<br>95 % interval {low} to {high}</span></div>"
    )


def _facts(chosen: ComparedRun) -> str:
    run, spec = chosen.run, chosen.run.spec
    when = "came with cnnviz" if run.bundled else started_in_words(run.id, datetime.now())
    if spec.model.foreign:
        state = "trained by others" if run.bundled else "brought from elsewhere"
        name = spec.data.name if run.has_final_predictions else "measured on no images"
        parts = [state, name, when]
    else:
        parts = [state_in_words(run.status), spec.data.name, origin_in_words(spec), changes_in_words(spec), when]
    return plain(" · ".join(filter(None, parts)))


# --- tags and notes -----------------------------------------------------------------------------------------------


def _tags_and_notes(run: Run) -> None:
    """Draw a run's tags and notes, with the button that turns them into a form; a bundled run's are in the home."""
    if st.session_state.get(_EDITED) == run.id:
        _form(run)
        return
    tags, notes = run.tags, run.notes
    if tags or notes:
        chips = "".join(f'<span class="compare-tag">{escape(tag)}</span>' for tag in tags)
        text = f'<p class="compare-notes">{escape(notes)}</p>' if notes else ""
        st.html(f'<div class="compare-about">{chips}{text}</div>')
    label = "Edit tags and notes" if tags or notes else "Add tags and notes"
    asked = st.button(label, key=f"compare-edit-{run.id}", icon=":material/edit_note:", type="tertiary")
    if asked and permitted(_ACTION):
        st.session_state[_EDITED] = run.id
        st.rerun()


def _form(run: Run) -> None:
    known = {tag for row in loaders.overviews() for tag in row.summary.tags}
    with st.form(f"compare-form-{run.id}", border=False):
        tags = st.multiselect(
            "Tags",
            sorted(known | set(run.tags), key=str.casefold),
            default=run.tags,
            accept_new_options=True,
            max_selections=MOST_TAGS,
            placeholder="Type a tag, press Enter",
            key=f"compare-tags-{run.id}",
        )
        notes = st.text_area("Notes", run.notes, max_chars=LONGEST_NOTES, height=120, key=f"compare-notes-{run.id}")
        with st.container(horizontal=True, gap="small"):
            saved = st.form_submit_button("Save", type="primary")
            left = st.form_submit_button("Cancel")
    if left or (saved and permitted(_ACTION) and _kept(run, tags, notes or "")):
        del st.session_state[_EDITED]
        st.rerun()


def _kept(run: Run, tags: list[str], notes: str) -> bool:
    """Write both down; what went wrong is said in their place."""
    try:
        run.describe(tags=tags, notes=notes)
    except CnnvizError as error:
        problem(error, way_back=None)
        return False
    loaders.look_again()
    return True
