"""The Feature maps page: every layer of a network on one image as a column of maps, and one map large."""

import streamlit as st

from cnnviz import explain
from cnnviz.figures.network_maps import (
    Column,
    ImageInNetwork,
    MapsScene,
    blank_columns,
    columns_of,
    map_caption,
    network_caption,
    place_over,
    unit_caption,
)
from cnnviz.figures.saving import Saving
from cnnviz.figures.tiles import map_tiles, photo_tiles, span
from cnnviz.runs.layers import shown_layers
from cnnviz.ui.address import go
from cnnviz.ui.bar import Pinned
from cnnviz.ui.components.overlay import overlay
from cnnviz.ui.components.strip import strip
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.maps.scene import MapsPlace, pinned_sight, sight_beside
from cnnviz.ui.messages import plain
from cnnviz.ui.network.models import model

__all__ = ["outline", "show"]

_LARGE, _LARGE_OF_TWO = 384, 160
_COLUMNS = [5, 2]


def show(pinned: Pinned, view: MapsPlace) -> None:
    """Draw the network, and the pinned map large over the image.

    Raises:
        CnnvizError: a model cannot be opened, or a link asks for something that there is not.
    """
    other = sight_beside(pinned, view)
    first = pinned_sight(pinned, among_runs=view.beside == "run")
    sights = [first, *([other] if other else [])]
    scene = MapsScene(sights, _chosen(pinned), view.sort == "strength", view.scale, view.most)
    for number, sight in enumerate(sights):
        left, right = st.columns(_COLUMNS, gap="medium")
        with left:
            columns = columns_of(scene, sight)
            caption, saved = network_caption(scene, sight, columns), sight.saved("feature maps")
            _draw(columns, view, scene.chosen, key=f"maps-network-{number}", caption=caption, saved=saved)
        with right:
            _large_map(scene, sight, key=f"maps-large-{number}", size=_LARGE_OF_TWO if other else _LARGE)


def outline(pinned: Pinned, view: MapsPlace) -> None:
    """Draw what is known without TensorFlow: the image, and every layer's place with its name and shape."""
    left, right = st.columns(_COLUMNS, gap="medium")
    with left:
        columns = blank_columns(pinned.image, shown_layers(pinned.run, "any"), view.most)
        caption = f"The layers of {pinned.run.name}, from the input to the verdict, each with its shape."
        _draw(columns, view, _chosen(pinned), key="maps-network-0", caption=caption, saved=None)
    with right:
        caption = f"The image as the network takes it, {pinned.image.shape[1]}×{pinned.image.shape[0]} pixels."
        tiles(photo_tiles(pinned.image[None]), key="maps-image", caption=caption, smallest=96, largest=256)


def _chosen(pinned: Pinned) -> tuple[str, int]:
    return pinned.layer or "", pinned.filter or 0


def _draw(
    columns: list[Column], view: MapsPlace, chosen: tuple[str, int], *, key: str, caption: str, saved: Saving | None
) -> None:
    """Draw columns; a click pins a layer and a filter."""
    strip(
        columns,
        key=key,
        caption=caption,
        rows=view.rows,
        size=view.size,
        chosen=chosen,
        on_pick=lambda layer, number: go(layer=layer, filter=number),
        saved=saved,
    )


def _large_map(scene: MapsScene, sight: ImageInNetwork, *, key: str, size: int) -> None:
    """Draw the chosen map over the image, with its scale; a unit of a vector is a number and is said as one."""
    layer, number = scene.chosen
    maps = sight.maps.get(layer)
    if maps is None or number >= maps.shape[2]:
        st.caption(f"The network of {plain(sight.weights.run.name)} has no filter {number} in {plain(layer)}.")
        return
    one = maps[..., number : number + 1]
    if one.shape[:2] == (1, 1):
        value = float(one[0, 0, 0])
        st.metric(f"{plain(layer)}, unit {number}", f"{value:.2g}", help=f"{value:.7g}")
        st.caption(plain(unit_caption(sight, layer, number)))
        return
    pictures = map_tiles(one, scene.bounds(layer) or span([one]))
    overlay(
        sight.image,
        pictures,
        place_over(sight.image, one, explain.receptive_field(model(sight.weights), layer)),
        key=key,
        size=size,
        title=sight.title if scene.two else f"{layer}, filter {number}: {sight.title}",
        caption=map_caption(scene, one, pictures),
        saved=sight.saved(f"{layer} filter {number} over image"),
    )
