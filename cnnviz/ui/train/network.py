"""The network drawn from left to right: each block is what a layer makes of one image."""

from collections.abc import Collection, Sequence
from dataclasses import asdict

from cnnviz.figures.network_blocks import network_blocks
from cnnviz.spec import LayerRow, Shape
from cnnviz.ui.components.component import component

__all__ = ["network"]

_component = component(__file__)

_CAPTION = (
    "What each layer makes of one image, from left to right: the higher a block, the larger its feature maps; "
    "the more sheets, the more of them. Below it the size and the parameters."
)
_FROZEN = " Grey blocks are frozen: they stay as they were trained before."


def network(shape: Shape, rows: Sequence[LayerRow], frozen: Collection[str], *, height: int, problem: str = "") -> None:
    """Draw a network; its blocks grow and shrink with every edit.

    Args:
        shape: (height, width, channels) of its images.
        rows: the layers that work, from the first to the output.
        frozen: the names of those that do not learn.
        height: pixels of the highest block.
        problem: why it does not work any further; empty where it does.
    """
    blocks = network_blocks(shape, rows, problem, frozen)
    told = ", ".join(f"{block.kind.replace('_', ' ')} {block.size}{block.channels}" for block in blocks)
    _component(
        key="train-network",
        data={
            "blocks": [asdict(block) for block in blocks],
            "height": height,
            "caption": _CAPTION + (_FROZEN if frozen else ""),
            "alt": f"The network from input to output: {told}.",
        },
    )
