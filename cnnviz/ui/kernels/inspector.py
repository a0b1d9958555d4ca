"""The kernel that was clicked: its numbers, its map, what excites it, an image made to excite it."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz import explain
from cnnviz.figures.kernel_wall import KernelFacts, even_in_words
from cnnviz.figures.mosaic import in_digits
from cnnviz.figures.number_tables import weight_tables
from cnnviz.figures.tiles import answers_in_words, map_tiles, photo_tiles, span
from cnnviz.ui.address import go
from cnnviz.ui.bar import Pinned
from cnnviz.ui.components.numbers import numbers
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.jobs import Report, Stopped, again, known_job, show_job
from cnnviz.ui.messages import plain, reported
from cnnviz.ui.network import keep_place, wait_for_keras
from cnnviz.ui.network.images import without_images
from cnnviz.ui.network.models import MOST_IMAGES, feature_maps, model, peaks, searched_images

if TYPE_CHECKING:
    import keras

__all__ = ["inspector", "known_dead", "tell_dead"]

_PATCHES = 9
_NUMBERS_FIRST = 5  # weights in a row; those of larger kernels are many, and stand below the pictures
_PLACE = 240  # pixels of height of a picture with its caption
_STEPS = 96  # of gradient ascent
_DEAD = "cnnviz.dead"  # session state: (model and layer, their dead filters)


def inspector(pinned: Pinned, facts: KernelFacts) -> list[int]:
    """Draw what is known of the pinned filter; return the layer's dead filters, none while nobody has looked."""
    number = pinned.filter or 0
    wide = facts.kernels.shape[1] > _NUMBERS_FIRST
    dead: list[int] = []
    head = st.container(gap="xsmall")
    if not wide:
        _numbers(pinned, facts, number)
    left, right = st.columns(2, gap="medium")
    with st.container():
        ready = wait_for_keras("Its feature map and what excites it", draw=lambda: None)
    if ready:
        with left:
            _map(pinned, number)
        with right, reported(way_back=None):
            dead = _patches(pinned, facts, number)
    else:
        for place in (left, right):
            with place:
                keep_place(_PLACE)
    with head:
        learned = bool(pinned.run.snapshots())  # a network from elsewhere has none
        st.markdown(f"**Filter {number}** of {plain(facts.layer)}" + (" is dead" if number in dead else ""))
        why = f" None of the first {MOST_IMAGES:,} test images gives an activation above zero, so it cannot learn."
        said = facts.in_words(number, moved=not (learned and pinned.weights.number == 0))
        st.caption(said + (why if number in dead else ""))
    if ready:
        _synthesised(pinned)
    if wide:
        _numbers(pinned, facts, number)
    return dead


def _numbers(pinned: Pinned, facts: KernelFacts, number: int) -> None:
    tables, channels = weight_tables(facts.kernels[..., number], facts.limit), facts.kernels.shape[2]
    which = f", its {len(tables)} strongest input channels of {channels}" if len(tables) < channels else ""
    numbers(
        tables,
        key="kernels-numbers",
        caption=f"Its weights{which}: blue is negative, red positive, full colour ±{in_digits(facts.limit)}.",
        saved=pinned.saved(f"{facts.layer} filter {number} weights", image=False),
    )


def _map(pinned: Pinned, number: int) -> None:
    maps = feature_maps(pinned.weights, pinned.image)[pinned.layer or ""]
    one = maps[..., number : number + 1]
    pictures = map_tiles(one, span([one]))
    size = f"{one.shape[1]}×{one.shape[0]}"
    tiles(
        pictures,
        key="kernels-map",
        caption=f"Its feature map on the pinned image, {size}: {answers_in_words(pictures)}.",
        names=["value"],
        smallest=96,
        largest=180,
        saved=pinned.saved(f"{pinned.layer} filter {number} map"),
    )


