"""An image made to excite one filter, on demand; it can be stopped, and what there is stays."""

from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz import explain
from cnnviz.figures.tiles import photo_tiles
from cnnviz.ui.bar import Pinned
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.look.models import model, model_key
from cnnviz.ui.look.saved import saved
from cnnviz.ui.messages import reported

__all__ = ["synthesised"]

_MADE = "cnnviz.synthesised"  # session state: (image, steps done, sentence) by model, layer and filter
_KEPT = 24
_STEPS = 96
_EVERY = 8  # steps from one picture to the next


def synthesised(pinned: Pinned) -> None:
    """Draw the offer, the work, or the image."""
    st.fragment(_draw, key="kernels-synthesis")(pinned)


@reported(way_back=None)
def _draw(pinned: Pinned) -> None:
    key = f"{model_key(pinned.run, pinned.snapshot)}|{pinned.layer}|{pinned.filter}"
    made = _made()
    with st.container(horizontal=True, vertical_alignment="center"):
        asked = st.button("Make an image that excites it", key="kernels-make", icon=":material/auto_awesome:")
        stop = st.empty()
    place = st.empty()
    if asked:
        made.pop(key, None)
        # A click on it ends this run of the fragment; the next one shows what there is by then.
        stop.button("Stop", key="kernels-stop", icon=":material/stop_circle:")
        _make(pinned, key, place)
        stop.empty()
        place.empty()
    if key in made:
        _show(pinned, made[key])


def _make(pinned: Pinned, key: str, place: Any) -> None:
    made = _made()
    rules = explain.Regularisation()

    def report(step: int, steps: int, image: NDArray[np.uint8]) -> None:
        made[key] = (image, step, f"stopped after {step} of {steps} steps; regularised by {rules}")
        if step % _EVERY == 0:
            place.progress(step / steps, text=f"step {step} of {steps}")  # a click on Stop ends it here

    result = explain.maximise_activation(
        model(pinned.run, pinned.snapshot), pinned.layer or "", pinned.filter or 0, steps=_STEPS,
        regularisation=rules, on_progress=report,
    )  # fmt: skip
    first, last = (float(value) for value in result.activations[[0, -1]])
    said = result.empty or (
        f"{result.steps} steps of gradient ascent from grey noise raised the filter's mean answer from {first:.2g} to "
        f"{last:.2g}; regularised by {result.regularisation}"
    )
    made[key] = (result.image, result.steps, said)
    while len(made) > _KEPT:
        made.pop(next(iter(made)))


def _show(pinned: Pinned, found: tuple[NDArray[np.uint8], int, str]) -> None:
    image, _, said = found
    caption = f"An image made to excite this filter (activation maximisation): {said}."
    name = saved(pinned, f"{pinned.layer} filter {pinned.filter} synthesised", image=False)
    tiles(photo_tiles(image[None]), key="kernels-synthesised", caption=caption, smallest=96, largest=192, saved=name)


def _made() -> dict[str, tuple[NDArray[np.uint8], int, str]]:
    kept: dict[str, tuple[NDArray[np.uint8], int, str]] = st.session_state.setdefault(_MADE, {})
    return kept
