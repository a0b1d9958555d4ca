"""The kernels of a layer as one picture that reads from the back row, and the history of the one that is chosen."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.errors import RunError
from cnnviz.figures.kernel_wall import (
    KernelFacts,
    WallView,
    filter_names,
    kernel_facts,
    kernel_pictures,
    scales_in_words,
    wall_caption,
    wall_labels,
    wall_pictures,
)
from cnnviz.figures.tiles import signed_tiles
from cnnviz.runs import Weights
from cnnviz.runs.words import snapshot_labels
from cnnviz.ui.address import go, read
from cnnviz.ui.bar import Pinned
from cnnviz.ui.choosers import dropdown, segments
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.network import arrays_of
from cnnviz.ui.place import Place, choice, numbered, param

__all__ = ["controls", "facts_of", "history_strip", "wall"]

_COLOURS = ("red", "green", "blue")
_ROOM = 430  # pixels: what a projector of 720 lines leaves
_SMALLEST, _LARGEST = 48, 132
_MOST_MOMENTS = 16  # of the history
_ORDERS = {  # what the page calls them, in the URL too
    "by number": "number",
    "strongest first": "norm",
    "alike together": "similarity",
    "most changed first": "change",
}


@dataclass(frozen=True)
class WallPlace(Place):
    """How the URL has the wall; a network on colours has other choices than one of its deeper layers.

    Attributes:
        colour: "colour", "red", "green" or "blue", for kernels with three input channels.
        depth: "mean", "one channel" or "this filter", for others.
        channel: the input channel of "one channel".
        each: whether each kernel has its own scale.
        sort: a key of _ORDERS.
    """

    colour: str = param(choice("view", ("colour", *_COLOURS)), "colour", name="view", kept=True, lenient=True)
    depth: str = param(
        choice("inputs", ("mean", "one channel", "this filter")), "mean", name="inputs", kept=True, lenient=True
    )
    channel: int = param(numbered("channel"), 0, kept=True, lenient=True)
    each: bool = param(
        choice("scale", {False: "one scale", True: "each its own"}), False, name="scale", kept=True, lenient=True
    )
    sort: str = param(choice("order", tuple(_ORDERS)), "by number", kept=True, lenient=True)


def facts_of(pinned: Pinned) -> KernelFacts:
    """Return the numbers of the pinned layer's kernels, read without Keras.

    Raises:
        RunError: the snapshot cannot be read.
    """
    weights, layer = pinned.weights, pinned.layer or ""
    kernels, first = _kernels_at(weights, layer), None
    with suppress(RunError):  # the first snapshot is gone
        first = _kernels_at(Weights(weights.run, 0), layer)
    unlearned = weights.run.spec.unlearned(layer)
    return kernel_facts(layer, kernels, arrays_of(weights).get(f"{layer}/bias"), first, unlearned)


def _kernels_at(weights: Weights, layer: str) -> NDArray[np.floating[Any]]:
    try:
        return arrays_of(weights)[f"{layer}/kernel"]
    except KeyError as error:
        run = weights.run
        if run.spec.model.foreign:
            raise RunError(f"the run {run.name} holds no kernels of {layer}; choose another layer") from error
        raise RunError(
            f"the snapshot {weights.number} of the run {run.name} holds no kernels of {layer}; "
            "choose another snapshot or train it again"
        ) from error


def controls(facts: KernelFacts) -> WallView:
    """Draw the choices of how the wall looks; they are in the URL."""
    place, channels = read(WallPlace), facts.kernels.shape[2]
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="kernels-controls"):
        which = _which(place, channels)
        channel = _channel(place, which, channels)
        scale = "One scale for the layer, or one for each kernel"
        segments(scale, "each", place.each, {False: "one scale", True: "each its own"})
        orders = [name for name, rule in _ORDERS.items() if not (facts.unlearned and rule == "change")]
        sort = place.sort if place.sort in orders else orders[0]  # left over from a layer that learned
        dropdown("Order", "sort", sort, orders, width=190)
    return WallView(which, channel, place.each, _ORDERS[sort])


def wall(pinned: Pinned, facts: KernelFacts, view: WallView, dead: list[int]) -> None:
    """Draw all kernels of the pinned layer, the dead ones struck through; a click or the arrow keys choose one."""
    if view.which == "this filter":
        _inputs(pinned, facts, view.each)
        return
    order = facts.order(view.sort)
    pictures = wall_pictures(facts, view, order)
    tiles(
        pictures,
        key="kernels-wall",
        caption=wall_caption(facts, view, dead),
        ids=order,
        names=filter_names(facts, view, order, dead),
        labels=wall_labels(facts, view, order, pictures),
        dead=dead,
        chosen=pinned.filter or 0,
        on_pick=lambda number: go(filter=number),
        smallest=_SMALLEST,
        largest=_LARGEST,
        room=_ROOM,
        saved=pinned.saved(f"{facts.layer} kernels {view.which}", image=False),
    )


def _which(place: WallPlace, channels: int) -> str:
    if channels == 1:
        return "one channel"
    if channels == 3:
        segments("Which input channel", "colour", place.colour, ("colour", *_COLOURS))
        return place.colour
    segments("Which input channels", "depth", place.depth, ("mean", "one channel", "this filter"))
    return place.depth


def _channel(place: WallPlace, view: str, channels: int) -> int | None:
    """Which input channel is drawn; None for all or their mean."""
    if view in _COLOURS:
        return _COLOURS.index(view)
    if view != "one channel":
        return None
    if channels == 1:
        return 0
    chosen = place.channel if place.channel < channels else 0  # left over from another layer
    dropdown("Input channel", "channel", chosen, {number: f"channel {number}" for number in range(channels)}, width=130)
    return chosen


def _inputs(pinned: Pinned, facts: KernelFacts, each: bool) -> None:
    """Draw one filter's kernel, an input channel a tile; a click shows that channel of all filters."""
    number = pinned.filter or 0
    kernel = facts.kernels[..., number]  # (kernel height, kernel width, channels in)
    channels = kernel.shape[2]
    pictures = signed_tiles(kernel, each=each, limit=facts.limit)
    scale = ", each on its own scale, given below it" if each else ""
    tiles(
        pictures,
        key="kernels-inputs",
        caption=(
            f"Filter {number} of {facts.layer} reads {channels} channels: each tile is its {facts.size} weights "
            f"for one of them; white is zero, blue negative, red positive{scale}. Click one to see that channel of all "
            "filters."
        ),
        names=[f"input channel {channel}" for channel in range(channels)],
        labels=scales_in_words(pictures) if each else [str(channel) for channel in range(channels)],
        on_pick=lambda channel: go(depth="one channel", channel=channel),
        smallest=_SMALLEST,
        largest=_LARGEST,
        room=_ROOM,
        saved=pinned.saved(f"{facts.layer} filter {number} channels", image=False),
    )


