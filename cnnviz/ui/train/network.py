"""The network drawn from left to right: each block is what a layer makes of one image."""

from dataclasses import asdict

from cnnviz.figures.network_blocks import network_blocks
from cnnviz.training.draft import Draft, Table
from cnnviz.ui.components.component import component

__all__ = ["network"]

_component = component(__file__)

_CAPTION = (
    "What each layer makes of one image, from left to right: the higher a block, the larger its feature maps; "
    "the more sheets, the more of them. Below it the size and the parameters."
)
_FROZEN = " Grey blocks are frozen: they stay as they were trained before."


def network(draft: Draft, table: Table, *, height: int) -> None:
    """Draw a draft's network, its highest block so many pixels high; its blocks grow and shrink with every edit."""
    frozen = draft.frozen
    blocks = network_blocks(draft.shape, table.rows, table.problem, frozen)
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
