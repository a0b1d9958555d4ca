"""The kernel that was clicked: its numbers, its map, what excites it, how it came to be."""

from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz import explain
from cnnviz.figures.mosaic import in_digits
from cnnviz.figures.tiles import answers_in_words, map_tiles, photo_tiles, span
from cnnviz.ui.address import go
from cnnviz.ui.bar import Pinned
from cnnviz.ui.components.numbers import numbers
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.kernels.facts import KernelFacts, signed
from cnnviz.ui.kernels.numbers import kernel_tables
from cnnviz.ui.kernels.synthesised import synthesised
from cnnviz.ui.messages import plain, reported
from cnnviz.ui.network import keep_place, wait_for_keras
from cnnviz.ui.network.activations import MOST_IMAGES, feature_maps, peaks, searched
from cnnviz.ui.network.images import without_images
from cnnviz.ui.network.models import model
from cnnviz.ui.network.saved import saved

__all__ = ["inspector"]

_PATCHES = 9
_NUMBERS_FIRST = 5  # weights in a row; those of larger kernels are many, and stand below the pictures
_EVEN = 12  # grey levels between the pixels of a patch that looks blank
_PLACE = 240  # pixels of height of a picture with its caption


def inspector(pinned: Pinned, facts: KernelFacts) -> list[int]:
    """Draw what is known of the pinned filter.

    Returns:
        The layer's dead filters; none while nobody has looked.
    """
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
        _headline(facts, number, dead, at_start=learned and pinned.weights.number == 0)
    if ready:
        synthesised(pinned)
    if wide:
        _numbers(pinned, facts, number)
    return dead


def _headline(facts: KernelFacts, number: int, dead: list[int], *, at_start: bool) -> None:
    rank = facts.order("norm").index(number) + 1
    said = [f"norm {signed(facts.norms[number])}, {_place(rank)} of {len(facts.norms)}"]
    if facts.unlearned:
        said.append("not learned")
    elif facts.changes is not None and not at_start:
        said.append(f"moved by {signed(facts.changes[number])} since the start")
    said.append(f"bias {signed(facts.bias[number])}")
    st.markdown(f"**Filter {number}** of {plain(facts.layer)}" + (" is dead" if number in dead else ""))
    why = f" None of the first {MOST_IMAGES:,} test images gives an activation above zero, so it cannot learn."
    st.caption(", ".join(said) + "." + (why if number in dead else ""))


def _place(rank: int) -> str:
    """`strongest`, `2nd strongest`."""
    if rank == 1:
        return "strongest"
    ending = {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th") if rank % 100 not in (11, 12, 13) else "th"
    return f"{rank}{ending} strongest"


def _numbers(pinned: Pinned, facts: KernelFacts, number: int) -> None:
    tables, channels = kernel_tables(facts.kernels[..., number], facts.limit), facts.kernels.shape[2]
    which = f", its {len(tables)} strongest input channels of {channels}" if len(tables) < channels else ""
    numbers(
        tables,
        key="kernels-numbers",
        caption=f"Its weights{which}: blue is negative, red positive, full colour ±{in_digits(facts.limit)}.",
        saved=saved(pinned, f"{facts.layer} filter {number} weights", image=False),
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
        saved=saved(pinned, f"{pinned.layer} filter {number} map"),
    )


def _even(patches: NDArray[Any]) -> str:
    """Say so where most patches hardly vary: they look blank and are not."""
    spread = np.ptp(patches.astype(np.int64), axis=(1, 2)).max(axis=1, initial=0)  # (patches,) over pixels, by channel
    if not len(spread) or np.median(spread) > _EVEN:
        return ""
    return " They look blank because it answers most to an even colour, which so few pixels can be all of."


def _patches(pinned: Pinned, facts: KernelFacts, number: int) -> list[int]:
    layer = pinned.layer or ""
    if without_images(pinned.run):
        st.caption("What excites it most is searched for in test images; this network came without a data set.")
        return []
    found = peaks(pinned.weights, layer)
    split = searched(pinned.run)
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
            f"{'' if best.exact else 'about '}the {width}×{height} pixels it sees.{_even(best.patches)} Click one to "
            "pin its image."
        ),
        ids=[int(image) for image in best.images],
        names=names,
        on_pick=lambda image: go(image=f"test-{image}"),
        smallest=40,
        largest=58,
        room=190,
        columns=3,
        saved=saved(pinned, f"{layer} filter {number} patches", image=False),
    )
    if not np.isfinite(facts.kernels).all():
        return []  # not dead but broken, as the page says
    return [int(one) for one in np.flatnonzero(~found.alive)]
