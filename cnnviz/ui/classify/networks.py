"""Which networks classify: the one that the bar names, and perhaps a second one beside it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.arrays import digest
from cnnviz.data.grounds import Ground, run_ground
from cnnviz.errors import SpecError
from cnnviz.inference import Classification, Classifier
from cnnviz.inference.refusing import Rule
from cnnviz.results import Results
from cnnviz.runs import Run, Weights
from cnnviz.spec.flops import laptop_seconds
from cnnviz.ui.loaders import dataset, dataset_changed, home
from cnnviz.ui.network.models import model

__all__ = ["Network", "Scored", "Using", "tell_notes"]

_KEPT = 256  # answers: of one turn of a dial and back


@dataclass(frozen=True, eq=False)
class Scored:
    """What a network makes of images, before anybody asks whether it should answer.

    Attributes:
        logits: (n, classes).
        distances: (n,) to the training images; None where nobody asked.
    """

    logits: NDArray[np.float64]
    distances: NDArray[np.float64] | None = None


@dataclass(frozen=True, eq=False)
class Network:
    """A network that classifies.

    Attributes:
        weights: its own.
        names: its classes.
    """

    weights: Weights
    names: tuple[str, ...]

    @property
    def run(self) -> Run:
        """The run that the weights are of."""
        return self.weights.run

    @property
    def shape(self) -> tuple[int, int, int]:
        """(height, width, channels) that it takes."""
        return self.run.spec.model.input_shape

    @property
    def ground(self) -> Ground | None:
        """The ground of the images that it learned from; None where nobody knows."""
        return _ground(self.run, f"{home()}|{self.run.folder}|{dataset_changed(self.run.spec.data.name)}")

    @property
    def key(self) -> str:
        """What tells it from every other."""
        return self.weights.key

    @property
    def title(self) -> str:
        """What it is called."""
        return self.weights.title

    @property
    def classifier(self) -> Classifier:
        """The network, ready to be asked; needs Keras.

        Raises:
            RunError: it does not exist yet, or is damaged.
            SpecError: it is no classifier of images.
        """
        return _classifier(model(self.weights), self.names, self.key)

    def takes_s(self, images: int) -> float:
        """How long so many images take on a slow laptop, about, in seconds."""
        return laptop_seconds(self.run.spec.model, images)

    def score(self, images: NDArray[np.uint8], rule: Rule | None) -> Scored:
        """Ask the network; what was asked before is not asked again.

        Args:
            images: (n, height, width, channels) in its size.
            rule: with the features of training images, distances to these are measured too.

        Raises:
            CnnvizError: it cannot be opened.
            SpecError: its answers are no numbers.
        """
        far = rule is not None and rule.features is not None
        key = (self.key, far, digest(images))
        found: Scored = _scores().get(key, lambda: self._score(images, rule))
        if not np.isfinite(found.logits).all():
            raise SpecError("the network gives no finite probabilities; choose an earlier snapshot")
        return found

    def judge(self, scored: Scored, rule: Rule | None) -> tuple[Classification, ...]:
        """Make answers of scores; with a rule it may abstain."""
        abstention = rule.abstention if rule else None
        return self.classifier.judge(scored.logits, len(self.names), abstention, scored.distances)

    def _score(self, images: NDArray[np.uint8], rule: Rule | None) -> Scored:
        classifier = self.classifier
        return Scored(classifier.logits(images), rule.distances(classifier.model, images) if rule else None)


@dataclass(frozen=True, eq=False)
class Using:
    """What classifies.

    Attributes:
        first: the network that the bar names.
        second: the one beside it; None for none.
    """

    first: Network
    second: Network | None

    @property
    def networks(self) -> tuple[Network, ...]:
        """Both, or the one there is."""
        return (self.first,) if self.second is None else (self.first, self.second)


@st.cache_resource(max_entries=64, show_spinner=False)
def _ground(_run: Run, key: str) -> Ground | None:
    return run_ground(_run, home(), load=dataset)


@st.cache_resource(max_entries=6, show_spinner=False)
def _classifier(_model: Any, names: tuple[str, ...], key: str) -> Classifier:
    return Classifier(_model, names)


@st.cache_resource(show_spinner=False)
def _scores() -> Results:
    return Results(_KEPT)


def tell_notes(networks: Iterable[Network]) -> None:
    """Draw a sentence for each network that needs one, each sentence once; the networks have answered."""
    classifiers = [network.classifier for network in networks]
    for note, constant in {one.note: one.answers.constant for one in classifiers if one.note}.items():
        if constant:
            st.warning(note, icon=":material/warning:")
        else:
            st.caption(note)
