"""When a network had better say "none of my classes": measured in the background, asked for by the URL."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.errors import DataError
from cnnviz.evaluation.neighbours import distances
from cnnviz.inference import Abstention
from cnnviz.inference.calibrating import Evidence, evidence_of
from cnnviz.ui.classify.address import Wish
from cnnviz.ui.jobs import Job, Report, forget, job, known_job
from cnnviz.ui.judge.mistakes.features import TrainingFeatures
from cnnviz.ui.loaders import home

if TYPE_CHECKING:
    import keras

    from cnnviz.ui.classify.networks import Network

__all__ = ["FEATURES_WORDS", "WORDS", "Rule", "rule_or_job"]

WORDS = "How sure it is of its validation images"
FEATURES_WORDS = "What the network makes of its training images"


@dataclass(frozen=True, eq=False)
class Rule:
    """When a network abstains.

    Attributes:
        abstention: thresholds, temperature and cost.
        features: those of the training images, (n, features); None where the distance to them does not count.
        whole: whether these are all training images, and not those of them that came with cnnviz.
    """

    abstention: Abstention
    features: NDArray[np.float32] | None = None
    whole: bool = True

    def distances(self, model: "keras.Model", images: NDArray[np.uint8]) -> NDArray[np.float64] | None:
        """Return (n,) how far images (n, height, width, channels) are from the training images, where that counts."""
        if self.features is None:
            return None
        from cnnviz.explain.features import penultimate

        return distances(self.features, penultimate(model, images))


def rule_or_job(network: "Network", wish: Wish | None) -> Rule | tuple[Job, str] | None:
    """Return when a network abstains, or the work that finds it out, with what it makes; needs Keras.

    Args:
        network: the network.
        wish: None for one that always answers.

    Raises:
        CnnvizError: it held no images back for validation, too few, or its data set is not on this machine.
    """
    if wish is None:
        return None
    features, whole = None, True
    if wish.distance:
        made = TrainingFeatures(network.weights)
        features, whole = made.kept(), made.whole
        if features is None:
            return made.going() or made.start(), FEATURES_WORDS
    going = _evidence_job(network, features)
    if not going.progress.ended:
        going.wait(0.05)  # kept evidence is read in a moment
    if going.progress.state == "failed":
        forget(going)  # what was missing may be there next time
        raise DataError(going.progress.error)
    evidence = going.progress.result
    if not isinstance(evidence, Evidence):
        return going, WORDS
    return Rule(_abstention(evidence, going.key, wish), features, whole)


def _evidence_job(network: "Network", features: NDArray[np.float32] | None) -> Job:
    key = f"evidence|{network.key}|{None if features is None else len(features)}"
    going = known_job(key)
    if going is not None:
        return going
    classifier, weights, folder = network.classifier, network.weights, home()
    given: Callable[[], NDArray[np.float32]] | None = None if features is None else lambda: features

    def work(report: Report) -> Evidence:
        return evidence_of(weights, classifier, folder, features=given, on_progress=lambda share: report(share, ""))

    return job(key, work)


@st.cache_resource(max_entries=64, show_spinner=False)
def _abstention(_evidence: Evidence, key: str, wish: Wish) -> Abstention:
    return _evidence.rule(wish.score, wish.keep / 100)
