"""How the Feature maps page draws: order, scale, how many, and whether something stands beside it."""

from dataclasses import dataclass
from typing import Literal

import streamlit as st

from cnnviz.ui.address import read
from cnnviz.ui.choosers import segments
from cnnviz.ui.place import Place, choice, param, text

__all__ = ["MapsPlace", "choices"]

Scale = Literal["map", "layer", "all"]
Beside = Literal["", "image", "run"]
_SORTS = {"strength": "strongest first", "number": "by number"}
_SCALES: dict[Scale, str] = {"map": "each map", "layer": "each layer", "all": "whole network"}
_SHOWN = {False: "strongest", True: "all"}
_BESIDE: dict[Beside, str] = {"": "alone", "image": "two images", "run": "two runs"}
_ROWS, _ROWS_OF_TWO = 7, 2  # what a projector of 720 lines leaves
_COLUMNS, _COLUMNS_OF_TWO = 2, 3


@dataclass(frozen=True)
class MapsPlace(Place):
    """How maps are drawn, and what stands beside what the bar pins.

    Attributes:
        sort: "strength" or "number".
        scale: what one colour scale is for: a map, a layer, or the maps of all layers.
        everything: whether all maps of a layer are drawn, not its strongest alone.
        beside: "image" or "run" for two side by side; empty for one.
        other_image, other_run, other_snapshot: what stands beside the pinned one.
    """

    sort: str = param(choice("order", _SORTS), "strength", name="order", kept=True, lenient=True)
    scale: Scale = param(choice("scale", _SCALES), "map", name="colours", kept=True, lenient=True)
    everything: bool = param(choice("number", _SHOWN), False, name="show", kept=True, lenient=True)
    beside: Beside = param(choice("view", _BESIDE), "", kept=True, lenient=True)
    other_image: str | None = param(text)
    other_run: str | None = param(text)
    other_snapshot: str | None = param(text, per="other_run")

    @property
    def rows(self) -> int:
        """Maps below each other."""
        rows = _ROWS_OF_TWO if self.beside else _ROWS
        return 2 * rows if self.everything else rows

    @property
    def most(self) -> int | None:
        """Maps of a layer at most; None for all."""
        return None if self.everything else self.rows * (_COLUMNS_OF_TWO if self.beside else _COLUMNS)

    @property
    def size(self) -> int:
        """Of a map's longer side in pixels, about."""
        return 32 if self.everything else 64


def choices() -> MapsPlace:
    """Draw the choices."""
    place = read(MapsPlace)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="maps-controls"):
        for label, field, offered in (
            ("Order of the maps", "sort", _SORTS),
            ("One colour scale for", "scale", _SCALES),
            ("How many maps of a layer", "everything", _SHOWN),
            ("Side by side", "beside", _BESIDE),
        ):
            segments(label, field, getattr(place, field), offered, help=label)
    return place
