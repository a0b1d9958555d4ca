"""A run's tags and notes, edited where they stand."""

from html import escape

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.runs import LONGEST_NOTES, MOST_TAGS, Run
from cnnviz.ui import loaders
from cnnviz.ui.guard import permitted
from cnnviz.ui.messages import problem

__all__ = ["tags_and_notes"]

_EDITED = "cnnviz.compare-edited"  # session state: the run whose tags and notes are being edited
_ACTION = "change tags and notes"


def tags_and_notes(run: Run) -> None:
    """Draw a run's tags and notes, with the button that turns them into a form.

    Args:
        run: any run; those of a bundled one are kept in the home.
    """
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
            "Tags", sorted(known | set(run.tags), key=str.casefold), default=run.tags, accept_new_options=True,
            max_selections=MOST_TAGS, placeholder="Type a tag, press Enter", key=f"compare-tags-{run.id}",
        )  # fmt: skip
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
