"""How the Feature maps page draws: order, scale, how many, and whether something stands beside it."""

from dataclasses import dataclass
from typing import Literal

import streamlit as st

__all__ = ["MapView", "choices"]

Scale = Literal["map", "layer", "all"]
Beside = Literal["", "image", "run"]
_SCALES: dict[str, Scale] = {"each map": "map", "each layer": "layer", "whole network": "all"}
_BESIDE: dict[str, Beside] = {"alone": "", "two images": "image", "two runs": "run"}
_ROWS, _ROWS_OF_TWO = 7, 2  # what a projector of 720 lines leaves
_COLUMNS, _COLUMNS_OF_TWO = 2, 3


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
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="maps-controls"):
        sort = _choose("order", ["strongest first", "by number"], "Order of the maps")
        scale = _choose("colours", list(_SCALES), "One colour scale for")
        show = _choose("show", ["strongest", "all"], "How many maps of a layer")
        beside = _BESIDE[_choose("beside", list(_BESIDE), "Side by side")]
    rows, columns = (_ROWS_OF_TWO, _COLUMNS_OF_TWO) if beside else (_ROWS, _COLUMNS)
    few = show != "all"
    return MapView(
        sort="strength" if sort == "strongest first" else "number",
        scale=_SCALES[scale],
        most=rows * columns if few else None,
        size=64 if few else 32,
        rows=rows if few else 2 * rows,
        beside=beside,
    )


def _choose(key: str, options: list[str], label: str) -> str:
    chosen = st.segmented_control(
        label, options, default=options[0], required=True, key=key, bind="query-params", label_visibility="collapsed",
        help=label,
    )  # fmt: skip
    return chosen or options[0]
