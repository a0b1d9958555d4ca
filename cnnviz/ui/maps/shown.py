"""The page's pictures: one network on one image, or two of either below each other."""

import streamlit as st

from cnnviz.figures.tiles import photo_tiles
from cnnviz.ui.bar import Pinned
from cnnviz.ui.components.strip import Blank, Column
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.maps.beside import second
from cnnviz.ui.maps.choices import MapsPlace
from cnnviz.ui.maps.large import large_map
from cnnviz.ui.maps.network import draw, network
from cnnviz.ui.maps.sights import Scene, Sight, pinned_sight, run_title
from cnnviz.ui.network.layers import stops_of

__all__ = ["outline", "show"]

_LARGE, _LARGE_OF_TWO = 384, 160
_COLUMNS = [5, 2]
_PASSED_ON = ("flatten", "dropout")  # layers that have nothing of their own to show


def show(pinned: Pinned, view: MapsPlace) -> None:
    """Draw the network, and the pinned map large over the image.

    Raises:
        CnnvizError: a model cannot be opened, or a link asks for something that there is not.
    """
    other = second(pinned, view)
    first = pinned_sight(pinned, among_runs=view.beside == "run")
    scene = Scene([first, *([other] if other else [])], view, _chosen(pinned))
    for number, sight in enumerate(scene.sights):
        left, right = st.columns(_COLUMNS, gap="medium")
        with left:
            network(scene, sight, key=f"maps-network-{number}", caption=_caption(scene, sight))
        with right:
            large_map(scene, sight, key=f"maps-large-{number}", size=_LARGE_OF_TWO if other else _LARGE)


def outline(pinned: Pinned, view: MapsPlace) -> None:
    """Draw what is known without TensorFlow: the image, and every layer's place with its name and shape."""
    left, right = st.columns(_COLUMNS, gap="medium")
    with left:
        shape = "×".join(map(str, pinned.image.shape))
        columns = [Column("input", shape, photo_tiles(pinned.image[None]), [0])]
        for stop in stops_of(pinned.run, "any"):
            if stop.kind not in _PASSED_ON and stop.name != "logits":
                count, size = stop.units, (stop.shape[0], stop.shape[1]) if len(stop.shape) == 3 else (1, 1)
                shown = min(count, view.most or count) if size != (1, 1) else count
                words = [""] * shown if stop.name == "probabilities" and count <= 20 else []
                columns.append(Column(stop.name, stop.shape_in_words, Blank(shown, *size), range(shown), words))
        caption = f"The layers of {pinned.run.name}, from the input to the verdict, each with its shape."
        draw(columns, view, _chosen(pinned), key="maps-network-0", caption=caption, saved=None)
    with right:
        caption = f"The image as the network takes it, {pinned.image.shape[1]}×{pinned.image.shape[0]} pixels."
        tiles(photo_tiles(pinned.image[None]), key="maps-image", caption=caption, smallest=96, largest=256)


def _chosen(pinned: Pinned) -> tuple[str, int]:
    return pinned.layer or "", pinned.filter or 0


def _caption(scene: Scene, sight: Sight) -> str:
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
