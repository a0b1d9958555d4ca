"""What a model makes of images, kept for all sessions: feature maps of an image, peaks over the test images."""

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz import explain
from cnnviz.arrays import sealed
from cnnviz.data import Split
from cnnviz.data.photos import sized
from cnnviz.runs import Run, Weights
from cnnviz.ui.network.images import test_split
from cnnviz.ui.network.models import model

if TYPE_CHECKING:
    from cnnviz.explain import Peaks  # its module imports Keras, for which no page waits

__all__ = ["MOST_IMAGES", "feature_maps", "peaks", "searched"]

MOST_IMAGES = 2000  # searched for strong patches: a second at most for a small network

Maps = dict[str, NDArray[np.float32]]


def feature_maps(weights: Weights, image: NDArray[np.uint8]) -> Maps:
    """Return what every layer makes of an image, the input as the network sees it first.

    Args:
        weights: the network's.
        image: (height, width, channels) uint8.

    Returns:
        {layer name: (height, width, channels)}, in the order of the pass; read-only.

    Raises:
        CnnvizError: the model cannot be opened, or the image does not fit it.
    """
    opened = model(weights)
    digest = hashlib.sha256(image.tobytes()).hexdigest()
    return _feature_maps(opened, image, f"{weights.key}|{digest}|{image.shape}")


@st.cache_resource(max_entries=32, show_spinner=False)
def _feature_maps(_model: Any, _image: NDArray[np.uint8], key: str) -> Maps:
    found = explain.feature_maps(_model, _image, include_input=True)
    return sealed({name: maps[0] for name, maps in found.items()})


def searched(run: Run) -> Split:
    """Return the test images that are searched for what excites a filter: the first ones.

    Raises:
        CnnvizError: the run's data set is not on this machine.
    """
    split = test_split(run)
    images = split.images[:MOST_IMAGES]
    if images.shape[1:] != run.spec.model.input_shape:  # one from elsewhere, measured on images of another size
        return Split(_sized(images, run.spec.model.input_shape, id(split.images)), split.labels[:MOST_IMAGES])
    return Split(images, split.labels[:MOST_IMAGES])


@st.cache_resource(max_entries=2, show_spinner=False)
def _sized(_images: NDArray[np.uint8], shape: tuple[int, int, int], loaded: int) -> NDArray[np.uint8]:
    return sized(_images, shape)


def peaks(weights: Weights, layer: str) -> "Peaks":
    """Return where each filter of a layer answers most strongly to the first test images: one pass for all filters.

    Raises:
        CnnvizError: the model cannot be opened, or the data set is not here.
    """
    opened = model(weights)
    return _peaks(opened, searched(weights.run).images, f"{weights.key}|{layer}", layer)


@st.cache_resource(max_entries=24, show_spinner=False)
def _peaks(_model: Any, _images: NDArray[np.uint8], key: str, layer: str) -> "Peaks":
    return explain.activation_peaks(_model, layer, _images)
