"""The page's pictures: one network on one image, or two of either below each other."""

import streamlit as st

from cnnviz.ui.look import Pinned
from cnnviz.ui.maps.choices import MapView, Sight, pinned_sight, second
from cnnviz.ui.maps.large import large_map
from cnnviz.ui.maps.network import network

__all__ = ["show"]

_LARGE, _LARGE_OF_TWO = 384, 224


def show(pinned: Pinned, view: MapView) -> None:
    """Draw the network, and the pinned map large over the image.

    Raises:
        CnnvizError: a model cannot be opened, or a link asks for something that there is not.
    """
    chosen = (pinned.layer or "", pinned.filter or 0)
    other = second(pinned, view)
    sights = [pinned_sight(pinned), *([other] if other else [])]
    for number, sight in enumerate(sights):
        left, right = st.columns([5, 2], gap="medium")
        with left:
            network(sight, view, chosen, key=f"maps-network-{number}", rows=view.rows, caption=_caption(sight, view))
        with right:
            size = _LARGE if len(sights) == 1 else _LARGE_OF_TWO
            large_map(sight, view, chosen, key=f"maps-large-{number}", size=size)


def _caption(sight: Sight, view: MapView) -> str:
    order = "the strongest first" if view.sort == "strength" else "by number"
    scale = {"map": "each map on its own scale", "layer": "one scale a layer", "all": "one scale for all layers"}
    return (
        f"{sight.title} in {sight.run.name}, from the input to the verdict: each column is a layer with its shape, "
        f"each tile one of its maps, {order}, {scale[view.scale]}; click one to see it large."
    )
