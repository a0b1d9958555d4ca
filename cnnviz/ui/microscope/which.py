"""Which part of a network is under the microscope: the pinned layer decides, and a row of buttons leads to others."""

from dataclasses import dataclass
from typing import Any, Literal

import streamlit as st

from cnnviz.ui.address import asked, bind, read
from cnnviz.ui.bar import Pinned
from cnnviz.ui.network.layers import Stop, stops_of
from cnnviz.ui.place import Place, choice, pair, param
from cnnviz.ui.styles import style

__all__ = ["MicroscopePlace", "View", "choose_view", "kind_of", "takes_filter"]

View = Literal["convolution", "pooling", "output", "playground", "none"]

_NAMES: dict[View, str] = {
    "convolution": "Convolution",
    "pooling": "Pooling",
    "output": "Softmax",
    "playground": "Playground",
}
_OUTPUTS = ("logits", "probabilities")


@dataclass(frozen=True)
class MicroscopePlace(Place):
    """What the URL says beside what the bar pins.

    Attributes:
        part: "playground", the only view that no layer stands for; None for that of the layer.
        pixel: (row, column) of the output that is pinned; None for none.
    """

    part: Literal["playground"] | None = param(choice("view", ("playground",)), lenient=True)
    pixel: tuple[int, int] | None = param(pair("pixel", 4), lenient=True)


def kind_of(stop: Stop) -> View:
    """Return the view that a layer has; "none" for one whose arithmetic is not shown."""
    if stop.kind in ("convolution", "pooling"):
        return "convolution" if stop.kind == "convolution" else "pooling"
    return "output" if stop.name in _OUTPUTS else "none"


def takes_filter() -> bool:
    """Say whether what the URL asks for has filters to choose from."""
    return read(MicroscopePlace).part is None and asked("layer")[0] not in _OUTPUTS


def choose_view(pinned: Pinned) -> tuple[View, Stop]:
    """Draw the row of views and return the one to show, with the pinned layer.

    Args:
        pinned: what is pinned, with a layer.
    """
    stops = stops_of(pinned.run, "any")
    stop = next(one for one in stops if one.name == pinned.layer)
    view: View = read(MicroscopePlace).part or kind_of(stop)
    offered: list[View] = [one for one in _NAMES if one == "playground" or _nearest(stops, stop, one)]
    names = {**_NAMES, "output": "Softmax" if pinned.run.spec.model.output == "softmax" else "Sigmoid"}
    st.html(style(__file__))
    st.segmented_control(
        "View", offered, format_func=lambda one: names[one], label_visibility="collapsed",
        **bind("part", view if view in offered else None, key="microscope-view",
               change=lambda one: _way_to(one, stops, stop, pinned.filter)),
    )  # fmt: skip
    return view, stop


def _way_to(view: View | None, stops: tuple[Stop, ...], stop: Stop, unit: int | None) -> dict[str, Any]:
    """Return what changes with a click on a view: the playground stands in the URL, for the others a layer does."""
    if view is None:  # the chosen one was clicked again
        return {}
    if view == "playground":
        return {"part": view}
    found = _nearest(stops, stop, view)
    if not found or found == stop:
        return {"part": None}
    keeps = view == "pooling" and stop.kind == "convolution"
    return {"part": None, "layer": found.name} | ({"filter": unit} if keeps else {})


def _nearest(stops: tuple[Stop, ...], stop: Stop, view: View) -> Stop | None:
    """Return the first layer with that view from the pinned one on, else the last one before it."""
    here = stops.index(stop)
    after = [one for one in stops[here:] if kind_of(one) == view]
    before = [one for one in stops[:here] if kind_of(one) == view]
    if view == "output" and after:
        return after[-1]
    return after[0] if after else before[-1] if before else None
