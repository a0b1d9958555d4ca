"""How the Feature maps page draws: order, scale, how many, and whether something stands beside it."""

from dataclasses import dataclass
from typing import Literal

import streamlit as st

from cnnviz.ui.address import read
from cnnviz.ui.choosers import segments
from cnnviz.ui.place import Place, choice, param, text

__all__ = ["MapView", "MapsPlace", "choices"]

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
    """What the URL says beside what the bar pins.

    Attributes:
        order: "strength" or "number".
        scale: as in `MapView`.
        everything: whether all maps of a layer are drawn, not its strongest alone.
        beside: as in `MapView`.
        other_image, other_run, other_snapshot: what stands beside the pinned one.
    """

    order: str = param(choice("order", _SORTS), "strength", kept=True, lenient=True)
    scale: Scale = param(choice("scale", _SCALES), "map", name="colours", kept=True, lenient=True)
    everything: bool = param(choice("number", _SHOWN), False, name="show", kept=True, lenient=True)
    beside: Beside = param(choice("view", _BESIDE), "", kept=True, lenient=True)
    other_image: str | None = param(text)
    other_run: str | None = param(text)
    other_snapshot: str | None = param(text, per="other_run")


@dataclass(frozen=True)
class MapView:
    """How maps are drawn.

    Attributes:
        sort: "strength" or "number".
        scale: what one colour scale is for: a map, a layer, or the maps of all layers.
        most: maps of a layer at most; None for all.
        size: of a map's longer side in pixels, about.
        rows: maps below each other.
        beside: "image" or "run" for two side by side; empty for one.
    """

    sort: str
    scale: Scale
    most: int | None
    size: int
    rows: int
    beside: Beside


def choices() -> MapView:
    """Draw the choices; they are in the URL."""
    place = read(MapsPlace)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="maps-controls"):
        for label, field, value, offered in (
            ("Order of the maps", "order", place.order, _SORTS),
            ("One colour scale for", "scale", place.scale, _SCALES),
            ("How many maps of a layer", "everything", place.everything, _SHOWN),
            ("Side by side", "beside", place.beside, _BESIDE),
        ):
            segments(label, field, value, offered, help=label)
    rows, columns = (_ROWS_OF_TWO, _COLUMNS_OF_TWO) if place.beside else (_ROWS, _COLUMNS)
    few = not place.everything
    return MapView(
        sort=place.order,
        scale=place.scale,
        most=rows * columns if few else None,
        size=64 if few else 32,
        rows=rows if few else 2 * rows,
        beside=place.beside,
    )
