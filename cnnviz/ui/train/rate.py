"""A search for the learning rate, below its field: how far it is, the curve, and a button that takes the rate."""

import hashlib

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.figures.rate_search import draw_rates, rates_caption, shown_rate
from cnnviz.spec import RunSpec
from cnnviz.training.draft import Table
from cnnviz.training.rate_curve import RateCurve, role_of_rate, searched_with
from cnnviz.ui import loaders
from cnnviz.ui.components import live_chart
from cnnviz.ui.glossary import meaning
from cnnviz.ui.guard import permitted
from cnnviz.ui.jobs import Job, Report, again, known_job, show_job
from cnnviz.ui.messages import plain
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
    going = known_job(key) if spec is not None and editor.rate_search == key else None
    if spec is not None and going is not None:
        _show(editor, spec, going)
        return
    if editor.rate_search not in ("", key):
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
        _show(editor, spec, _begin(spec, key))


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


def _begin(spec: RunSpec, key: str) -> Job:
    """Look for a rate, unless somebody has found one already."""
    folder, one = loaders.home(), known_job(key)
    if one is not None and one.progress.state == "done":
        return one

    def work(report: Report) -> RateCurve:
        report(0, "starting TensorFlow")
        from cnnviz.training.finding_rate import find_rate

        return find_rate(spec, folder, on_progress=report)

    return again(key, work)


def _show(editor: Editor, spec: RunSpec, going: Job) -> None:
    """Draw a search as far as it is."""
    with st.container(key="train-rate", gap="xsmall"):
        if not going.progress.ended and loaders.active_runs():
            st.caption("A run is training, so this is slower than usual.")

        def restart() -> None:
            _begin(spec, going.key)

        curve: RateCurve | None = show_job(going, "Looking for a rate", restart)
        if curve is not None:
            _found(editor, spec, curve)
        if going.progress.ended:
            st.button(
                "Close",
                key="train-close-rate",
                icon=":material/close:",
                type="tertiary",
                on_click=editor.forget_rate_search,
            )


def _found(editor: Editor, spec: RunSpec, curve: RateCurve) -> None:
    if not len(curve.rates):
        st.caption(curve.remark)
        return
    said = rates_caption(curve, role_of_rate(spec.train))
    live_chart(draw_rates(curve), key="train-rate-curve", height=_HEIGHT, alt=said)
    st.caption(said)
    if curve.suggested is not None:
        st.button(
            f"Use {shown_rate(curve.suggested)}",
            key="train-use-rate",
            icon=":material/check:",
            disabled=spec.train.learning_rate == curve.suggested,
            on_click=editor.take_rate,
            args=(curve.suggested,),
        )
