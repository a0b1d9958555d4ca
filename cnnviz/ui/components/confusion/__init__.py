"""The confusion matrix to click: a cell is chosen, and the slider goes through a run's snapshots in the browser."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from cnnviz.figures.packing import packed, ramp
from cnnviz.figures.saving import Saving, saving_data
from cnnviz.figures.tiles import color_table
from cnnviz.ui.components.component import component, when_told

__all__ = ["confusion_matrix"]

Cell = tuple[int, int]

_component = component(__file__)


def confusion_matrix(
    counts: NDArray[np.int64],
    class_names: Sequence[str],
    moments: Sequence[str],
    *,
    key: str,
    caption: str,
    at: int,
    chosen: Cell | None = None,
    mistakes_only: bool = False,
    room: int = 470,
    saved: Saving | None = None,
    on_pick: Callable[[Cell], None],
    on_move: Callable[[int], None],
) -> None:
    """Draw a confusion matrix and, with more than one moment, a slider over them.

    Args:
        counts: (moments, classes, classes) int, rows are true classes.
        class_names: by label.
        moments: what each is called, such as "after epoch 3".
        key: unique on the page.
        caption: one sentence.
        at: the moment that is shown.
        chosen: the (true, predicted) cell with a frame.
        mistakes_only: whether the colours are those of the mistakes, the largest one brightest.
        room: pixels of height to fill at least; more on a high screen.
        saved: what the figure is called when it is saved; None where it cannot be.
        on_pick: called with the cell that was clicked, before the page runs again.
        on_move: called with the moment at which the slider came to rest, before the page runs again.
    """

    def is_cell(told: object) -> bool:
        pair = told if isinstance(told, list) and len(told) == 2 else (-1, -1)
        return all(isinstance(place, int) and 0 <= place < len(class_names) for place in pair)

    wide = int(counts.max(initial=0)) > np.iinfo(np.uint16).max
    _component(
        key=key,
        data={
            "counts": packed(counts, "<u4" if wide else "<u2"),
            "wide": wide,
            "classes": len(class_names),
            "names": list(class_names),
            "moments": list(moments),
            "at": at,
            "chosen": None if chosen is None else list(chosen),
            "mistakes": mistakes_only,
            "room": room,
            "table": packed(color_table("sequential")),
            "ramp": ramp("sequential"),
            "caption": caption,
            "saved": saving_data(saved),
        },
        on_picked_change=when_told(key, "picked", lambda cell: on_pick(tuple(cell)), is_cell),
        on_moved_change=when_told(key, "moved", on_move, lambda at: isinstance(at, int) and 0 <= at < len(moments)),
    )
