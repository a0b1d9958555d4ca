"""The training images of a run on pages: what a network makes of them, and which are most like one image."""

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.data import Split
from cnnviz.data.corrections import find_image
from cnnviz.errors import RunError
from cnnviz.evaluation import nearest
from cnnviz.figures.pictures import shrunk
from cnnviz.figures.tiles import photo_tiles
from cnnviz.inference import features
from cnnviz.inference.features import TrainingFeatures, features_of
from cnnviz.runs import Run, Weights
from cnnviz.ui import derived
from cnnviz.ui.address import leave
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.copies import data_link
from cnnviz.ui.jobs import show_job
from cnnviz.ui.loaders import class_names, dataset, dataset_changed, held_images, home
from cnnviz.ui.messages import plain
from cnnviz.ui.network import wait_for_keras
from cnnviz.ui.network.models import model
from cnnviz.ui.pages import DATA

if TYPE_CHECKING:
    import keras

__all__ = ["FEATURES", "is_whole", "neighbours", "neighbours_in_words", "training_features", "training_images"]

_COUNT = 12
_SIDE = 64  # pixels
_IN_SAMPLE = "of its training images, those that came with cnnviz"
FEATURES = "What the network makes of its training images"


def training_images(run: Run) -> Split:
    """Return the images that a run was fitted on; see `cnnviz.inference.features.training_images`.

    Raises:
        RunError: there are none on this machine.
    """
    data = run.spec.data
    changed = dataset_changed(data.name)
    held = held_images(run)
    return _training(run, f"{home()}|{changed}|{held}|{data.to_json()}|{run.spec.train.seed}|{held or run.folder}")


@st.cache_resource(max_entries=1, show_spinner=False)  # a copy of most of the data set
def _training(_run: Run, key: str) -> Split:
    return features.training_images(_run, home(), load=dataset)


def is_whole(run: Run) -> bool:
    """Say whether all training images are on this machine; else `training_images` has those in the embedded sample."""
    return held_images(run) == "exact"


def training_features(weights: Weights, model: "keras.Model | None" = None) -> TrainingFeatures:
    """Return the features of a run's training images, to be read or made.

    Args:
        weights: the network.
        model: the network, opened; to make them.

    Raises:
        RunError: there are no training images on this machine.
    """
    return TrainingFeatures(weights, training_images(weights.run), home(), model)


def neighbours(run: Run, snapshot: int | None, image: NDArray[np.uint8]) -> None:
    """Draw the nearest training images, or the offer to find them.

    Args:
        run: the run.
        snapshot: whose features; None for the run's model.
        image: (height, width, channels) uint8, in the network's input size.

    Raises:
        CnnvizError: the model is not there.
    """
    try:
        made = training_features(Weights(run, snapshot))
    except RunError as error:
        st.caption(plain(error.sentence))
        data_link(run, "Go to the Data page")
        return
    known = derived.kept(made)
    if known is None:
        going = derived.going(made)
        if going is not None:
            show_job(going, FEATURES)
        elif wait_for_keras("The nearest training images", 60):
            _offer(made)
        return
    if wait_for_keras("The nearest training images", 200):
        _draw(made, known, image)


def _offer(made: TrainingFeatures) -> None:
    pressed = st.button("Find them", key="mistakes-neighbours", icon=":material/search:")
    which = (
        f"all {len(made.split):,} training images"
        if is_whole(made.weights.run)
        else f"{len(made.split):,} {_IN_SAMPLE}"
    )
    st.caption(f"Looks at {which} as the network does, once for this run: some seconds for a small network.")
    if pressed:
        derived.start(training_features(made.weights, model(made.weights)))
        st.rerun()


def _draw(made: TrainingFeatures, known: NDArray[np.float32], image: NDArray[np.uint8]) -> None:
    query = features_of(model(made.weights), image[None], made.weights.run.spec.model.input_shape)[0]
    found, distances = nearest(known, query, _COUNT)
    every = made.every(known)
    indices = found * every
    names = [class_names(made.weights.run)[label] for label in made.split.labels[indices]]
    whole = is_whole(made.weights.run)
    tiles(
        photo_tiles(shrunk(made.split.images[indices], _SIDE)),
        key="mistakes-nearest",
        caption=neighbours_in_words(names, len(known), every, whole=whole)
        + (" Click one to see it on the Data page, where its label can be corrected." if whole else ""),
        names=[f"{name}: distance {distance:.3g}" for name, distance in zip(names, distances, strict=True)],
        labels=names,
        smallest=48,
        largest=_SIDE,
        columns=6,
        on_pick=(lambda at: _look_at(made, int(indices[at]))) if whole else None,
    )


def _look_at(made: TrainingFeatures, at: int) -> None:
    """Go to the Data page, to one of the training images: in a callback."""
    run = made.weights.run
    whole, label = dataset(run.spec.data.name), class_names(run)[made.split.labels[at]]
    leave(DATA, data=whole.name, picked=find_image(whole, "train", label, made.split.images[at]))


def neighbours_in_words(names: list[str], images: int, every: int, *, whole: bool = True) -> str:
    """Say what the neighbours are, most frequent first.

    Args:
        names: their classes, the nearest image first.
        images: how many were looked at.
        every: 1 where these are all training images, 4 where every fourth was looked at.
        whole: whether they were taken from all training images, not from those in the embedded sample.
    """
    counted = ", ".join(f"{count} {name}" for name, count in Counter(names).most_common())
    those = f"{images:,} {'training images' if whole else _IN_SAMPLE}"
    which = f"{'all ' if whole else ''}{those}" if every == 1 else f"{those}, every {every}th"
    return (
        f"The nearest of {which} in what reaches the network's last layer, the nearest first (cosine distance): "
        f"{counted}."
    )
