"""The Convolution page: a layer under the microscope, the end of the network, a kernel of one's own."""

from dataclasses import dataclass
from typing import Any, Literal

import streamlit as st

from cnnviz import explain
from cnnviz.figures.specimens import convolution_data, output_data, playground_data, pooling_data
from cnnviz.runs.layers import NetworkLayer, shown_layers
from cnnviz.ui.address import asked, bind, go, read
from cnnviz.ui.bar import Pinned
from cnnviz.ui.components.microscope import Pixel, microscope, output_steps
from cnnviz.ui.messages import plain
from cnnviz.ui.network import model, wait_for_keras
from cnnviz.ui.place import Place, choice, pair, param
from cnnviz.ui.styles import style

__all__ = ["choose_view", "show_view", "takes_filter"]

MicroscopeView = Literal["convolution", "pooling", "output", "playground", "none"]

_NAMES: dict[MicroscopeView, str] = {
    "convolution": "Convolution",
    "pooling": "Pooling",
    "output": "Softmax",
    "playground": "Playground",
}
_OUTPUTS = ("logits", "probabilities")
_HEIGHT = 520  # pixels that are kept free until TensorFlow is there

_NOT_TAKEN_APART = {
    "dense": "multiplies every input with a weight, for each unit, and adds a bias: a convolution without a window",
    "flatten": "writes all numbers of the maps into one row; it changes none of them",
    "dropout": "does nothing when a trained network looks at an image; in training it blanks numbers at random",
    "batch_normalization": "shifts and stretches each channel by four numbers of its own",
    "activation": "changes every number by itself",
    "global_pooling": "makes one number of each map",
}


@dataclass(frozen=True)
class MicroscopePlace(Place):
    """What the URL says beside what the bar pins.

    Attributes:
        part: "playground", the only view that no layer stands for; None for that of the layer.
        pixel: (row, column) of the output that is pinned; None for none.
    """

    part: Literal["playground"] | None = param(choice("view", ("playground",)), lenient=True)
    pixel: tuple[int, int] | None = param(pair("pixel", 4), lenient=True)


def _view_of(layer: NetworkLayer) -> MicroscopeView:
    """Return the view that a layer has; "none" for one whose arithmetic is not shown."""
    if layer.kind in ("convolution", "pooling"):
        return "convolution" if layer.kind == "convolution" else "pooling"
    return "output" if layer.name in _OUTPUTS else "none"


def takes_filter() -> bool:
    """Say whether what the URL asks for has filters to choose from."""
    return read(MicroscopePlace).part is None and asked("layer")[0] not in _OUTPUTS


def choose_view(pinned: Pinned) -> tuple[MicroscopeView, NetworkLayer]:
    """Draw the row of views and return the one to show, with the pinned layer."""
    layers = shown_layers(pinned.run, "any")
    layer = next(one for one in layers if one.name == pinned.layer)
    view: MicroscopeView = read(MicroscopePlace).part or _view_of(layer)
    offered: list[MicroscopeView] = [one for one in _NAMES if one == "playground" or _nearest(layers, layer, one)]
    names = {**_NAMES, "output": "Softmax" if pinned.run.spec.model.output == "softmax" else "Sigmoid"}
    st.html(style(__file__))
    st.segmented_control(
        "View",
        offered,
        format_func=lambda one: names[one],
        label_visibility="collapsed",
        **bind(
            "part",
            view if view in offered else None,
            key="microscope-view",
            change=lambda one: _way_to(one, layers, layer, pinned.filter),
        ),
    )
    return view, layer


def _way_to(
    view: MicroscopeView | None, layers: tuple[NetworkLayer, ...], layer: NetworkLayer, unit: int | None
) -> dict[str, Any]:
    """Return what changes with a click on a view: the playground stands in the URL, for the others a layer does."""
    if view is None:  # the chosen one was clicked again
        return {}
    if view == "playground":
        return {"part": view}
    found = _nearest(layers, layer, view)
    if not found or found == layer:
        return {"part": None}
    keeps = view == "pooling" and layer.kind == "convolution"
    return {"part": None, "layer": found.name} | ({"filter": unit} if keeps else {})


def _nearest(layers: tuple[NetworkLayer, ...], layer: NetworkLayer, view: MicroscopeView) -> NetworkLayer | None:
    """Return the first layer with that view from the pinned one on, else the last one before it."""
    here = layers.index(layer)
    after = [one for one in layers[here:] if _view_of(one) == view]
    before = [one for one in layers[:here] if _view_of(one) == view]
    if view == "output" and after:
        return after[-1]
    return after[0] if after else before[-1] if before else None


# --- the views --------------------------------------------------------------------------------------------------


def show_view(view: MicroscopeView, layer: NetworkLayer, pinned: Pinned) -> None:
    """Draw a view, from `choose_view`, of what is pinned.

    Raises:
        CnnvizError: the model cannot be opened or taken apart.
    """
    if view == "playground":
        microscope(playground_data(pinned.image), key="microscope-playground", saved=pinned.saved("playground"))
    elif view == "none":
        words = _NOT_TAKEN_APART.get(layer.kind, "is not made of windows")
        st.info(f"**{plain(layer.name)}** {words}. Choose a convolution or a pooling to see every product.")
    elif wait_for_keras("The microscope", _HEIGHT):
        if view == "output":
            _output(pinned)
        else:
            st.fragment(_layer)(view, layer, pinned)  # pinning a pixel runs nothing else again


def _output(pinned: Pinned) -> None:
    terms = explain.output_terms(model(pinned.weights), pinned.image)
    data = output_data(terms, pinned.class_names, pinned.label)
    output_steps(data, key="microscope-output", saved=pinned.saved(terms.head))


def _layer(view: MicroscopeView, layer: NetworkLayer, pinned: Pinned) -> None:
    network, unit = model(pinned.weights), pinned.filter or 0
    if view == "pooling":
        data = pooling_data(explain.pooling_layer(network, layer.name, pinned.image), unit, title=layer.name)
    else:
        taken = explain.convolution_layer(network, layer.name, pinned.image)
        # the image itself, perhaps at another size or scale: all that comes before the first convolution
        first = taken.inputs.shape[2] in (1, 3) and layer == shown_layers(pinned.run, "convolution")[0]
        data = convolution_data(taken, unit, picture=first, title=layer.name)
    name = pinned.saved(f"{layer.name} filter {unit}")
    _keep_pixel(microscope(data, key="microscope", pinned=_linked_pixel(data["outputSize"]), saved=name))


def _linked_pixel(size: list[int]) -> Pixel | None:
    """Return the output pixel that the URL pins; what is no pixel of this map is passed over."""
    place = read(MicroscopePlace).pixel
    return place if place and place[0] < size[0] and place[1] < size[1] else None


def _keep_pixel(place: Pixel | None) -> None:
    """Write the pinned pixel into the URL."""
    if place and read(MicroscopePlace).pixel != place:
        go(pixel=place)