# --- history ----------------------------------------------------------------------------------------------------


def history_strip(pinned: Pinned, facts: KernelFacts) -> None:
    """Draw the pinned filter's kernel at the run's snapshots; a click pins the snapshot."""
    number, layer = pinned.filter or 0, pinned.layer or ""
    if pinned.run.spec.model.foreign:
        st.caption("This network came from elsewhere as it is, so there is no history of how its kernels were learned.")
        return
    if facts.unlearned:
        spec = pinned.run.spec
        learns = any(row.kind == "convolution" and spec.unlearned(row.name) is None for row in spec.model.rows)
        other = " Choose a deeper layer to see some learn." if learns else ""
        st.caption(f"They have no history: they are the same in every snapshot.{other}")
        return
    labels = snapshot_labels(pinned.run)
    moments = _spread(list(labels), pinned.weights.number)
    kernels = np.stack([_kernels_at(Weights(pinned.run, moment), layer)[..., number] for moment in moments], axis=-1)
    mean = "the mean of its input channels, " if kernels.shape[2] not in (1, 3) else ""
    tiles(
        kernel_pictures(kernels),
        key="kernels-history",
        caption=(
            f"Filter {number} as it learned, {mean}on one scale; "
            "steps are batches, e is an epoch. Click one to go to that moment."
        ),
        ids=moments,
        names=[labels[moment] for moment in moments],
        labels=[_short(labels[moment]) for moment in moments],
        chosen=pinned.weights.number,
        on_pick=lambda moment: go(snapshot=moment),
        smallest=24,
        largest=60,
        room=90,
        saved=pinned.saved(f"{layer} filter {number} history", image=False),
    )


def _spread(moments: list[int], chosen: int) -> list[int]:
    """At most as many moments as fit, the first, the last and the chosen one among them."""
    if len(moments) <= _MOST_MOMENTS:
        return moments
    places = np.linspace(0, len(moments) - 1, _MOST_MOMENTS).round().astype(int)
    return sorted({*(moments[place] for place in places), *([chosen] if chosen in moments else [])})


def _short(label: str) -> str:
    return label.replace("before training", "start").replace("after step ", "").replace("after epoch ", "e")
