"""The kernels of a layer: their numbers and their order, how a wall of them is drawn, and how it is read."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cnnviz.explain.filters import filter_changes, filter_norms, similarity_order
from cnnviz.figures.mosaic import in_digits
from cnnviz.figures.tiles import Tiles, colour_tiles, signed_tiles

__all__ = [
    "KernelFacts",
    "WallView",
    "even_in_words",
    "filter_names",
    "kernel_facts",
    "kernel_pictures",
    "scales_in_words",
    "wall_caption",
    "wall_labels",
    "wall_pictures",
]

Kernels = NDArray[np.floating[Any]]

_UNLEARNED = {
    "whitened": "These kernels are not learned: they are the directions in which patches of the training images vary "
    "and the same negated (whitening), worked out before training and left so.",
    "frozen": "These kernels are not learned: training left them as they began, which this layer's settings ask for.",
    "taken over": "These kernels are not learned: they are frozen, as the network has them that this run begins with.",
}
_NAMED = 12  # dead filters that are named in the caption
_EVEN = 12  # grey levels between the pixels of a patch that looks blank


@dataclass(frozen=True, eq=False)
class KernelFacts:
    """A convolution layer's kernels at one moment.

    Attributes:
        layer: its name.
        kernels: (kernel height, kernel width, channels in, filters).
        bias: (filters,); None without one.
        norms: (filters,) Euclidean norm of each kernel.
        changes: (filters,) how far each has moved since the start; None where that is not known.
        unlearned: what they are where they did not learn, a sentence; else empty.
    """

    layer: str
    kernels: Kernels
    bias: NDArray[np.floating[Any]] | None
    norms: NDArray[np.float64]
    changes: NDArray[np.float64] | None
    unlearned: str = ""

    @property
    def size(self) -> str:
        """`3×3`."""
        return "×".join(map(str, self.kernels.shape[:2]))

    @property
    def limit(self) -> float:
        """The largest weight without its sign: full colour for the layer. 1 where all are zero, or none is finite."""
        finite = self.kernels[np.isfinite(self.kernels)]
        return float(np.abs(finite).max(initial=0)) or 1.0

    def order(self, rule: str) -> list[int]:
        """Return the filters' numbers in the order of "number", "norm", "similarity" or "change"."""
        if rule == "norm":
            found = np.argsort(-self.norms, kind="stable")
        elif rule == "change" and self.changes is not None:
            found = np.argsort(-self.changes, kind="stable")
        elif rule == "similarity":
            found = similarity_order(self.kernels)
        else:
            found = np.arange(len(self.norms))
        return [int(number) for number in found]

    def labels(self, rule: str) -> list[str]:
        """Return what stands under each kernel, by filter number: what it is sorted by."""
        if rule == "norm":
            return [_signed(norm) for norm in self.norms]
        if rule == "change" and self.changes is not None:
            return [_signed(change) for change in self.changes]
        return [str(number) for number in range(len(self.norms))]

    def in_words(self, number: int, *, moved: bool = True) -> str:
        """Say how strong a filter is, how far it moved, and its bias.

        Args:
            number: the filter's.
            moved: whether to say how far; at the start there is nothing to say.
        """
        rank = self.order("norm").index(number) + 1
        said = [f"norm {_signed(self.norms[number])}, {_place(rank)} of {len(self.norms)}"]
        if self.unlearned:
            said.append("not learned")
        elif self.changes is not None and moved:
            said.append(f"moved by {_signed(self.changes[number])} since the start")
        said.append("no bias" if self.bias is None else f"bias {_signed(self.bias[number])}")
        return ", ".join(said) + "."


def kernel_facts(
    layer: str,
    kernels: Kernels,
    bias: NDArray[np.floating[Any]] | None = None,
    first: Kernels | None = None,
    unlearned: Literal["whitened", "frozen", "taken over"] | None = None,
) -> KernelFacts:
    """Gather the numbers of a layer's kernels.

    Args:
        layer: its name.
        kernels: (kernel height, kernel width, channels in, filters).
        bias: (filters,); None for none.
        first: the kernels before training; None where nobody kept them.
        unlearned: as `RunSpec.unlearned` says.
    """
    changes = None if first is None else filter_changes(kernels, first)
    said = _UNLEARNED.get(unlearned or "", "")
    return KernelFacts(layer, kernels, bias, filter_norms(kernels), changes, said)


