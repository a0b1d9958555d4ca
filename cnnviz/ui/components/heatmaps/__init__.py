"""Heatmaps over an image, side by side: opacity and hover answer in the browser, nothing is computed again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cnnviz.explain.heatmap import Heatmap
from cnnviz.figures.heatmap import OPACITY, full_value, heat_ramp, heat_table, in_two_digits
from cnnviz.figures.packing import packed, packed_sheet
from cnnviz.figures.saving import Saving, saving_data
from cnnviz.ui.components.component import component, nothing_more
from cnnviz.ui.components.verdict import ClassBar

__all__ = ["Panel", "heatmaps"]

_component = component(__file__)


@dataclass(frozen=True, eq=False)
class Panel:
    """One picture.

    Attributes:
        title, note: above it; the note is quieter.
        text: what it means, below it.
        values: (height, width) in [0, 1]; None for the image alone.
        full: what the value 1 stands for, in the method's unit.
        high: the same in words, at the upper end of the picture's scale.
        empty: why nothing lights up.
        pending: whether its heatmap is still to come.
        saved: what the picture is called when it is saved; None where it cannot be.
    """

    title: str
    note: str = ""
    text: str = ""
    values: NDArray[np.floating] | None = None
    full: float = 1.0
    high: str = ""
    empty: str = ""
    pending: bool = False
    saved: Saving | None = None

    @classmethod
    def of(cls, title: str, heatmap: Heatmap, text: str = "") -> Self:
        """Draw a heatmap, with the layer that it was read at and the end of its scale; where it is empty, why.

        Args:
            title: above it.
            heatmap: from `cnnviz.explain`.
            text: below it.
        """
        place = "" if heatmap.coarse is None else f"{heatmap.layer} {heatmap.coarse.shape[0]}×{heatmap.coarse.shape[1]}"
        full = full_value(heatmap)
        more = "≥ " if heatmap.raw_range[1] > 1.005 * full else ""  # the brightest colour stands for what is above too
        high = "" if heatmap.empty else f"{more}{in_two_digits(full)}"
        empty = f"Nothing lights up: {heatmap.empty}." if heatmap.empty else ""
        return cls(title, place, text, values=heatmap.values, full=full, high=high, empty=empty)


def heatmaps(
    image: NDArray[np.uint8],
    panels: Sequence[Panel],
    *,
    key: str,
    caption: str,
    saved: Saving | None = None,
    fine: NDArray[np.uint8] | None = None,
    bars: Sequence[ClassBar] = (),
    most: int = 0,
    slider: bool = True,
) -> int | None:
    """Draw panels of the same size, each heatmap with its scale, all with one opacity; each is saved as PNG and SVG.

    Args:
        image: uint8 (height, width, 1 or 3), what the network sees; it lies under every heatmap.
        panels: the pictures; the first one may be the image alone.
        key: unique on the page.
        caption: how to read them all, one sentence.
        saved: what the whole figure is called when it is saved; None where it cannot be.
        fine: uint8 (height, width, 1 or 3), the same at more pixels, shown in the first panel instead of `image`.
        bars: probabilities, below the first panel.
        most: for how many bars there is a place while they are still to come; 0 for none at all.
        slider: whether the opacity is shown; one moves all heatmaps of the page.

    Returns:
        The class whose bar was clicked, in the one run that the click brings; else None.
    """
    height, width = image.shape[:2]
    first = None if fine is None else packed_sheet(fine[None])
    result = _component(
        key=key,
        data={
            "table": packed(heat_table()),
            "ramp": list(heat_ramp()),
            "opacity": OPACITY,
            "width": width,
            "height": height,
            "picture": packed_sheet(image[None]),
            "panels": [_told(panel, first if number == 0 else None) for number, panel in enumerate(panels)],
            "bars": [vars(bar) for bar in bars],
            "most": max(most, len(bars)),
            "caption": caption,
            "saved": saving_data(saved),
            "slider": slider,
        },
        on_chosen_change=nothing_more,
    )
    chosen = result.get("chosen")
    return chosen if isinstance(chosen, int) and chosen in {bar.index for bar in bars} else None


def _told(panel: Panel, picture: str | None) -> dict[str, object]:
    values = panel.values
    levels = None if values is None or panel.empty else np.rint(values * 255).astype(np.uint8)
    return {
        "title": panel.title,
        "note": panel.note,
        "text": panel.text,
        "empty": panel.empty,
        "pending": panel.pending,
        "saved": saving_data(None if panel.pending else panel.saved),
        "full": panel.full,
        "high": panel.high,
        "values": None if levels is None else packed(levels),
        "picture": picture,
        "smooth": picture is not None,
    }
