"""The Feature maps page: every layer of a network on one image as a column of maps, and one map large."""

from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz import explain
from cnnviz.figures.saving import Saving
from cnnviz.figures.tiles import Tiles, answers_in_words, map_tiles, photo_tiles, span
from cnnviz.runs.layers import shown_layers
from cnnviz.ui.address import go
from cnnviz.ui.bar import Pinned
from cnnviz.ui.components.overlay import overlay
from cnnviz.ui.components.strip import Blank, Column, strip
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.maps.scene import (
    SEEN,
    ImageInNetwork,
    MapsPlace,
    MapsScene,
    pinned_sight,
    run_title,
    sight_beside,
    strengths,
)
from cnnviz.ui.messages import plain
from cnnviz.ui.network.models import model

__all__ = ["outline", "show"]

_LARGE, _LARGE_OF_TWO = 384, 160
_COLUMNS = [5, 2]
_PASSED_ON = ("flatten", "dropout")  # layers that have nothing of their own to show
_MOST_PIXELS = 120_000  # of a layer in one column; larger maps are made smaller by the mean of blocks
_WORDS = 20  # a vector of so many numbers is a list with words
_SCALES = {"map": "its own scale", "layer": "its layer's scale", "all": "one scale for all maps"}


def show(pinned: Pinned, view: MapsPlace) -> None:
    """Draw the network, and the pinned map large over the image.

    Raises:
        CnnvizError: a model cannot be opened, or a link asks for something that there is not.
    """
    other = sight_beside(pinned, view)
    first = pinned_sight(pinned, among_runs=view.beside == "run")
    scene = MapsScene([first, *([other] if other else [])], view, _chosen(pinned))
    for number, sight in enumerate(scene.sights):
        left, right = st.columns(_COLUMNS, gap="medium")
        with left:
            _network(scene, sight, key=f"maps-network-{number}", caption=_caption(scene, sight))
        with right:
            _large_map(scene, sight, key=f"maps-large-{number}", size=_LARGE_OF_TWO if other else _LARGE)


def outline(pinned: Pinned, view: MapsPlace) -> None:
    """Draw what is known without TensorFlow: the image, and every layer's place with its name and shape."""
    left, right = st.columns(_COLUMNS, gap="medium")
    with left:
        shape = "×".join(map(str, pinned.image.shape))
        columns = [Column("input", shape, photo_tiles(pinned.image[None]), [0])]
        for layer in shown_layers(pinned.run, "any"):
            if layer.kind not in _PASSED_ON and layer.name != "logits":
                count, size = layer.units, (layer.shape[0], layer.shape[1]) if len(layer.shape) == 3 else (1, 1)
                shown = min(count, view.most or count) if size != (1, 1) else count
                words = [""] * shown if layer.name == "probabilities" and count <= 20 else []
                columns.append(Column(layer.name, layer.shape_in_words, Blank(shown, *size), range(shown), words))
        caption = f"The layers of {pinned.run.name}, from the input to the verdict, each with its shape."
        _draw(columns, view, _chosen(pinned), key="maps-network-0", caption=caption, saved=None)
    with right:
        caption = f"The image as the network takes it, {pinned.image.shape[1]}×{pinned.image.shape[0]} pixels."
        tiles(photo_tiles(pinned.image[None]), key="maps-image", caption=caption, smallest=96, largest=256)


def _chosen(pinned: Pinned) -> tuple[str, int]:
    return pinned.layer or "", pinned.filter or 0


def _caption(scene: MapsScene, sight: ImageInNetwork) -> str:
    view, two = scene.view, len(scene.sights) > 1
    if sight is not scene.sights[0]:
        same = "The same filters" if scene.in_step(sight) else "The layers"
        return f"{same} of {run_title(sight.weights)}, on {sight.image_name}."
    order = "the strongest first" if view.sort == "strength" else "by number"
    both = ", the same for both" if two and view.scale != "map" else ""
    scale = {"map": "each map on its own scale", "layer": "one scale a layer", "all": "one scale for all maps"}
    seen = sight.image_name.split(",")[0].capitalize()
    return (
        f"{seen} in {sight.weights.run.name}, from the input to the verdict: each column is a layer with its shape, "
        f"each tile one of its maps, {order}, {scale[view.scale]}{both}; click one to see it large."
    )


# --- the columns ------------------------------------------------------------------------------------------------


def _network(scene: MapsScene, sight: ImageInNetwork, *, key: str, caption: str) -> None:
    """Draw a network from left to right."""
    columns = [_image(sight)]
    before = sight.maps[SEEN]
    for name, maps in sight.maps.items():
        if name != SEEN and maps.size and not _repeats(maps, before):
            columns.append(_column(name, maps, scene, sight))
            before = maps
    how = answers_in_words(*(one.pictures for one in columns if isinstance(one.pictures, Tiles)))
    caption = f"{caption} In a map {how}." if how and sight is scene.sights[0] else caption
    _draw(columns, scene.view, scene.chosen, key=key, caption=caption, saved=sight.saved("feature maps"))


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


def _repeats(maps: NDArray[Any], before: NDArray[Any]) -> bool:
    """Whether a layer only passes on what came in, as a change of scale before the first convolution or a flatten."""
    return maps.size == before.size and np.array_equal(maps.ravel(), before.ravel())


def _image(sight: ImageInNetwork) -> Column:
    """The input as the network sees it; its own scale is said."""
    seen = sight.maps[SEEN]
    low, high = span([seen])
    reach = max(high - low, 1e-12) if (low < 0 or high > 1) else 1.0
    start = low if (low < 0 or high > 1) else 0.0
    pixels = np.rint(255 * np.clip((seen - start) / reach, 0, 1)).astype(np.uint8)[None]
    shown = pixels if pixels.shape[-1] in (1, 3) else pixels[..., :1]
    shape = "×".join(map(str, seen.shape))
    return Column("input", shape, photo_tiles(shown), [0], note=f"{low:.2g} to {high:.2g}")


