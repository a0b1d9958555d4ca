"""Which part of a network is under the microscope: the pinned layer decides, and a row of buttons leads to others."""

from typing import Literal

import streamlit as st

from cnnviz.ui.look import Pinned, switch
from cnnviz.ui.look.stops import Stop, stops_of
from cnnviz.ui.styles import style

__all__ = ["View", "choose_view", "kind_of", "takes_filter"]

View = Literal["convolution", "pooling", "output", "playground", "none"]

_NAMES: dict[View, str] = {
    "convolution": "Convolution",
    "pooling": "Pooling",
    "output": "Softmax",
    "playground": "Playground",
}
_OUTPUTS = ("logits", "probabilities")
_KEY = "microscope-view"
_PARAMETER = "part"  # of the URL; "playground" is the only view that no layer stands for


def kind_of(stop: Stop) -> View:
    """Return the view that a layer has; "none" for one whose arithmetic is not shown."""
    if stop.kind in ("convolution", "pooling"):
        return "convolution" if stop.kind == "convolution" else "pooling"
    return "output" if stop.name in _OUTPUTS else "none"


def takes_filter() -> bool:
    """Say whether what the URL asks for has filters to choose from."""
    return not _playground() and st.query_params.get("layer") not in _OUTPUTS


def choose_view(pinned: Pinned) -> tuple[View, Stop]:
    """Draw the row of views and return the one to show, with the pinned layer.

    Args:
        pinned: what is pinned, with a layer.
    """
    stops = stops_of(pinned.run, "any")
    stop = next(one for one in stops if one.name == pinned.layer)
    view: View = "playground" if _playground() else kind_of(stop)
    offered: list[View] = [one for one in _NAMES if one == "playground" or _nearest(stops, stop, one)]
    names = {**_NAMES, "output": "Softmax" if pinned.run.spec.model.output == "softmax" else "Sigmoid"}
    st.session_state[_KEY] = view if view in offered else None
    st.html(style(__file__))
    st.segmented_control(
        "View",
        offered,
        key=_KEY,
        format_func=lambda one: names[one],
        label_visibility="collapsed",
        on_change=_go,
        args=(stops, stop),
    )
    return view, stop


def _playground() -> bool:
    return st.query_params.get(_PARAMETER) == "playground"


def _go(stops: tuple[Stop, ...], stop: Stop) -> None:
    view = st.session_state[_KEY]
    if view is None:  # the chosen one was clicked again
        return
    if view == "playground":
        st.query_params[_PARAMETER] = view
        return
    st.query_params.pop(_PARAMETER, None)
    found = _nearest(stops, stop, view)
    if found and found != stop:
        unit = st.query_params.get("filter", "")
        keeps = view == "pooling" and stop.kind == "convolution" and unit.isdecimal()
        switch(layer=found.name, **({"filter": unit} if keeps else {}))


def _nearest(stops: tuple[Stop, ...], stop: Stop, view: View) -> Stop | None:
    """Return the first layer with that view from the pinned one on, else the last one before it."""
    here = stops.index(stop)
    after = [one for one in stops[here:] if kind_of(one) == view]
    before = [one for one in stops[:here] if kind_of(one) == view]
    if view == "output" and after:
        return after[-1]
    return after[0] if after else before[-1] if before else None
