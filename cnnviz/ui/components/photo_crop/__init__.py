"""A photo, and which part of it the network gets: its centre, all of it, or a frame that is dragged in the browser."""

import math
from collections.abc import Callable
from typing import Any

import streamlit as st

from cnnviz.errors import SpecError
from cnnviz.inference import Crop
from cnnviz.ui.components.component import component

__all__ = ["photo_crop", "told_crop"]

_component = component(__file__)


def photo_crop(
    address: str,
    size: tuple[int, int],
    aspect: float,
    given: Crop,
    stamp: str,
    *,
    key: str,
    name: str,
    on_change: Callable[[Crop, bool], None],
) -> None:
    """Draw a photo with the frame of what the network gets; the frame follows the pointer without the server.

    The photo is sent once: nothing in what the browser is told may change while somebody drags.

    Args:
        address: of the photo, a data URL.
        size: (height, width) of it in pixels.
        aspect: width by height of what the network takes.
        given: the part when the photo was opened, or when somebody else chose it.
        stamp: names the photo and `given`: a new one takes the place of what was dragged.
        key: unique on the page.
        name: of the photo, for those who do not see it.
        on_change: called with the part, and whether the pointer has let go of it, before the page runs again.
    """
    height, width = size
    _component(
        key=key,
        data={
            "photo": address,
            "height": height,
            "width": width,
            "aspect": aspect,
            "mode": given.mode,
            "box": list(given.box),
            "stamp": stamp,
            "name": name,
        },
        on_crop_change=lambda: _tell(key, stamp, on_change),
    )


def _tell(key: str, stamp: str, on_change: Callable[[Crop, bool], None]) -> None:
    told: Any = st.session_state[key].get("crop")
    crop = told_crop(told)
    if crop is not None and told.get("stamp") == stamp:  # not of the photo before
        on_change(crop, told.get("settled") is True)


def told_crop(told: object) -> Crop | None:
    """Return the part that a browser names, or None where that is none.

    Args:
        told: anything.
    """
    if not isinstance(told, dict):
        return None
    mode, box = told.get("mode"), told.get("box")
    if mode in ("centre", "whole"):
        return Crop(mode=mode)
    if mode != "box" or not isinstance(box, list) or len(box) != 4:
        return None
    if not all(isinstance(edge, int | float) and math.isfinite(edge) for edge in box):
        return None
    left, top, right, bottom = (min(max(float(edge), 0.0), 1.0) for edge in box)
    try:
        return Crop(mode="box", box=(left, top, right, bottom))
    except SpecError:
        return None
