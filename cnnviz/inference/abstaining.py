"""Abstaining: when a network had better say "none of my classes".

A softmax always names a class. Two questions come before believing it: is the network sure enough, and has it seen
anything like this? Both thresholds are set so that a given share of images it was not trained on still gets an answer.
Sources: temperature, Guo et al. 2017, "On Calibration of Modern Neural Networks"; maximum probability, Hendrycks and
Gimpel 2017; energy, Liu et al. 2020, "Energy-based Out-of-distribution Detection"; distance to the training images'
features, Sun et al. 2022, "Out-of-Distribution Detection with Deep Nearest Neighbors".
"""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from cnnviz.errors import DataError, SpecError
from cnnviz.spec import Settings

__all__ = ["Abstention", "Score", "calibrate", "independent", "negative_energy", "soft", "temperature"]

Floats = NDArray[np.floating[Any]]
Score = Literal["probability", "energy"]

_FEWEST = 20  # validation images: with fewer, the last few per cent are one image
_TEMPERATURES = (0.05, 20.0)


class Abstention(Settings):
    """When to answer, and what that costs, as measured on validation images.

    Attributes:
        score: what sureness is measured by: the largest probability, or the negative energy of the logits.
        temperature: the logits are divided by it; above 1 the network was too sure of itself.
        threshold: the least score that is answered.
        distance: the largest distance to the training images that is answered; None asks no distance.
        keep: the share of validation images that were to be answered, in (0, 1).
        images: how many validation images it was measured on.
        accuracy: the share of right answers among all of them, in [0, 1].
        answered: the share that is answered, in [0, 1].
        accuracy_answered: the share of right answers among those, in [0, 1].
    """

    score: Score = "probability"
    temperature: float = Field(default=1.0, gt=0)
    threshold: float
    distance: float | None = None
    keep: float = Field(gt=0, lt=1)
    images: int = Field(ge=1)
    accuracy: float = Field(ge=0, le=1)
    answered: float = Field(ge=0, le=1)
    accuracy_answered: float = Field(ge=0, le=1)

    def probabilities(self, logits: Floats) -> NDArray[np.float64]:
        """Return calibrated probabilities (n, classes) of logits (n, classes)."""
        return soft(logits, self.temperature)

    def scores(self, logits: Floats) -> NDArray[np.float64]:
        """Return how sure the network is of each image (n,), by logits (n, classes)."""
        return _scores(logits, self.score, self.temperature)

    def unsure(self, logits: Floats) -> NDArray[np.bool_]:
        """Say which images (n,) are too unsure to be answered, by logits (n, classes)."""
        return np.asarray(self.scores(logits) < self.threshold)

    def strange(self, distances: Floats) -> NDArray[np.bool_]:
        """Say which images (n,) are too unlike the training images, by their distances (n,)."""
        limit = np.inf if self.distance is None else self.distance
        return np.asarray(np.asarray(distances) > limit)

    @property
    def cost(self) -> str:
        """What abstaining costs and brings, in a sentence."""
        return (
            f"It answers {100 * self.answered:.1f} % of {self.images:,} validation images and is right on "
            f"{100 * self.accuracy_answered:.1f} % of these; answering all of them it is right on "
            f"{100 * self.accuracy:.1f} %."
        )


def soft(logits: Floats, by: float = 1.0) -> NDArray[np.float64]:
    """Turn logits (n, classes) into probabilities (n, classes), divided by a temperature first."""
    scaled = np.asarray(logits, np.float64) / by
    grown = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(grown / grown.sum(axis=1, keepdims=True))


def independent(logits: Floats) -> NDArray[np.float64]:
    """Turn the logits of independent classes (n, classes) into the probability of each, (n, classes)."""
    return np.asarray(1 / (1 + np.exp(-np.clip(np.asarray(logits, np.float64), -700, 700))))


def negative_energy(logits: Floats, by: float = 1.0) -> NDArray[np.float64]:
    """Return T log sum exp(logits / T) of each image (n,), by logits (n, classes): large for what was often seen."""
    scaled = np.asarray(logits, np.float64) / by
    largest = scaled.max(axis=1)
    return np.asarray(by * (largest + np.log(np.exp(scaled - largest[:, None]).sum(axis=1))))


def temperature(logits: Floats, labels: NDArray[np.integer[Any]]) -> float:
    """Find the temperature under which the labels are most likely (Guo et al. 2017).

    Args:
        logits: (n, classes) of images that were not trained on.
        labels: (n,) their classes.

    Returns:
        From 0.05 to 20; it changes how sure the network is and never which class it predicts.
    """
    from scipy.optimize import minimize_scalar

    rows = np.arange(len(labels))

    def surprise(log_temperature: float) -> float:
        by = float(np.exp(log_temperature))
        return float((negative_energy(logits, by) / by - np.asarray(logits, np.float64)[rows, labels] / by).mean())

    found = minimize_scalar(surprise, bounds=tuple(np.log(_TEMPERATURES)), method="bounded")
    return float(np.exp(found.x))


def calibrate(
    logits: Floats,
    labels: NDArray[np.integer[Any]],
    *,
    score: Score = "probability",
    keep: float = 0.95,
    distances: Floats | None = None,
) -> Abstention:
    """Choose when to abstain, on images that were not trained on.

    Args:
        logits: (n, classes) of validation images.
        labels: (n,) their classes.
        score: what sureness is measured by.
        keep: the share of these images that is still answered, in (0, 1); at least so many are.
        distances: (n,) of each to the training images; None asks no distance. With distances, half of what is not
            kept may be lost to each question.

    Raises:
        DataError: fewer than 20 images, or arrays of different lengths.
        SpecError: the share is not between 0 and 1.
    """
    if not 0 < keep < 1:
        raise SpecError(f"the share of images to answer is {keep!r:.20}; give one between 0 and 1, such as 0.95")
    count = len(labels)
    if count < _FEWEST or len(logits) != count or (distances is not None and len(distances) != count):
        raise DataError(
            f"there are {count} validation images, too few to say when to abstain; train with a validation share that "
            f"holds back {_FEWEST} or more"
        )
    by = temperature(logits, labels)
    lost = (1 - keep) / (1 if distances is None else 2)
    threshold = float(np.quantile(_scores(logits, score, by), lost, method="lower"))
    limit = None if distances is None else float(np.quantile(distances, 1 - lost, method="higher"))
    right = np.asarray(logits).argmax(axis=1) == labels
    answered = _scores(logits, score, by) >= threshold
    if distances is not None and limit is not None:
        answered &= np.asarray(distances) <= limit
    return Abstention(
        score=score,
        temperature=by,
        threshold=threshold,
        distance=limit,
        keep=keep,
        images=count,
        accuracy=float(right.mean()),
        answered=float(answered.mean()),
        accuracy_answered=float(right[answered].mean()) if answered.any() else 0.0,
    )


def _scores(logits: Floats, score: Score, by: float) -> NDArray[np.float64]:
    return negative_energy(logits, by) if score == "energy" else soft(logits, by).max(axis=1)
