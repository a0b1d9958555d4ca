"""An image made to excite one filter, on demand; it can be stopped, and what there is stays."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz import explain
from cnnviz.figures.tiles import photo_tiles
from cnnviz.ui.bar import Pinned
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.jobs import Report, Stopped, forget, job, known_job, show_job
from cnnviz.ui.messages import reported
from cnnviz.ui.network.models import model
from cnnviz.ui.network.saved import saved

if TYPE_CHECKING:
    import keras

__all__ = ["synthesised"]

_STEPS = 96


@dataclass(frozen=True, eq=False)
class _Made:
    """An image made to excite a filter, (height, width, channels) uint8, and what is said of it."""

    image: NDArray[np.uint8]
    said: str


def synthesised(pinned: Pinned) -> None:
    """Draw the offer, the work, or the image."""
    key = f"synthesis|{pinned.weights.key}|{pinned.layer}|{pinned.filter}"
    st.button(
        "Make an image that excites it",
        key="kernels-make",
        icon=":material/auto_awesome:",
        on_click=_begin,
        args=(pinned, key),
    )
    begun = known_job(key)
    made = show_job(begun, "The image") if begun else None
    if made is not None:
        _show(pinned, made)


@reported(way_back=None)
def _begin(pinned: Pinned, key: str) -> None:
    opened = model(pinned.weights)  # here, since a job has no session
    before = known_job(key)
    if before is not None and before.progress.ended:
        forget(before)
    job(key, lambda report: _make(opened, pinned.layer or "", pinned.filter or 0, report))


def _make(opened: "keras.Model", layer: str, unit: int, report: Report) -> _Made:
    """Make it; where it is stopped, what there is by then stays. In the job's thread."""
    rules, latest = explain.Regularisation(), None

    def on_progress(step: int, steps: int, image: NDArray[np.uint8]) -> None:
        nonlocal latest
        latest = _Made(image, f"stopped after {step} of {steps} steps; regularised by {rules}")
        report(step / steps, f"step {step} of {steps}")

    try:
        result = explain.maximise_activation(
            opened, layer, unit, steps=_STEPS, regularisation=rules, on_progress=on_progress
        )
    except Stopped:
        if latest is None:
            raise
        return latest
    first, last = (float(value) for value in result.activations[[0, -1]])
    said = result.empty or (
        f"{result.steps} steps of gradient ascent from grey noise raised the filter's mean answer from {first:.2g} to "
        f"{last:.2g}; regularised by {result.regularisation}"
    )
    return _Made(result.image, said)


def _show(pinned: Pinned, made: _Made) -> None:
    caption = f"An image made to excite this filter (activation maximisation): {made.said}."
    name = saved(pinned, f"{pinned.layer} filter {pinned.filter} synthesised", image=False)
    tiles(
        photo_tiles(made.image[None]), key="kernels-synthesised", caption=caption, smallest=96, largest=192, saved=name
    )
