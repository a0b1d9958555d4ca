"""The map that was clicked, large over the image."""

from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz import explain
from cnnviz.figures.tiles import Tiles, answers_in_words, map_tiles, span
from cnnviz.ui.components.overlay import overlay
from cnnviz.ui.maps.sights import Scene, Sight
from cnnviz.ui.messages import plain
from cnnviz.ui.network.models import model

__all__ = ["large_map"]

_SCALES = {"map": "its own scale", "layer": "its layer's scale", "all": "one scale for all maps"}


def large_map(scene: Scene, sight: Sight, *, key: str, size: int) -> None:
    """Draw the chosen map over the image, with its scale; a unit of a vector is a number and is said as one.

    Args:
        scene: everything on the page.
        sight: which of its sights.
        key: unique on the page.
        size: of the picture's side in pixels, about.
    """
    layer, number = scene.chosen
    maps = sight.maps.get(layer)
    if maps is None or number >= maps.shape[2]:
        st.caption(f"The network of {plain(sight.weights.run.name)} has no filter {number} in {plain(layer)}.")
        return
    one = maps[..., number : number + 1]
    if one.shape[:2] == (1, 1):
        _unit(maps, layer, number, sight)
        return
    pictures = map_tiles(one, scene.bounds(layer) or span([one]))
    overlay(
        sight.image,
        pictures,
        _place(sight, layer, one),
        key=key,
        size=size,
        title=sight.title if len(scene.sights) > 1 else f"{layer}, filter {number}: {sight.title}",
        caption=_caption(scene, layer, number, one, pictures),
        saved=sight.saved(f"{layer} filter {number} over image"),
    )


def _caption(scene: Scene, layer: str, number: int, one: NDArray[Any], pictures: Tiles) -> str:
    above = f"above zero at {100 * int(np.count_nonzero(one > 0)) / one.size:.0f}\u00a0% of the places"
    share = f"{answers_in_words(pictures)}; {above}"
    if len(scene.sights) > 1:
        return f"Where filter {number} of {layer} answers, on {_SCALES[scene.view.scale]}; {share}."
    return (
        f"Where filter {number} of {layer} answers: {one.shape[1]}×{one.shape[0]} values on "
        f"{_SCALES[scene.view.scale]}, each over the middle of what it sees; {share}."
    )


def _unit(maps: NDArray[Any], layer: str, number: int, sight: Sight) -> None:
    values = maps[0, 0]
    rank = int((values > values[number]).sum()) + 1
    name = f", {plain(sight.class_names[number])}," if layer == "probabilities" and len(values) > 1 else ""
    st.metric(f"{plain(layer)}, unit {number}", f"{values[number]:.2g}", help=f"{values[number]:.7g}")
    st.caption(
        f"Unit {number}{name} of {plain(layer)} gives one number for the whole image; {rank - 1} of its "
        f"{len(values)} units give a larger one."
    )


def _place(sight: Sight, layer: str, one: NDArray[Any]) -> tuple[float, float, float, float]:
    """Return (top, left, height, width) in image pixels of a map, each value over the middle of its receptive field."""
    field = explain.receptive_field(model(sight.weights), layer)
    if field is None or 0 in field.stride:
        return 0.0, 0.0, float(sight.image.shape[0]), float(sight.image.shape[1])
    first = field.box(0, 0)
    top = first.top + (first.height - field.stride[0]) / 2
    left = first.left + (first.width - field.stride[1]) / 2
    return top, left, float(one.shape[0] * field.stride[0]), float(one.shape[1] * field.stride[1])
