"""When a network had better say "none of my classes": measured in the background, asked for by the URL."""

from collections.abc import Callable

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.errors import DataError
from cnnviz.inference import Abstention
from cnnviz.inference.calibrating import Evidence, evidence_of
from cnnviz.inference.refusing import Rule
from cnnviz.ui import derived
from cnnviz.ui.classify.address import Wish
from cnnviz.ui.classify.networks import Network
from cnnviz.ui.jobs import Job, Report, forget, job, known_job
from cnnviz.ui.loaders import home
from cnnviz.ui.network.models import model
from cnnviz.ui.training_images import is_whole, training_features

__all__ = ["FEATURES_WORDS", "WORDS", "rule_or_job"]

WORDS = "How sure it is of its validation images"
FEATURES_WORDS = "What the network makes of its training images"


def rule_or_job(network: Network, wish: Wish | None) -> Rule | tuple[Job, str] | None:
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
        made = training_features(network.weights)
        features, whole = derived.kept(made), is_whole(network.run)
        if features is None:
            started = derived.going(made)
            return started or derived.start(training_features(network.weights, model(network.weights))), FEATURES_WORDS
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


def _evidence_job(network: Network, features: NDArray[np.float32] | None) -> Job:
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
