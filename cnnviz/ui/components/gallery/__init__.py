"""Thumbnails in rows, one row a class: one sheet for the browser, pixels kept, one of them may be picked."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.figures.packing import packed_sheet
from cnnviz.figures.pictures import shrunk
from cnnviz.ui.components.component import component, nothing_more

__all__ = ["GalleryRow", "gallery"]

_SHEET_COLUMNS = 16

_component = component(__file__)


@dataclass(frozen=True)
class GalleryRow:
    """One row of a gallery.

    Attributes:
        images: positions of its images in what the gallery is given.
        label: what stands before it, shown as text; empty for nothing.
        note: a second, quieter line.
    """

    images: Sequence[int]
    label: str = ""
    note: str = ""


def gallery(
    images: NDArray[np.uint8],
    rows: Sequence[GalleryRow],
    *,
    key: str,
    alt: str,
    side: int = 64,
    lines: int | None = 1,
    names: Sequence[str] | None = None,
    pickable: bool = False,
) -> int | None:
    """Draw images sharp, each enlarged by the same whole number.

    Args:
        images: uint8 (n, height, width, 1 or 3), those of all rows.
        rows: which images stand where.
        key: unique on the page.
        alt: what the gallery shows, for those who do not see it.
        side: about how large a thumbnail is, in pixels.
        lines: how many lines a row may fill; what does not fit is left out. None for as many as it needs.
        names: a name an image, told to those who do not see it and shown on hover.
        pickable: whether a click (or Enter) picks an image, and the arrow keys move.

    Returns:
        The position of the image that was picked last, or None.
    """
    small = shrunk(images, side)
    height, width = small.shape[1:3]
    zoom = max(1, round(side / max(height, width)))
    result = _component(
        key=key,
        data={
            "sheet": packed_sheet(small, _SHEET_COLUMNS),
            "columns": min(_SHEET_COLUMNS, len(small)),
            "count": len(small),
            "height": height * zoom,
            "width": width * zoom,
            "rows": [{"label": row.label, "note": row.note, "images": list(map(int, row.images))} for row in rows],
            "names": list(names) if names is not None else [],
            "alt": alt,
            "lines": lines,
            "pickable": pickable,
        },
        on_picked_change=nothing_more,
    )
    picked = result.get("picked")
    return picked if isinstance(picked, int) and 0 <= picked < len(images) else None