def _signed(value: float) -> str:
    """A number in two significant digits, with a real minus: `−0.012`."""
    if not math.isfinite(value):
        return "not finite"
    return ("−" if value < 0 else "") + in_digits(abs(float(value))) if value else "0"


def _place(rank: int) -> str:
    """`strongest`, `2nd strongest`."""
    if rank == 1:
        return "strongest"
    ending = {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th") if rank % 100 not in (11, 12, 13) else "th"
    return f"{rank}{ending} strongest"


# --- the wall -------------------------------------------------------------------------------------------------------


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


def kernel_pictures(kernels: Kernels, limit: float | None = None) -> Tiles:
    """Draw kernels over three channels in colour, others as the mean of their channels, on one scale.

    Args:
        kernels: (kernel height, kernel width, channels in, kernels).
        limit: the weight of full colour; None takes the largest one.
    """
    if kernels.shape[2] == 3:
        return colour_tiles(kernels, limit=limit)
    return signed_tiles(kernels.mean(axis=2), limit=limit)


def wall_pictures(facts: KernelFacts, view: WallView, order: Sequence[int]) -> Tiles:
    """Draw all kernels of a layer, in the order of their filters' numbers."""
    if view.which == "colour":
        return colour_tiles(facts.kernels[..., list(order)], each=view.each)
    flat = facts.kernels.mean(axis=2) if view.channel is None else facts.kernels[:, :, view.channel]
    # One scale for the layer means the same for every channel, so that a weak channel looks weak.
    limit = None if view.each or view.channel is None else facts.limit
    return signed_tiles(flat[..., list(order)], each=view.each, limit=limit)


def wall_labels(facts: KernelFacts, view: WallView, order: Sequence[int], pictures: Tiles) -> list[str]:
    """Return what stands under each: its own scale where it has one, else the value it is sorted by, else nothing."""
    if view.each:
        return scales_in_words(pictures)
    labels = facts.labels(view.sort)
    return [labels[number] for number in order] if view.sort in ("norm", "change") else []


def scales_in_words(pictures: Tiles) -> list[str]:
    """Return the end of each picture's scale, `±0.12`."""
    return [f"±{in_digits(float(high))}" for high in pictures.highs]


def filter_names(facts: KernelFacts, view: WallView, order: Sequence[int], dead: Sequence[int]) -> list[str]:
    """Return what is told of each filter under the pointer, in the order of their numbers."""
    labels, told = facts.labels(view.sort), {"norm": ", norm {}", "change": ", moved by {}"}.get(view.sort, "")
    return [f"filter {number}{told.format(labels[number])}{' (dead)' if number in dead else ''}" for number in order]


def wall_caption(facts: KernelFacts, view: WallView, dead: Sequence[int] = ()) -> str:
    """Say what the wall shows and how to read it.

    Args:
        facts: of the layer.
        view: how it is drawn.
        dead: filters that nothing excites, as far as known.
    """
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
    if view.each:
        largest = {"norm": "; the largest norm comes first", "change": "; what moved most since the start comes first"}
        what += f", each on its own scale, given below it{largest.get(view.sort, '')}"
    else:
        number = {"norm": "; the number is its norm", "change": "; the number is how far it moved since the start"}
        what += number.get(view.sort, "")
    return f"{what}. {facts.unlearned}".rstrip() + _dead_in_words(dead)


def _dead_in_words(dead: Sequence[int]) -> str:
    if not dead:
        return ""
    names = ", ".join(map(str, dead[:_NAMED])) + (" and others" if len(dead) > _NAMED else "")
    return f" Struck through {'are the dead filters' if len(dead) > 1 else 'is the dead filter'} {names}."


def even_in_words(patches: NDArray[Any]) -> str:
    """Say so where most patches hardly vary: they look blank and are not.

    Args:
        patches: (patches, height, width, channels).
    """
    spread = np.ptp(patches.astype(np.int64), axis=(1, 2)).max(axis=1, initial=0)  # (patches,) over pixels, by channel
    if not len(spread) or np.median(spread) > _EVEN:
        return ""
    return " They look blank because it answers most to an even colour, which so few pixels can be all of."
