"""A search for the learning rate, below its field: how far it is, the curve, and a button that takes the rate."""

import hashlib

import streamlit as st

from cnnviz.errors import CnnvizError, MissingExtraError
from cnnviz.figures.rate_search import draw_rates, rates_caption, shown_rate
from cnnviz.spec import RunSpec
from cnnviz.training.draft import Table
from cnnviz.training.rate_curve import RateCurve, role_of_rate, searched_with
from cnnviz.ui import loaders
from cnnviz.ui.components import live_chart
from cnnviz.ui.glossary import meaning
from cnnviz.ui.guard import permitted
from cnnviz.ui.jobs import job, known_job, show_job
from cnnviz.ui.messages import plain
from cnnviz.ui.network.models import wait_for_keras
from cnnviz.ui.train.editor import Editor

__all__ = ["rate_finder"]

_HEIGHT = 220


def rate_finder(editor: Editor, table: Table) -> None:
    """Draw the button, or what was found for the settings as they are; for others it is found anew.

    Args:
        editor: holds the settings.
        table: of its draft; where that cannot work, nothing can be found.
    """
    spec = _spec(editor)
    key = f"find-rate|{loaders.home()}|{_digest(spec)}" if spec is not None else ""
    if spec is not None and editor.rate_search == key:
        _show(editor, spec, key)
        return
    if editor.rate_search:
        _leave(editor.rate_search)
    place = st.empty()
    clicked = place.button(
        "Find a rate",
        key="train-find-rate",
        icon=":material/trending_down:",
        type="tertiary",
        disabled=spec is None,
        help=plain(table.problem) if spec is None else meaning("learning rate finder"),
    )
    if clicked and spec is not None and permitted("look for a learning rate"):
        editor.rate_search = key
        place.empty()
        _show(editor, spec, key)


def _spec(editor: Editor) -> RunSpec | None:
    """The settings, where they work."""
    try:
        return editor.draft.spec()
    except CnnvizError:
        return None


def _digest(spec: RunSpec) -> str:
    return hashlib.blake2b(searched_with(spec).to_json().encode(), digest_size=16).hexdigest()


def _leave(key: str) -> None:
    """Say that what was found, or looked for, was for other settings; a search that nobody waits for ends."""
    one = known_job(key)
    if one is not None and not one.progress.ended:
        one.stop()
    st.caption("The search for a rate was of other settings.")


def _show(editor: Editor, spec: RunSpec, key: str) -> None:
    """Draw the search as far as it is; begin it where nobody has."""
    with st.container(key="train-rate", gap="xsmall"):
        try:
            ready = wait_for_keras("The search", 0)
        except MissingExtraError as error:
            st.error(plain(error.sentence), icon=":material/error:")
            return
        if not ready:
            return
        from cnnviz.training.finding_rate import find_rate

        folder = loaders.home()
        going = job(key, lambda report: find_rate(spec, folder, on_progress=report))
        if not going.progress.ended and loaders.active_runs():
            st.caption("A run is training, so this is slower than usual.")
        curve: RateCurve | None = show_job(going, "Looking for a rate")
        said = ""
        if curve is not None:
            said = rates_caption(curve, role_of_rate(spec.train))
            if len(curve.rates):
                live_chart(draw_rates(curve), key="train-rate-curve", height=_HEIGHT, alt=said)
        if going.progress.ended:
            with st.container(horizontal=True, vertical_alignment="center"):
                if curve is not None and curve.suggested is not None:
                    _offer(editor, curve.suggested)
                st.button(
                    "Close",
                    key="train-close-rate",
                    icon=":material/close:",
                    type="tertiary",
                    on_click=editor.forget_rate_search,
                )
        if said:
            st.caption(said)


def _offer(editor: Editor, rate: float) -> None:
    st.button(
        f"Use {shown_rate(rate)}",
        key="train-use-rate",
        icon=":material/check:",
        disabled=editor.draft.train.learning_rate == rate,
        on_click=editor.take_rate,
        args=(rate,),
    )
