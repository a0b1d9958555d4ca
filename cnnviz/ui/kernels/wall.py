"""The kernels of a layer as one picture that reads from the back row, and the history of the one that is chosen."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz.figures.mosaic import in_digits
from cnnviz.figures.tiles import Tiles, colour_tiles, signed_tiles
from cnnviz.runs import Weights
from cnnviz.runs.words import snapshot_labels
from cnnviz.ui.address import go, read
from cnnviz.ui.bar import Pinned
from cnnviz.ui.choosers import dropdown, segments
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.kernels.facts import ORDERS, KernelFacts, kernels_at
from cnnviz.ui.place import Place, choice, numbered, param

__all__ = ["controls", "history_strip", "wall"]

_COLOURS = ("red", "green", "blue")
_ROOM = 430  # pixels: what a projector of 720 lines leaves
_NAMED = 12  # dead filters that are named in the caption
_SMALLEST, _LARGEST = 48, 132
_MOST_MOMENTS = 16  # of the history
_SORTED = {"norm": "; the largest norm comes first", "change": "; what moved most since the start comes first"}


@dataclass(frozen=True)
class WallPlace(Place):
    """How the URL has the wall; a network on colours has other choices than one of its deeper layers.

    Attributes:
        colour: "colour", "red", "green" or "blue", for kernels with three input channels.
        depth: "mean", "one channel" or "this filter", for others.
        channel: the input channel of "one channel".
        each: whether each kernel has its own scale.
        sort: a key of ORDERS.
    """

    colour: str = param(choice("view", ("colour", *_COLOURS)), "colour", name="view", kept=True, lenient=True)
    depth: str = param(
        choice("inputs", ("mean", "one channel", "this filter")), "mean", name="inputs", kept=True, lenient=True
    )
    channel: int = param(numbered("channel"), 0, kept=True, lenient=True)
    each: bool = param(
        choice("scale", {False: "one scale", True: "each its own"}), False, name="scale", kept=True, lenient=True
    )
    sort: str = param(choice("order", tuple(ORDERS)), "by number", kept=True, lenient=True)


@dataclass(frozen=True)
class WallView:
    """How the wall is drawn.

    Attributes:
        which: "colour", "red", "green", "blue", "mean", "one channel" or "this filter".
        channel: the input channel that is drawn; None for all or their mean.
        each: whether each kernel has its own scale.
        sort: "number", "norm", "similarity" or "change".
    """

    which: str
    channel: int | None
    each: bool
    sort: str


def controls(facts: KernelFacts) -> WallView:
    """Draw the choices of how the wall looks; they are in the URL."""
    place, channels = read(WallPlace), facts.kernels.shape[2]
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="kernels-controls"):
        which = _which(place, channels)
        channel = _channel(place, which, channels)
        scale = "One scale for the layer, or one for each kernel"
        segments(scale, "each", place.each, {False: "one scale", True: "each its own"})
        orders = [name for name, rule in ORDERS.items() if not (facts.unlearned and rule == "change")]
        sort = place.sort if place.sort in orders else orders[0]  # left over from a layer that learned
        dropdown("Order", "sort", sort, orders, width=190)
    return WallView(which, channel, place.each, ORDERS[sort])


def wall(pinned: Pinned, facts: KernelFacts, view: WallView, dead: list[int]) -> None:
    """Draw all kernels of the pinned layer; a click or the arrow keys choose one.

    Args:
        pinned: what is looked at.
        facts: of the pinned layer.
        view: from `controls`.
        dead: filters that nothing excites, as far as known.
    """
    filter_ = pinned.filter or 0
    if view.which == "this filter":
        _inputs(pinned, facts, view.each)
        return
    order, labels = facts.order(view.sort), facts.labels(view.sort)
    pictures = _pictures(facts, order, view)
    tiles(
        pictures,
        key="kernels-wall",
        caption=_caption(facts, view) + _dead_in_words(dead),
        ids=order,
        names=[_name(number, view.sort, labels[number], number in dead) for number in order],
        labels=_under(pictures, [labels[number] for number in order], view),
        dead=dead,
        chosen=filter_,
        on_pick=lambda number: go(filter=number),
        smallest=_SMALLEST,
        largest=_LARGEST,
        room=_ROOM,
        saved=pinned.saved(f"{facts.layer} kernels {view.which}", image=False),
    )


def _name(number: int, sort: str, label: str, dead: bool) -> str:
    told = {"norm": f", norm {label}", "change": f", moved by {label}"}.get(sort, "")
    return f"filter {number}{told}" + (" (dead)" if dead else "")


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


def _pictures(facts: KernelFacts, order: list[int], view: WallView) -> Tiles:
    if view.which == "colour":
        return colour_tiles(facts.kernels[..., order], each=view.each)
    flat = facts.kernels.mean(axis=2) if view.channel is None else facts.kernels[:, :, view.channel]
    # One scale for the layer means the same for every channel, so that a weak channel looks weak.
    limit = None if view.each or view.channel is None else facts.limit
    return signed_tiles(flat[..., order], each=view.each, limit=limit)


def _under(pictures: Tiles, labels: list[str], view: WallView) -> list[str]:
    """What stands under each: its own scale where it has one, else the value it is sorted by, else nothing."""
    if view.each:
        return _scales(pictures)
    return labels if view.sort in ("norm", "change") else []


def _scales(pictures: Tiles) -> list[str]:
    return [f"±{in_digits(float(high))}" for high in pictures.highs]


def _caption(facts: KernelFacts, view: WallView) -> str:
    channels = facts.kernels.shape[2]
    what = f"Each tile is one {facts.size} kernel of {facts.layer}, "
    if view.which == "colour":
        what += "its three input channels drawn as red, green and blue; grey is zero, dark negative, bright positive"
    else:
        seen = {
            "mean": f"the mean over its {channels} input channels",
            "one channel": f"its weights for input channel {view.channel}",
        }
        what += "its weights for the grey image" if channels == 1 else seen.get(view.which, f"its {view.which} weights")
        what += "; white is zero, blue negative, red positive"
    number = {"norm": "; the number is its norm", "change": "; the number is how far it moved since the start"}
    own = ", each on its own scale, given below it" + _SORTED.get(view.sort, "")
    return what + (own if view.each else number.get(view.sort, "")) + f". {facts.unlearned}".rstrip()


def _dead_in_words(dead: list[int]) -> str:
    if not dead:
        return ""
    names = ", ".join(map(str, dead[:_NAMED])) + (" and others" if len(dead) > _NAMED else "")
    return f" Struck through {'are the dead filters' if len(dead) > 1 else 'is the dead filter'} {names}."


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
        labels=_scales(pictures) if each else [str(channel) for channel in range(channels)],
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
        st.caption(
            "They have no history: they are the same in every snapshot. Choose a deeper layer to see some learn."
        )
        return
    labels = snapshot_labels(pinned.run)
    moments = _spread(list(labels), pinned.weights.number)
    kernels = np.stack([kernels_at(Weights(pinned.run, moment), layer)[..., number] for moment in moments], axis=-1)
    coloured = kernels.shape[2] == 3
    mean = "the mean of its input channels, " if kernels.shape[2] not in (1, 3) else ""
    pictures = colour_tiles(kernels) if coloured else signed_tiles(kernels.mean(axis=2))
    tiles(
        pictures,
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
