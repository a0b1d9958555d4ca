"""The views of the Convolution page: a layer under the microscope, the end of the network, a kernel of one's own."""

import streamlit as st

from cnnviz import explain
from cnnviz.ui.address import go, read
from cnnviz.ui.bar import Pinned
from cnnviz.ui.components.microscope import Place, microscope, output_steps
from cnnviz.ui.messages import plain
from cnnviz.ui.microscope.specimens import convolution_data, output_data, playground_data, pooling_data
from cnnviz.ui.microscope.which import MicroscopePlace, View
from cnnviz.ui.network import model, wait_for_keras
from cnnviz.ui.network.layers import Stop
from cnnviz.ui.network.saved import saved

__all__ = ["show_view"]

_HEIGHT = 520  # pixels that are kept free until TensorFlow is there

_WORDS = {
    "dense": "multiplies every input with a weight, for each unit, and adds a bias: a convolution without a window",
    "flatten": "writes all numbers of the maps into one row; it changes none of them",
    "dropout": "does nothing when a trained network looks at an image; in training it blanks numbers at random",
    "batch_normalization": "shifts and stretches each channel by four numbers of its own",
    "activation": "changes every number by itself",
    "global_pooling": "makes one number of each map",
}


def show_view(view: View, stop: Stop, pinned: Pinned) -> None:
    """Draw a view of what is pinned.

    Args:
        view: from `choose_view`.
        stop: the pinned layer.
        pinned: run, snapshot, image and filter.

    Raises:
        CnnvizError: the model cannot be opened or taken apart.
    """
    if view == "playground":
        microscope(playground_data(pinned.image), key="microscope-playground", saved=saved(pinned, "playground"))
    elif view == "none":
        words = _WORDS.get(stop.kind, "is not made of windows")
        st.info(f"**{plain(stop.name)}** {words}. Choose a convolution or a pooling to see every product.")
    elif wait_for_keras("The microscope", _HEIGHT):
        if view == "output":
            _output(pinned)
        else:
            st.fragment(_layer)(view, stop, pinned)  # pinning a pixel runs nothing else again


def _output(pinned: Pinned) -> None:
    terms = explain.output_terms(model(pinned.weights), pinned.image)
    data = output_data(terms, pinned.class_names, pinned.label)
    output_steps(data, key="microscope-output", saved=saved(pinned, terms.head))


def _layer(view: View, stop: Stop, pinned: Pinned) -> None:
    network, unit = model(pinned.weights), pinned.filter or 0
    if view == "pooling":
        data = pooling_data(explain.pooling_layer(network, stop.name, pinned.image), unit, title=stop.name)
    else:
        layer = explain.convolution_layer(network, stop.name, pinned.image)
        first = layer.inputs.shape == pinned.image.shape
        data = convolution_data(layer, unit, picture=first, title=stop.name)
    name = saved(pinned, f"{stop.name} filter {unit}")
    _keep_pixel(microscope(data, key="microscope", pinned=_linked_pixel(data["outputSize"]), saved=name))


def _linked_pixel(size: list[int]) -> Place | None:
    """Return the output pixel that the URL pins; what is no pixel of this map is passed over."""
    place = read(MicroscopePlace).pixel
    return place if place and place[0] < size[0] and place[1] < size[1] else None


def _keep_pixel(place: Place | None) -> None:
    """Write the pinned pixel into the URL."""
    if place and read(MicroscopePlace).pixel != place:
        go(pixel=place)
