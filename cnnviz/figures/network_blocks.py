"""A network as blocks in a row: each is what a layer makes of one image."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from cnnviz.spec import LAYER_KINDS, LayerRow, Shape

__all__ = ["Block", "network_blocks", "short_number", "shown_shape"]

_SHEETS = 8
_MOST = 28  # blocks that are told apart on a projector
# These leave the shape as it is: a sliver beside the block they work on says enough.
_SLIVERS = {kind.model_fields["kind"].default: kind.effect for kind in LAYER_KINDS if kind.effect}


@dataclass(frozen=True)
class Block:
    """One block of the drawing.

    Attributes:
        kind: "input", a layer's kind, "output", or "missing" where the network cannot work on.
        side: its height as a share of the drawing's, 0 to 1.
        sheets: how many sheets lie behind each other, 1 to 8.
        size: the maps' height and width, or the number of values.
        channels: how many maps; empty after the image is gone.
        parameters: how many, in short; empty for none.
        title: everything, for the pointer.
        frozen: whether it does not learn, as trained before.
    """

    kind: str
    side: float
    sheets: int = 1
    size: str = ""
    channels: str = ""
    parameters: str = ""
    title: str = ""
    frozen: bool = False


def network_blocks(
    shape: Shape, rows: Sequence[LayerRow], problem: str = "", frozen: Collection[str] = ()
) -> tuple[Block, ...]:
    """Return the blocks of a network; of one with more layers than fit, one for those whose maps are of one size.

    Args:
        shape: (height, width, channels) of its images.
        rows: the layers that work, from the first to the output.
        problem: why it does not work any further, which a placeholder says; empty where it does.
        frozen: the names of layers that do not learn.
    """
    largest = max(shape[:2])
    missing = [Block("missing", 0.3, title=problem)] if problem else []
    start = _block("input", shape, largest, "", f"one image, {shown_shape(shape)}")
    shown = _stages(rows, frozen) if len(rows) > _MOST else [(row, row.name in frozen) for row in rows]
    return (start, *(replace(_layer(row, largest), frozen=still) for row, still in shown), *missing)


def _stages(rows: Sequence[LayerRow], frozen: Collection[str]) -> list[tuple[LayerRow, bool]]:
    """Join the layers that follow each other with maps of one size, and are frozen all or not, to one row each."""

    def stage(row: LayerRow) -> tuple[object, ...]:
        maps = len(row.output_shape) == 3 and row.output_shape[0] > 1
        return (row.output_shape[:2], row.name in frozen) if maps else (row.name,)

    found = []
    for _, group in groupby(rows, stage):
        same = list(group)
        widest = max(same, key=lambda row: row.output_shape[-1])
        parameters, products = sum(row.parameters for row in same), sum(row.multiply_adds for row in same)
        kind = widest.kind if len(same) == 1 else "convolution"
        name = widest.name if len(same) == 1 else f"{same[0].name} to {same[-1].name}"
        joined = replace(widest, name=name, kind=kind, parameters=parameters, multiply_adds=products)
        found.append((joined, same[0].name in frozen))
    return found


def _layer(row: LayerRow, largest: int) -> Block:
    title = (
        f"{row.name}: {shown_shape(row.output_shape)}, {row.parameters:,} parameters, "
        f"{row.multiply_adds:,} multiply-adds"
    )
    if row.kind in _SLIVERS:
        return Block(row.kind, _side(row.output_shape, largest), title=f"{title} ({_SLIVERS[row.kind]} the values)")
    return _block(row.kind, row.output_shape, largest, short_number(row.parameters) if row.parameters else "", title)


def _block(kind: str, shape: Shape, largest: int, parameters: str, title: str) -> Block:
    side = _side(shape, largest)
    if len(shape) == 1:
        return Block(kind, side, 1, f"{shape[0]:,}", "", parameters, title)
    height, width, channels = shape
    sheets = channels if kind == "input" else min(_SHEETS, max(1, round(math.log2(channels + 1))))
    return Block(kind, side, sheets, f"{height}×{width}", f"×{channels}", parameters, title)


def _side(shape: Shape, largest: int) -> float:
    """How high a block is: by the maps' height, gently, so that 2×2 is seen; a row of numbers by its logarithm."""
    if len(shape) == 1:
        return min(1.0, 0.18 + 0.063 * math.log2(max(shape[0], 1)))
    return max(0.1, math.sqrt(max(shape[:2]) / largest))


def short_number(number: int) -> str:
    """Return a count in at most four letters, such as 896, 9.2 k, 1.6 M."""
    for size, unit in ((10**9, " G"), (10**6, " M"), (10**3, " k")):
        if number >= 0.9995 * size:  # 999,999 is 1.0 M and not 1000 k
            share = number / size
            return f"{share:.1f}{unit}" if share < 9.95 else f"{share:.0f}{unit}"
    return str(number)


def shown_shape(shape: Shape) -> str:
    """Return a shape as people write it, such as 30×30×32 or 2,304."""
    return "×".join(f"{size:,}" for size in shape)
