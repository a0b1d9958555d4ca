"""Pictures side by side on a canvas: sharp, as large as fits, one of them chosen by a click or the arrow keys."""

from collections.abc import Callable, Sequence

from cnnviz.figures.packing import packed_tiles
from cnnviz.figures.saving import Saving, saving_data
from cnnviz.figures.tiles import Tiles
from cnnviz.ui.components.component import component, when_told

__all__ = ["tiles"]

_component = component(__file__)


def tiles(
    pictures: Tiles,
    *,
    key: str,
    caption: str,
    ids: Sequence[int] | None = None,
    names: Sequence[str] | None = None,
    labels: Sequence[str] | None = None,
    dead: Sequence[int] = (),
    chosen: int | None = None,
    on_pick: Callable[[int], None] | None = None,
    smallest: int = 48,
    largest: int = 120,
    room: int | None = None,
    columns: int | None = None,
    saved: Saving | None = None,
) -> None:
    """Draw pictures of equal size with their scale and a sentence on how to read them.

    Args:
        pictures: what to draw.
        key: unique on the page.
        caption: one sentence.
        ids: what each is called, such as filter numbers; positions where None.
        names: what is told of each when it is hovered or chosen.
        labels: a word under each; None for none.
        dead: ids that get a stroke through them.
        chosen: the id with a frame.
        on_pick: called with the id that was clicked, before the page runs again; None where nothing can be picked.
        smallest: of a picture's longer side, in pixels, where the room is too small.
        largest: of a picture's longer side, in pixels, where there is more room.
        room: pixels of height to fill at most, if all fit with the smallest size.
        columns: pictures in a row at most; None as they fit best.
        saved: what the figure is called when it is saved; None where it cannot be.
    """
    numbers = list(ids) if ids is not None else list(range(len(pictures)))
    _component(
        key=key,
        data={
            **packed_tiles(pictures),
            "ids": [int(number) for number in numbers],
            "names": list(names or []),
            "labels": list(labels or []),
            "dead": [int(number) for number in dead],
            "chosen": chosen,
            "pickable": on_pick is not None,
            "smallest": smallest,
            "largest": largest,
            "room": room,
            "columns": columns,
            "caption": caption,
            "saved": saving_data(saved),
        },
        on_picked_change=when_told(key, "picked", on_pick, lambda told: isinstance(told, int) and told in numbers),
    )