def _column(name: str, maps: NDArray[Any], scene: MapsScene, sight: ImageInNetwork) -> Column:
    flat = maps.shape[:2] == (1, 1)
    shape = str(maps.shape[2]) if flat else "×".join(map(str, maps.shape))
    order = list(range(maps.shape[2])) if flat else _kept(scene, sight, name)
    bounds = scene.bounds(name)
    if flat and bounds is None:
        bounds = span([maps])  # a single number has no scale of its own
    pictures = map_tiles(_fitting(maps[..., order]), bounds)
    words = _words(name, maps, order, sight) if flat and len(order) <= _WORDS else []
    left_out = maps.shape[2] - len(order)
    which = "the strongest" if sight is scene.sights[0] or not scene.in_step(sight) else "the same"
    note = f"{which} {len(order)}" if left_out else ""
    return Column(name, shape, _named_ends(pictures), order, words, note)


def _named_ends(pictures: Tiles) -> Tiles:
    """Short ends for a narrow column."""
    if "its own" in pictures.high:
        return Tiles(pictures.pixels, pictures.lows, pictures.highs, pictures.table, pictures.low[:1], "each its own")
    return pictures


def _kept(scene: MapsScene, sight: ImageInNetwork, name: str) -> list[int]:
    """Return which maps are drawn, in order; the chosen one is always among them."""
    order, most = scene.order(sight, name), scene.view.most
    if most is None or len(order) <= most:
        return order
    if scene.view.sort == "strength":
        kept = order[:most]
    else:
        ranked = (scene.sights[0] if scene.in_step(sight) else sight).maps[name]
        kept = sorted(int(number) for number in np.argsort(-strengths(ranked), kind="stable")[:most])
    layer, number = scene.chosen
    if layer == name and number not in kept and number < len(order):
        kept[-1] = number
    return kept


def _fitting(maps: NDArray[Any]) -> NDArray[Any]:
    """Make large maps small enough for a column, by the mean of whole blocks of pixels."""
    height, width, count = maps.shape
    factor = int(np.ceil(np.sqrt(max(1.0, height * width * count / _MOST_PIXELS))))
    rows, columns = height // factor, width // factor
    if factor == 1 or not (rows and columns):
        return maps
    cut = maps[: rows * factor, : columns * factor].reshape(rows, factor, columns, factor, count)
    return np.asarray(cut.mean(axis=(1, 3)))


def _words(name: str, maps: NDArray[Any], order: list[int], sight: ImageInNetwork) -> list[str]:
    values = maps[0, 0]
    if name != "probabilities":
        return ["" for _ in order]
    if len(values) == 1:
        return [f"{sight.class_names[-1]} {100 * float(values[0]):.0f} %"]
    return [f"{sight.class_names[n]} {100 * float(values[n]):.0f} %" for n in order]


# --- the large map ----------------------------------------------------------------------------------------------


def _large_map(scene: MapsScene, sight: ImageInNetwork, *, key: str, size: int) -> None:
    """Draw the chosen map over the image, with its scale; a unit of a vector is a number and is said as one."""
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
        _placed(sight, layer, one),
        key=key,
        size=size,
        title=sight.title if len(scene.sights) > 1 else f"{layer}, filter {number}: {sight.title}",
        caption=_large_caption(scene, layer, number, one, pictures),
        saved=sight.saved(f"{layer} filter {number} over image"),
    )


def _large_caption(scene: MapsScene, layer: str, number: int, one: NDArray[Any], pictures: Tiles) -> str:
    above = f"above zero at {100 * int(np.count_nonzero(one > 0)) / one.size:.0f}\u00a0% of the places"
    share = f"{answers_in_words(pictures)}; {above}"
    if len(scene.sights) > 1:
        return f"Where filter {number} of {layer} answers, on {_SCALES[scene.view.scale]}; {share}."
    return (
        f"Where filter {number} of {layer} answers: {one.shape[1]}×{one.shape[0]} values on "
        f"{_SCALES[scene.view.scale]}, each over the middle of what it sees; {share}."
    )


def _unit(maps: NDArray[Any], layer: str, number: int, sight: ImageInNetwork) -> None:
    values = maps[0, 0]
    rank = int((values > values[number]).sum()) + 1
    name = f", {plain(sight.class_names[number])}," if layer == "probabilities" and len(values) > 1 else ""
    st.metric(f"{plain(layer)}, unit {number}", f"{values[number]:.2g}", help=f"{values[number]:.7g}")
    st.caption(
        f"Unit {number}{name} of {plain(layer)} gives one number for the whole image; {rank - 1} of its "
        f"{len(values)} units give a larger one."
    )


def _placed(sight: ImageInNetwork, layer: str, one: NDArray[Any]) -> tuple[float, float, float, float]:
    """Return (top, left, height, width) in image pixels of a map, each value over the middle of its receptive field."""
    field = explain.receptive_field(model(sight.weights), layer)
    if field is None or 0 in field.stride:
        return 0.0, 0.0, float(sight.image.shape[0]), float(sight.image.shape[1])
    first = field.box(0, 0)
    top = first.top + (first.height - field.stride[0]) / 2
    left = first.left + (first.width - field.stride[1]) / 2
    return top, left, float(one.shape[0] * field.stride[0]), float(one.shape[1] * field.stride[1])