def _patches(pinned: Pinned, facts: KernelFacts, number: int) -> list[int]:
    layer = pinned.layer or ""
    if without_images(pinned.run):
        st.caption("What excites it most is searched for in test images; this network came without a data set.")
        return []
    found = peaks(pinned.weights, layer)
    split = searched_images(pinned.run)
    best = explain.strongest_patches(model(pinned.weights), layer, number, split.images, _PATCHES, peaks=found)
    names = [
        f"{pinned.class_names[split.labels[image]]}, test image {image}: {activation:.2g}"
        for image, activation in zip(best.images, best.activations, strict=True)
    ]
    height, width = best.patches.shape[1:3]
    tiles(
        photo_tiles(best.patches),
        key="kernels-patches",
        caption=(
            f"The {len(best.patches)} patches of the first {len(split):,} test images that excite it most, "
            f"{'' if best.exact else 'about '}the {width}×{height} pixels it sees.{even_in_words(best.patches)} Click "
            "one to pin its image."
        ),
        ids=[int(image) for image in best.images],
        names=names,
        on_pick=lambda image: go(image=f"test-{image}"),
        smallest=40,
        largest=58,
        room=190,
        columns=3,
        saved=pinned.saved(f"{layer} filter {number} patches", image=False),
    )
    if not np.isfinite(facts.kernels).all():
        return []  # not dead but broken, as the page says
    return [int(one) for one in np.flatnonzero(~found.alive)]


# --- an image made to excite it ---------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _MadeImage:
    """An image made to excite a filter, (height, width, channels) uint8, and what is said of it."""

    image: NDArray[np.uint8]
    said: str


def _synthesised(pinned: Pinned) -> None:
    """Draw the offer, the work, or the image."""
    key = f"synthesis|{pinned.weights.key}|{pinned.layer}|{pinned.filter}"
    st.button(
        "Make an image that excites it",
        key="kernels-make",
        icon=":material/auto_awesome:",
        on_click=_begin_image,
        args=(pinned, key),
    )
    begun = known_job(key)
    made = show_job(begun, "The image", partial(_begin_image, pinned, key)) if begun else None
    if made is not None:
        _show_image(pinned, made)


@reported(way_back=None)
def _begin_image(pinned: Pinned, key: str) -> None:
    opened = model(pinned.weights)  # here, since a job has no session
    again(key, lambda report: _make_image(opened, pinned.layer or "", pinned.filter or 0, report))


def _make_image(opened: "keras.Model", layer: str, unit: int, report: Report) -> _MadeImage:
    """Make it; where it is stopped, what there is by then stays. In the job's thread."""
    rules, latest = explain.Regularisation(), None

    def on_progress(step: int, steps: int, image: NDArray[np.uint8]) -> None:
        nonlocal latest
        latest = _MadeImage(image, f"stopped after {step} of {steps} steps; regularised by {rules}")
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
    return _MadeImage(result.image, said)


def _show_image(pinned: Pinned, made: _MadeImage) -> None:
    caption = f"An image made to excite this filter (activation maximisation): {made.said}."
    name = pinned.saved(f"{pinned.layer} filter {pinned.filter} synthesised", image=False)
    tiles(
        photo_tiles(made.image[None]), key="kernels-synthesised", caption=caption, smallest=96, largest=192, saved=name
    )


# --- dead filters -----------------------------------------------------------------------------------------------


def known_dead(pinned: Pinned) -> list[int]:
    """Return the pinned layer's dead filters, as far as this session knows."""
    known: tuple[str, list[int]] = st.session_state.get(_DEAD, ("", []))
    return known[1] if known[0] == _dead_key(pinned) else []


def tell_dead(pinned: Pinned, dead: list[int]) -> None:
    """Remember the dead filters; the page is drawn again once where the wall did not know of them."""
    if dead != known_dead(pinned):
        st.session_state[_DEAD] = (_dead_key(pinned), dead)
        st.rerun()


def _dead_key(pinned: Pinned) -> str:
    return f"{pinned.weights.key}|{pinned.layer}"
