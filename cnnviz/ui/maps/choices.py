"""What the Feature maps page shows and how: order, scale, how many, and what stands beside it."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.errors import CnnvizError
from cnnviz.runs import Run
from cnnviz.ui.loaders import class_names, open_run
from cnnviz.ui.look import Pinned
from cnnviz.ui.look.images import Chosen, choose_image, read_image
from cnnviz.ui.look.seen import feature_maps
from cnnviz.ui.look.stops import lookable, run_label
from cnnviz.ui.messages import plain

__all__ = ["SEEN", "MapView", "Sight", "choices", "pinned_sight", "second", "strengths"]

SEEN = "(input)"  # explain.SEEN, which costs TensorFlow's import

Scale = Literal["map", "layer", "all"]
_SCALES: dict[str, Scale] = {"each map": "map", "each layer": "layer", "whole network": "all"}
_BESIDE = {"alone": "", "two images": "image", "two runs": "run"}
_OTHER_IMAGE, _OTHER_RUN = "other_image", "other_run"  # in the URL


@dataclass(frozen=True)
class MapView:
    """How maps are drawn.

    Attributes:
        sort: "strength" or "number".
        scale: what one colour scale is for: a map, a layer, or all layers.
        most: maps of a layer at most; None for all.
        size: of a map's longer side in pixels, about.
        rows: maps below each other.
        beside: "image" or "run" for two side by side; empty for one.
    """

    sort: Literal["strength", "number"]
    scale: Scale
    most: int | None
    size: int
    rows: int
    beside: str


@dataclass(frozen=True, eq=False)
class Sight:
    """One image in one network.

    Attributes:
        run, snapshot: the network.
        image: (height, width, channels) uint8.
        title: of what, in a word or two, not escaped.
        maps: {layer: (height, width, channels)}, the input as the network sees it first.
        class_names: by label.
    """

    run: Run
    snapshot: int | None
    image: NDArray[np.uint8]
    title: str
    maps: dict[str, NDArray[np.float32]]
    class_names: tuple[str, ...]


def choices() -> MapView:
    """Draw the choices; they are in the URL."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="maps-controls"):
        sort = _choose("order", ["strongest first", "by number"], "Order of the maps")
        scale = _choose("colours", list(_SCALES), "One colour scale for")
        show = _choose("show", ["strongest", "all"], "How many maps of a layer")
        beside = _BESIDE[_choose("beside", list(_BESIDE), "Side by side")]
    rows = 3 if beside else 7
    most = None if show == "all" else 4 * rows if beside else 2 * rows
    return MapView(
        sort="strength" if sort == "strongest first" else "number",
        scale=_SCALES[scale],
        most=most,
        size=64 if most else 32,
        rows=rows if most else 2 * rows,
        beside=beside,
    )


def _choose(key: str, options: list[str], label: str) -> str:
    chosen = st.segmented_control(
        label, options, default=options[0], required=True, key=key, bind="query-params", label_visibility="collapsed",
        help=label,
    )  # fmt: skip
    return chosen or options[0]


def pinned_sight(pinned: Pinned) -> Sight:
    """Return what the bar pins, with its maps.

    Raises:
        CnnvizError: the model cannot be opened, or the image does not fit it.
    """
    title = pinned.class_names[pinned.label] if pinned.label is not None else "your photo"
    maps = feature_maps(pinned.run, pinned.snapshot, pinned.image)
    return Sight(pinned.run, pinned.snapshot, pinned.image, title, maps, pinned.class_names)


def second(pinned: Pinned, view: MapView) -> Sight | None:
    """Draw the choice of what stands beside the pinned image, and return it; None where nothing does.

    Raises:
        CnnvizError: the link asks for something that there is not.
    """
    if view.beside == "image":
        chosen = _other_image(pinned)
        maps = feature_maps(pinned.run, pinned.snapshot, chosen.image)
        title = pinned.class_names[chosen.label] if chosen.label is not None else "your photo"
        return Sight(pinned.run, pinned.snapshot, chosen.image, title, maps, pinned.class_names)
    if view.beside == "run":
        run = _other_run(pinned)
        image = read_image(run, pinned.image_key).image if run.id != pinned.run.id else pinned.image
        return Sight(run, None, image, run.name, feature_maps(run, None, image), class_names(run))
    return None


def _other_image(pinned: Pinned) -> Chosen:
    asked = st.query_params.get(_OTHER_IMAGE)
    failure: CnnvizError | None = None
    try:
        chosen = read_image(pinned.run, asked or "test-1")
    except CnnvizError as error:
        failure, chosen = error, read_image(pinned.run, None)
    name = pinned.class_names[chosen.label] if chosen.label is not None else "your photo"
    label = f"beside it: {plain(name)} · {plain(chosen.key.replace('-', ' '))}"
    fold = st.popover(label, icon=":material/image:", key="maps-images", on_change="rerun", width=290, wrap=False)
    if fold.open:
        with fold:
            choose_image(pinned.run, chosen.key, lambda key: _write(_OTHER_IMAGE, key), key="maps-image")
    if failure:
        raise failure
    return chosen


def _other_run(pinned: Pinned) -> Run:
    asked = st.query_params.get(_OTHER_RUN)
    options = list(lookable())
    others = [run_id for run_id in options if run_id != pinned.run.id]
    run = open_run(asked) if asked else open_run(others[0]) if others else pinned.run
    if run.id not in options:
        options.insert(0, run.id)
    st.session_state["maps-run"] = run.id
    st.selectbox(
        "The run beside it", options, key="maps-run", format_func=run_label, label_visibility="collapsed", width=290,
        on_change=lambda: _write(_OTHER_RUN, st.session_state["maps-run"]),
    )  # fmt: skip
    return run


def _write(name: str, value: str) -> None:
    st.query_params[name] = value


def strengths(maps: NDArray[Any]) -> NDArray[np.float64]:
    """Return each map's mean absolute activation.

    Args:
        maps: (height, width, channels).
    """
    return np.asarray(np.abs(np.nan_to_num(maps)).mean(axis=(0, 1), dtype=np.float64))
