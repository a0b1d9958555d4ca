"""The network of a run that is being set up, as blocks."""

import pytest

from cnnviz.data import list_datasets
from cnnviz.figures.network_blocks import Block, network_blocks, short_number
from cnnviz.training.draft import Draft

KNOWN = {info.name: info for info in list_datasets()}


def blocks_of(draft: Draft) -> tuple[Block, ...]:
    table = draft.table()
    return network_blocks(draft.shape, table.rows, table.problem)


@pytest.mark.parametrize(
    ("number", "short"),
    [
        (0, "0"),
        (896, "896"),
        (9_248, "9.2 k"),
        (9_990, "10 k"),
        (147_520, "148 k"),
        (999_999, "1.0 M"),
        (4_040_704, "4.0 M"),
    ],
)
def test_counts_are_shortened(number: int, short: str) -> None:
    assert short_number(number) == short


def test_the_drawing_has_a_block_for_every_step_and_a_gap_where_it_breaks() -> None:
    draft = Draft.from_preset("two-conv", KNOWN["cifar10-sample"])
    blocks = blocks_of(draft)
    assert [block.kind for block in blocks] == [
        "input",
        "convolution",
        "pooling",
        "convolution",
        "pooling",
        "flatten",
        "dense",
        "output",
    ]
    assert (blocks[1].size, blocks[1].channels, blocks[1].parameters) == ("30×30", "×32", "896")
    assert all(0 < block.side <= 1 and 1 <= block.sheets <= 8 for block in blocks)
    broken = Draft.from_preset("two-conv", KNOWN["digits"])
    assert blocks_of(broken)[-1].kind == "missing"
