"""A network from left to right: a column of pictures for each layer, on one canvas that scrolls sideways."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from cnnviz.figures.network_maps import Blank, Column
from cnnviz.figures.packing import packed_tiles
from cnnviz.figures.saving import Saving, saving_data
from cnnviz.figures.tiles import Tiles
from cnnviz.ui.components.component import component, when_told

__all__ = ["strip"]

_component = component(__file__)


def strip(
    columns: Sequence[Column],
    *,
    key: str,
    caption: str,
    rows: int,
    size: int,
    chosen: tuple[str, int] | None = None,
    on_pick: Callable[[str, int], None] | None = None,
    saved: Saving | None = None,
) -> None:
    """Draw a network's layers from left to right.

    Args:
        columns: the layers, in order.
        key: unique on the page.
        caption: one sentence.
        rows: maps below each other in a column.
        size: of a map's longer side in pixels, about: maps are enlarged by whole numbers.
        chosen: the layer and number with a frame.
        on_pick: called with the layer and number that was clicked, before the page runs again.
        saved: what the figure is called when it is saved; None where it cannot be.
    """

    def is_place(told: object) -> bool:
        pair = told if isinstance(told, list) and len(told) == 2 else ("", -1)
        return any(column.name == pair[0] and pair[1] in column.ids for column in columns)

    _component(
        key=key,
        data={
            "columns": [
                {
                    **_packed(column.pictures),
                    "name": column.name,
                    "shape": column.shape,
                    "ids": [int(number) for number in column.ids],
                    "words": list(column.words),
                    "note": column.note,
                }
                for column in columns
            ],
            "rows": rows,
            "size": size,
            "chosen": list(chosen) if chosen else None,
            "pickable": on_pick is not None,
            "caption": caption,
            "saved": saving_data(saved),
        },
        on_picked_change=when_told(key, "picked", on_pick and (lambda place: on_pick(*place)), is_place),
    )


def _packed(pictures: Tiles | Blank) -> dict[str, Any]:
    if isinstance(pictures, Blank):
        return {**asdict(pictures), "pixels": "", "table": "", "channels": 1, "low": "", "high": "", "ramp": []}
    return packed_tiles(pictures)
