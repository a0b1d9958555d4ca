"""Thousands of test images to scroll through, sharp: tiles exist only while they are seen, pictures come in sheets."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.evaluation.gallery import Format, Head
from cnnviz.figures.packing import packed
from cnnviz.ui.components.component import component, nothing_more, when_told
from cnnviz.ui.sheets import SHEET_COLUMNS

__all__ = ["GridImages", "Source", "image_grid"]

_component = component(__file__)


@dataclass(frozen=True)
class Source:
    """Where the pictures are.

    Attributes:
        address: from `cnnviz.ui.sheets.serve_images`.
        height, width: of a picture on a sheet, from `thumbnail_shape`.
    """

    address: str
    height: int
    width: int


@dataclass(frozen=True, eq=False)
class GridImages:
    """What the tiles of a grid show, in their order.

    Attributes:
        indices: (k,) numbers of the images in their source.
        labels, predicted: (k,) classes.
        confidence: (k,) of the predicted class.
        values: (k,) what stands behind the predicted class.
        format: how: "percent", "number", or "moment" for positions in `moments`, FORGOTTEN or never.
        moments: words for values that are moments.
        verdicts: (k,) what people say of each, a position in `verdict_words`, of which the first is nothing.
        verdict_words: shown on the tile.
    """

    indices: NDArray[np.integer[Any]]
    labels: NDArray[np.integer[Any]]
    predicted: NDArray[np.integer[Any]]
    confidence: NDArray[np.floating[Any]]
    values: NDArray[Any]
    format: Format = "percent"
    moments: Sequence[str] = ()
    verdicts: NDArray[np.integer[Any]] | None = None
    verdict_words: Sequence[str] = ("",)


def image_grid(
    images: GridImages,
    source: Source | None,
    class_names: Sequence[str],
    *,
    key: str,
    lead: str,
    caption: str,
    nothing: str,
    brief: str = "",
    truth: str = "is",
    groups: Sequence[Head] = (),
    chosen: int | None = None,
    on_choice: Callable[[int | None], None],
) -> None:
    """Draw the images in a grid that fills the window and scrolls by itself; its place is kept over reruns.

    A click or Enter opens an image, the arrow keys move, and while one is open they open the next; Escape closes it.

    Args:
        images: what to show.
        source: the pictures; None where there are none, which leaves the tiles empty.
        class_names: by label.
        key: unique on the page.
        lead: what these images are, above the grid.
        caption: how to read a tile, one sentence.
        nothing: what is said where there is no image.
        brief: the same as `caption` for small images, which have no words below them; empty for the same.
        truth: the word before the true class.
        groups: heads, in order; their counts come to all images. None for one grid.
        chosen: the number of the image that is open.
        on_choice: called with the number of the image to open, or None to close it, before the page runs again.
    """
    verdicts = np.zeros(len(images.indices), np.uint8) if images.verdicts is None else images.verdicts
    arrays = {
        "indices": packed(images.indices, "<u4"),
        "labels": packed(images.labels, "<u2"),
        "predicted": packed(images.predicted, "<u2"),
        "confidence": packed(images.confidence, "<f4"),
        "values": packed(images.values, "<f4"),
        "verdicts": packed(verdicts, "u1"),
    }
    heads = [vars(head) for head in groups]
    place = source or Source("", 32, 32)
    _component(
        key=key,
        data={
            **arrays,
            "groups": heads,
            "source": {**vars(place), "columns": SHEET_COLUMNS},
            "order": _digest(place, heads, arrays["indices"]),
            "digest": _digest(place, heads, images.format, truth, *arrays.values()),
            "names": list(class_names),
            "format": images.format,
            "moments": list(images.moments),
            "verdict_words": list(images.verdict_words),
            "lead": lead,
            "caption": caption,
            "nothing": nothing,
            "brief": brief,
            "truth": truth,
            "chosen": chosen,
        },
        on_chosen_change=when_told(
            key,
            "chosen",
            lambda number: on_choice(number if number >= 0 else None),
            lambda told: isinstance(told, int),
        ),
        on_lost_change=nothing_more,  # the page runs again and names its images anew
    )


def _digest(*parts: object) -> str:
    return hashlib.blake2b("|".join(map(str, parts)).encode(), digest_size=12).hexdigest()
