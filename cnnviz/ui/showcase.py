"""What Home shows first: a run that trains or the best of one's own, or else a network that came with cnnviz."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from cnnviz.data import examples
from cnnviz.errors import CnnvizError
from cnnviz.runs import Run
from cnnviz.ui.components import live_kernels, watched
from cnnviz.ui.components.gallery import GalleryRow, gallery
from cnnviz.ui.live_view import has_kernels, live_view
from cnnviz.ui.loaders import SAMPLE, active_runs, class_names, dataset, open_run, run_ids
from cnnviz.ui.messages import plain, reported
from cnnviz.ui.preferred import pinned, preferred
from cnnviz.ui.run_rows import accuracy_in_words
from cnnviz.ui.words import state_in_words

__all__ = ["nothing_better", "picture_wall", "show_run", "worth_showing"]

_LOOKS = 6  # how many runs are asked for something to show
_PHOTOS = 8
_TICK_S = 2.0


def worth_showing() -> Run | None:
    """Return one of one's own runs with kernels and verdicts to show: one that trains, the pinned one, or the best.

    Returns:
        None where there is none, or one that came with cnnviz is pinned.
    """
    first = pinned()
    if first is not None and first.bundled:
        return None
    training = [active.run_id for active in active_runs()]
    best = [run.id for run in preferred("look") if not run.bundled]
    return _with_a_view([*([first.id] if first else []), *training, *best])


def nothing_better() -> Run | None:
    """Return the newest of one's own runs that has something to show, however bad it is; None where none has."""
    return _with_a_view(run_ids()[:_LOOKS])


def _with_a_view(offered: Sequence[str]) -> Run | None:
    for run_id in offered:
        try:
            run = open_run(run_id)
            if not run.bundled and run.live() is not None and run.spec is not None:
                return run
        except CnnvizError:
            continue
    return None


def show_run(run: Run) -> None:
    """Draw a run's first kernels and its verdicts on some photographs; while it trains, they move."""
    st.fragment(_draw_run, run_every=_TICK_S if run.status.active else None, key="showcase")(run)


@reported(way_back=None)
def _draw_run(run: Run) -> None:
    view, mosaic = live_view(run)
    if view is None:
        return
    st.markdown(_headline(run))
    kernels, photos = st.columns([1, 2], gap="medium")
    with kernels:
        if mosaic is not None:
            live_kernels(mosaic, key="home-kernels", smallest=30)
        elif not has_kernels(run):
            st.caption("This network has no convolution, so there are no kernels to see.")
    with photos:
        names = class_names(run)
        n = _PHOTOS
        watched(view.images[:n], view.labels[:n], view.probabilities[:n], names, key="home-watched", size=64)


def _headline(run: Run) -> str:
    facts = ", ".join(filter(None, [state_in_words(run.status), accuracy_in_words(run)]))
    return f"**{plain(run.name)}** on {plain(run.spec.data.name)}: {facts}."


def picture_wall() -> None:
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
