"""Keras models on pages: imported in the background, opened once for all sessions, and what they make of images."""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from cachetools import LRUCache
from numpy.typing import NDArray

from cnnviz import explain
from cnnviz.arrays import Arrays, digest, sealed
from cnnviz.data import Split
from cnnviz.data.photos import sized
from cnnviz.explain.methods import METHODS
from cnnviz.figures.network_maps import DrawnMaps
from cnnviz.files import stamp
from cnnviz.runs import Run, Weights
from cnnviz.ui.address import rerun
from cnnviz.ui.importing import BackgroundImport
from cnnviz.ui.messages import reported
from cnnviz.ui.network.images import test_split
from cnnviz.ui.styles import style

if TYPE_CHECKING:
    import keras

    from cnnviz.explain import Peaks  # its module imports Keras, for which no page waits

__all__ = [
    "MOST_IMAGES",
    "NEEDED",
    "Maps",
    "arrays_of",
    "feature_maps",
    "finite_weights",
    "keep_place",
    "keras_ready",
    "model",
    "peaks",
    "searched_images",
    "tell_waiting",
    "wait_for_keras",
]

_MOST_MAPS_BYTES = 170_000_000  # two images side by side in the largest network that comes along
MOST_IMAGES = 2000  # searched for strong patches: a second at most for a small network

Maps = dict[str, NDArray[np.float32]]

# All that pages need of TensorFlow's side; importing the names themselves costs nothing afterwards.
NEEDED = (
    "cnnviz.models",
    "keras",
    *(f"cnnviz.explain.{name}" for name in ("maps", "patches", "synthesis", "convolution")),
    *dict.fromkeys(f"cnnviz.explain.{method.module}" for method in METHODS.values()),
)
_KERAS = BackgroundImport("TensorFlow", NEEDED, after_s=0.3)  # its import takes a core for seconds
_TICK_S = 1.0
_HEIGHT = 240


def keras_ready() -> bool:
    """Say whether Keras can be used at once; never waits. The first call starts its import in the background.

    Raises:
        MissingExtraError: it cannot be imported.
    """
    return _KERAS.ready()


def wait_for_keras(what: str, height: int = _HEIGHT, draw: Callable[[], None] | None = None) -> bool:
    """Say whether Keras is ready; where it is not, hold the place until it is, then run the page again once.

    Args:
        what: what will stand here, to begin a sentence: "The feature maps".
        height: pixels that are kept free for it.
        draw: draws what is known without it, instead of keeping a place free.

    Returns:
        True when the caller can go on; False when a placeholder was drawn.

    Raises:
        MissingExtraError: Keras cannot be imported.
    """
    if keras_ready():
        return True
    if draw is not None:
        draw()
    else:
        keep_place(height)
    tell_waiting(what)
    return False


def tell_waiting(what: str) -> None:
    """Say that something, which begins the sentence, will be here when Keras is ready, and run the page again then."""
    st.fragment(_wait, run_every=_TICK_S)(what)


def keep_place(height: int = _HEIGHT) -> None:
    """Draw where something so many pixels high will stand, so that nothing jumps when it comes."""
    # Not st.skeleton: the browser clears that when the run has ended.
    st.html(f'{style(__file__)}<div class="place-kept" style="height:{height}px"></div>')


@reported(way_back=None)
def _wait(what: str) -> None:
    if keras_ready():
        rerun()
    st.caption(f"{what} will be here in a few seconds: TensorFlow is imported, once for this server.")


def model(weights: Weights) -> "keras.Model":
    """Open a model, or return the one that is open; all sessions share it and nobody changes it.

    Raises:
        RunError: it does not exist yet, or is damaged.
    """
    return _model(weights, weights.key)


def arrays_of(weights: Weights) -> Arrays:
    """Read weights without Keras; shared by all sessions, read-only.

    Returns:
        Arrays by path, such as "conv2d_1/kernel".

    Raises:
        RunError: there are none, or the file is damaged.
    """
    path = weights.arrays_path
    return _arrays(weights, str(path), stamp(path))


def finite_weights(weights: Weights) -> bool:
    """Say whether all weights are numbers; those of a training that diverged are not.

    Raises:
        RunError: there are none without Keras, or the file is damaged.
    """
    held = Weights(weights.run, weights.number)
    return _finite(held, held.key)


@st.cache_data(max_entries=256, show_spinner=False)
def _finite(_weights: Weights, key: str) -> bool:
    return all(bool(np.isfinite(array).all()) for array in arrays_of(_weights).values())


@st.cache_resource(max_entries=6, show_spinner=False)
def _model(_weights: Weights, key: str) -> "keras.Model":
    return _weights.open()


@st.cache_resource(max_entries=64, show_spinner=False)
def _arrays(_weights: Weights, path: str, stamp: tuple[int, ...]) -> Arrays:
    return sealed(_weights.arrays())


# --- what a model makes of images -------------------------------------------------------------------------------


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
    opened, kept, key = model(weights), _kept_maps(), f"{weights.key}|{digest(image)}"
    with kept.lock:
        found = kept.maps.get(key)
    if found is None:
        made = explain.feature_maps(opened, image, include_input=True)
        found = DrawnMaps(sealed({name: maps[0] for name, maps in made.items()}))
        kept.add(key, found)
    return found


class _KeptMaps:
    """The maps that were made last, of all sessions; a network for 224x224 pixels makes 80 MB of one image."""

    def __init__(self, most_bytes: int = _MOST_MAPS_BYTES) -> None:
        self.lock = threading.Lock()
        self.maps: LRUCache[str, DrawnMaps] = LRUCache(most_bytes, getsizeof=_bytes_of)

    def add(self, key: str, maps: DrawnMaps) -> None:
        """Keep them, unless they alone are too large."""
        if _bytes_of(maps) <= self.maps.maxsize:
            with self.lock:
                self.maps[key] = maps


def _bytes_of(maps: Maps) -> int:
    return sum(array.nbytes for array in maps.values())


@st.cache_resource(show_spinner=False)
def _kept_maps() -> _KeptMaps:
    return _KeptMaps()


def searched_images(run: Run) -> Split:
    """Return the test images that are searched for what excites a filter: the first ones.

    Raises:
        CnnvizError: the run's data set is not on this machine.
    """
    split = test_split(run)
    first = split.sliced(slice(MOST_IMAGES))
    if first.images.shape[1:] != run.spec.model.input_shape:  # one from elsewhere, measured on images of another size
        return Split(_sized(first.images, run.spec.model.input_shape, id(split.images)), first.labels)
    return first


@st.cache_resource(max_entries=2, show_spinner=False)
def _sized(_images: NDArray[np.uint8], shape: tuple[int, int, int], loaded: int) -> NDArray[np.uint8]:
    return sized(_images, shape)


def peaks(weights: Weights, layer: str) -> "Peaks":
    """Return where each filter of a layer answers most strongly to the first test images: one pass for all filters.

    Raises:
        CnnvizError: the model cannot be opened, or the data set is not here.
    """
    opened = model(weights)
    return _peaks(opened, searched_images(weights.run).images, f"{weights.key}|{layer}", layer)


@st.cache_resource(max_entries=24, show_spinner=False)
def _peaks(_model: Any, _images: NDArray[np.uint8], key: str, layer: str) -> "Peaks":
    return explain.activation_peaks(_model, layer, _images)
