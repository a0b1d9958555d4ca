"""What a network makes of the images it was trained on, on pages: the images are shared by all sessions."""

from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.data import Split
from cnnviz.home import datasets_folder
from cnnviz.inference import features
from cnnviz.inference.features import TrainingFeatures
from cnnviz.runs import Run, Weights
from cnnviz.ui.loaders import dataset, held_images, home, modified

if TYPE_CHECKING:
    import keras

__all__ = ["is_whole", "training_features", "training_images"]


def training_images(run: Run) -> Split:
    """Return the images that a run was fitted on; see `cnnviz.inference.features.training_images`.

    Raises:
        RunError: there are none on this machine.
    """
    data = run.spec.data
    changed = modified(datasets_folder(home()) / f"{data.name}.npz")
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
