"""The network drawn from left to right: each block is what a layer makes of one image."""

import math
from dataclasses import asdict, dataclass

from cnnviz.spec import LAYER_KINDS, LayerRow, Shape
from cnnviz.ui.components.component import component
from cnnviz.ui.train.draft import Draft, Table
from cnnviz.ui.train.layer_list import short_number, shown_shape

__all__ = ["network", "network_blocks"]

_SHEETS = 8
# These leave the shape as it is: a sliver beside the block they work on says enough.
_SLIVERS = {kind.model_fields["kind"].default: kind.effect for kind in LAYER_KINDS if kind.effect}

_component = component(__file__)

_CAPTION = (
    "What each layer makes of one image, from left to right: the higher a block, the larger its feature maps; "
    "the more sheets, the more of them. Below it the size and the parameters."
)


@dataclass(frozen=True)
class _Block:
    """One block of the drawing.

    Attributes:
        kind: "input", a layer's kind, "output", or "missing" where the network cannot work on.
        side: its height as a share of the drawing's, 0 to 1.
        sheets: how many sheets lie behind each other, 1 to 8.
        size: the maps' height and width, or the number of values.
        channels: how many maps; empty after the image is gone.
        parameters: how many, in short; empty for none.
        title: everything, for the pointer.
    """

    kind: str
    side: float
    sheets: int = 1
    size: str = ""
    channels: str = ""
    parameters: str = ""
    title: str = ""


def network_blocks(draft: Draft, table: Table) -> tuple[_Block, ...]:
    """Return the blocks of a draft's network, a placeholder last where it does not work.

    Args:
        draft: whose images go in.
        table: its table.
    """
    largest = max(draft.shape[:2])
    start = _block("input", draft.shape, largest, "", f"one image, {shown_shape(draft.shape)}")
    blocks = [start, *(_layer(row, largest) for row in table.rows)]
    if table.problem:
        blocks.append(_Block("missing", 0.3, title=table.problem))
    return tuple(blocks)


def _layer(row: LayerRow, largest: int) -> _Block:
    title = (
        f"{row.name}: {shown_shape(row.output_shape)}, {row.parameters:,} parameters, "
        f"{row.multiply_adds:,} multiply-adds"
    )
    if row.kind in _SLIVERS:
        return _Block(row.kind, _side(row.output_shape, largest), title=f"{title} ({_SLIVERS[row.kind]} the values)")
    return _block(row.kind, row.output_shape, largest, short_number(row.parameters) if row.parameters else "", title)


def _block(kind: str, shape: Shape, largest: int, parameters: str, title: str) -> _Block:
    side = _side(shape, largest)
    if len(shape) == 1:
        return _Block(kind, side, 1, f"{shape[0]:,}", "", parameters, title)
    height, width, channels = shape
    sheets = channels if kind == "input" else min(_SHEETS, max(1, round(math.log2(channels + 1))))
    return _Block(kind, side, sheets, f"{height}×{width}", f"×{channels}", parameters, title)


def _side(shape: Shape, largest: int) -> float:
    """How high a block is: by the maps' height, gently, so that 2×2 is seen; a row of numbers by its logarithm."""
    if len(shape) == 1:
        return min(1.0, 0.18 + 0.063 * math.log2(max(shape[0], 1)))
    return max(0.1, math.sqrt(max(shape[:2]) / largest))


def network(draft: Draft, table: Table, *, height: int = 150, key: str = "train-network") -> None:
    """Draw a draft's network; under the same key its blocks grow and shrink with every edit.

    Args:
        draft: whose network.
        table: its table.
        height: of the highest block in pixels.
        key: unique on the page.
    """
    blocks = network_blocks(draft, table)
    told = ", ".join(f"{block.kind.replace('_', ' ')} {block.size}{block.channels}" for block in blocks)
    _component(
        key=key,
        data={
            "blocks": [asdict(block) for block in blocks],
            "height": height,
            "caption": _CAPTION,
            "alt": f"The network from input to output: {told}.",
        },
    )
