"""The page: what a run or a network that came with cnnviz sees, the three doors, and the runs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz.data import examples
from cnnviz.runs import Run
from cnnviz.runs.words import state_in_words
from cnnviz.spec import preset
from cnnviz.ui.address import switch
from cnnviz.ui.components import watched
from cnnviz.ui.components.gallery import GalleryRow, gallery
from cnnviz.ui.guard import permitted
from cnnviz.ui.home.first_sight import show_sight, strongest_sight
from cnnviz.ui.home.run_rows import accuracy_in_words, run_rows
from cnnviz.ui.live_view import has_kernels, live_view
from cnnviz.ui.loaders import SAMPLE, active_runs, class_names, dataset, readable, run_ids
from cnnviz.ui.messages import plain, reported
from cnnviz.ui.pages import CLASSIFY, KERNELS, TRAIN
from cnnviz.ui.preferred import pinned, preferred, preferred_id
from cnnviz.ui.styles import style
from cnnviz.ui.train.editor import start_once

__all__ = ["show_home"]

_LOOKS = 6  # how many runs are asked for something to show
_PHOTOS = 8
_TICK_S = 2.0
_USUAL = preset("two-conv")  # on the sample that is always there


def show_home() -> None:
    """Draw the page, one screen of a projector."""
    ids = run_ids()
    st.html(style(__file__))
    st.title("See what a neural network sees", anchor=False)
    if (shown := _worth_showing()) is not None:
        _show_run(shown)
    elif (sight := strongest_sight()) is not None:
        show_sight(sight)
    elif (shown := _nothing_better()) is not None:
        _show_run(shown)
    else:
        _picture_wall()
    _doors()
    if ids:
        st.subheader("Runs", anchor=False)
        run_rows(ids, key="home")


# --- what comes first: a run that trains or the best of one's own, or photographs ------------------------------


def _worth_showing() -> Run | None:
    """Return one of one's own runs with kernels and verdicts to show: one that trains, the pinned one, or the best."""
    first = pinned()
    if first is not None and first.bundled:
        return None
    training = [active.run_id for active in active_runs()]
    best = [run.id for run in preferred("look") if not run.bundled]
    return _with_a_view([*([first.id] if first else []), *training, *best])


def _nothing_better() -> Run | None:
    """Return the newest of one's own runs that has something to show, however bad it is; None where none has."""
    return _with_a_view(run_ids()[:_LOOKS])


def _with_a_view(offered: Sequence[str]) -> Run | None:
    return next((run for run in readable(offered) if not run.bundled and run.live() is not None), None)


def _show_run(run: Run) -> None:
    """Draw a run's first kernels and its verdicts on some photographs; while it trains, they move."""
    st.fragment(_draw_run, run_every=_TICK_S if run.status.active else None, key="showcase")(run)


@reported(way_back=None)
def _draw_run(run: Run) -> None:
    view, kernels = live_view(run)
    if view is None:
        return
    st.markdown(_headline(run))
    left, right = st.columns([1, 2], gap="medium")
    with left:
        if kernels is not None:
            kernels.draw(key="home-kernels", smallest=30)
        elif not has_kernels(run):
            st.caption("This network has no convolution, so there are no kernels to see.")
    with right:
        names = class_names(run)
        n = _PHOTOS
        watched(view.images[:n], view.labels[:n], view.probabilities[:n], names, key="home-watched", size=64)


def _headline(run: Run) -> str:
    facts = ", ".join(filter(None, [state_in_words(run.status), accuracy_in_words(run)]))
    return f"**{plain(run.name)}** on {plain(run.spec.data.name)}: {facts}."


def _picture_wall() -> None:
    """Draw photographs of the embedded sample, the classes mixed, as many as fit five lines."""
    sample = dataset(SAMPLE)
    chosen = np.stack(examples(sample.test.labels, sample.n_classes, 10), axis=1).ravel()  # class by class in turn
    names = [sample.class_names[label] for label in sample.test.labels[chosen]]
    alt = f"{len(chosen)} photographs of {', '.join(sample.class_names)}"
    gallery(
        sample.test.images[chosen],
        [GalleryRow(range(len(chosen)))],
        key="home-wall",
        alt=alt,
        side=96,
        lines=5,
        names=names,
    )
    classes = ", ".join(sample.class_names)
    st.caption(f"Real photographs of 32×32 pixels in ten classes: {classes}. Source: {plain(sample.source)}.")


# --- the doors: for who shows it to others, for who wants to understand, for who brings photos -----------------


@dataclass(frozen=True)
class _Door:
    key: str
    label: str
    icon: str
    words: str


_WATCH = _Door(
    "home-train",
    "Watch one learn",
    ":material/model_training:",
    "**To learn.** A small network trains on this machine; change one thing, see what it did.",
)
_LOOK = _Door(
    "home-look",
    "See what it sees",
    ":material/visibility:",
    "**To teach.** Kernels, feature maps, and a convolution number by number, with no waiting.",
)
_TRY = _Door(
    "home-try",
    "Try your photo",
    ":material/add_photo_alternate:",
    "**To use.** Drop your own photos, see how sure it is and why; take the network away.",
)


def _doors() -> None:
    """Draw the doors side by side, on a phone below each other."""
    with st.container(key="home-doors"):
        watch, look, use = st.columns(3, gap="small")
    with watch:
        watched = _door(_WATCH, first=True)
    with look:
        looked = _door(_LOOK)
    with use:
        used = _door(_TRY)
    if watched and (run_id := _run_to_watch()):
        switch(TRAIN, run=run_id)
    # With the network that serves the page best, whichever one the session looked at before.
    if looked:
        switch(KERNELS, run=preferred_id("look"))
    if used:
        switch(CLASSIFY, run=preferred_id("use"))


def _door(door: _Door, *, first: bool = False) -> bool:
    with st.container(border=True, height="stretch"):
        clicked = st.button(
            door.label, key=door.key, icon=door.icon, type="primary" if first else "secondary", width="stretch"
        )
        st.caption(door.words)
    return clicked


def _run_to_watch() -> str | None:
    """Return the id of the run that trains or waits; where there is none, start one."""
    active = active_runs()
    if active:
        return active[0].run_id
    return start_once(_USUAL).id if permitted("start a run") else None
