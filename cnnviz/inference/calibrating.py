"""What a network makes of its validation images, measured once and kept with the run; rules for abstaining follow."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.arrays import Arrays
from cnnviz.data import Split, held_pictures, how_to_get, load_dataset, prepare
from cnnviz.errors import DataError
from cnnviz.evaluation.neighbours import distances
from cnnviz.inference.abstaining import Abstention, Score, calibrate
from cnnviz.inference.came_with import came_with
from cnnviz.inference.classifying import Classifier, OnProgress
from cnnviz.inference.features import features_of
from cnnviz.runs import Derived, Run, Weights
from cnnviz.runs.derived import Progress

__all__ = ["Evidence", "abstention_of", "evidence_of", "validation_images", "why_never"]

_MOST = 5000  # validation images: more take time and move no threshold
_AT_ONCE = 256
_LOGITS, _FEATURES = 0.5, 0.4  # shares of the work


@dataclass(frozen=True, eq=False)
class Evidence:
    """What a network made of images that it was not trained on.

    Attributes:
        logits: (n, classes).
        labels: (n,) their classes.
        distances: (n,) to the training images, see `cnnviz.evaluation.neighbours.distances`; None where not asked.
    """

    logits: NDArray[np.floating[Any]]
    labels: NDArray[np.integer[Any]]
    distances: NDArray[np.floating[Any]] | None = None

    def rule(self, score: Score = "probability", keep: float = 0.95) -> Abstention:
        """Say when to abstain, as `cnnviz.inference.calibrate` does; in a moment.

        Raises:
            DataError: too few images.
            SpecError: the share is not between 0 and 1.
        """
        return calibrate(self.logits, self.labels, score=score, keep=keep, distances=self.distances)


def validation_images(run: Run, home: str | Path | None = None) -> Split:
    """Return the images that a run held back while it trained, at most 5,000 of them.

    Raises:
        DataError: its data set is not on this machine, or it held none back.
    """
    data = run.spec.data
    if run.spec.model.foreign:
        raise DataError(why_never(run))
    if held_pictures(data.name, home) != "exact":
        raise DataError(
            f"the data set {data.name} of the run {run.id} is not on this machine, so nothing says when to abstain; "
            f"{how_to_get(data.name)}"
        )
    held_back = prepare(load_dataset(data.name, home), data, run.spec.train.seed).validation
    if not len(held_back):
        raise DataError(
            f"the run {run.id} held no images back for validation, so nothing says when to abstain; train with a "
            "validation share"
        )
    return held_back.take(np.arange(0, len(held_back), -(-len(held_back) // _MOST)))


def why_never(run: Run) -> str:
    """Say of a network from elsewhere why it cannot abstain."""
    if run.bundled:
        return (
            f"the network {run.name} came along without its training images, so nothing says when to abstain, how far "
            "its percentages can be trusted, or which training images are like a photo; choose a run that was trained "
            "here for that"
        )
    return (
        f"the network {run.name} came from elsewhere, so which images it was not trained on is not known, and nothing "
        "says when to abstain; choose a run that was trained here"
    )


def evidence_of(
    weights: Weights,
    classifier: Classifier,
    home: str | Path | None = None,
    *,
    features: Callable[[], NDArray[np.floating[Any]]] | None = None,
    on_progress: OnProgress | None = None,
) -> Evidence:
    """Measure a network on its validation images; the second time it is read from the run's additions.

    Of the model of a run that came with cnnviz it is read from the run. Where its data set is not on this machine,
    distances are those to the training images that are: see `cnnviz.inference.came_with.fitted_sample`.

    Args:
        weights: the network's.
        classifier: that has these weights.
        home: where the data set is.
        features: returns those of the training images (n, features), from `cnnviz.explain.features.penultimate`; None
            measures no distances.
        on_progress: called with the share that is done, in [0, 1]; it may raise to stop.

    Raises:
        DataError: no validation images.
    """
    run = weights.run
    came = _came(weights, features is not None, home)
    if came is not None:
        return came
    told = on_progress or (lambda share: None)
    return _Measured(weights, classifier, validation_images(run, home), home, features).get(
        lambda share, _: told(share)
    )


def _came(weights: Weights, far: bool, home: str | Path | None) -> Evidence | None:
    """What came with the run, where that is what is asked for; distances to all training images are measured here."""
    run = weights.run
    found, here = came_with(run), held_pictures(run.spec.data.name, home) == "exact"
    if found is None or (here and (far or weights.snapshot is not None)):
        return None
    if weights.snapshot is not None:
        raise DataError(
            f"the data set {run.spec.data.name} is not on this machine, so nothing says when snapshot "
            f"{weights.snapshot} of {run.name} should abstain; choose the trained model, which came with what it needs"
        )
    return Evidence(found.logits, found.labels, found.distances if far else None)


def abstention_of(
    run: Run,
    classifier: Classifier,
    home: str | Path | None = None,
    *,
    score: Score = "probability",
    keep: float = 0.95,
    on_progress: OnProgress | None = None,
) -> Abstention:
    """Say when a run's model should abstain.

    Args:
        run: the run.
        classifier: of its model.
        home: where the data set is.
        score: what sureness is measured by.
        keep: the share of validation images to answer, in (0, 1).
        on_progress: called with the share that is done, in [0, 1].

    Raises:
        DataError: no validation images, or too few.
        SpecError: the share is not between 0 and 1.
    """
    return evidence_of(Weights(run), classifier, home, on_progress=on_progress).rule(score, keep)


class _Measured(Derived[Evidence]):
    """What a network makes of its validation images, and how far these are from its training images.

    Args:
        weights: the network.
        classifier: that has these weights.
        held_back: the validation images.
        home: where additions to a read-only run are.
        features: returns those of the training images; None measures no distances.
    """

    def __init__(
        self,
        weights: Weights,
        classifier: Classifier,
        held_back: Split,
        home: str | Path | None,
        features: Callable[[], NDArray[np.floating[Any]]] | None,
    ) -> None:
        name = f"abstention/{weights.name}{'-distances' if features else ''}.npz"
        super().__init__(weights, name, _digest(held_back), home)
        self._classifier, self._held_back, self._features = classifier, held_back, features

    def compute(self, progress: Progress) -> Evidence:
        held_back, share_of_logits = self._held_back, _LOGITS if self._features else 1.0
        logits = self._classifier.logits(held_back.images, lambda share: progress(share * share_of_logits, ""))
        far = self._far(self._features(), progress) if self._features else None
        return Evidence(logits, held_back.labels, far)

    def packed(self, value: Evidence) -> Arrays:
        arrays: Arrays = {"logits": value.logits, "labels": value.labels}
        return arrays if value.distances is None else {**arrays, "distances": value.distances}

    def unpacked(self, arrays: Arrays) -> Evidence | None:
        logits, labels, far = arrays["logits"], arrays["labels"], arrays.get("distances")
        return Evidence(logits, labels, far) if _fit(logits, labels, far) else None

    def _far(self, features: NDArray[np.floating[Any]], progress: Progress) -> NDArray[np.float64]:
        """(n,) how far the images are from the training images."""
        found = features_of(
            self._classifier.model,
            self._held_back.images,
            self._classifier.shape,
            lambda done, count: progress(_LOGITS + _FEATURES * done / count, ""),
        )  # (n, features)
        return distances(features, found)


def _digest(held_back: Split) -> str:
    """Name images by their content, some hundreds at a time: they may be on the disk."""
    digest = hashlib.blake2b(digest_size=8)
    for start in range(0, len(held_back), _AT_ONCE):
        digest.update(held_back.images[start : start + _AT_ONCE].tobytes())
    digest.update(held_back.labels.tobytes())
    return digest.hexdigest()


def _fit(logits: NDArray[Any], labels: NDArray[Any], far: NDArray[Any] | None) -> bool:
    """Whether what was kept can be the evidence of a network."""
    return (
        logits.ndim == 2
        and logits.size > 0
        and logits.dtype.kind == "f"
        and bool(np.isfinite(logits).all())
        and labels.shape == logits.shape[:1]
        and labels.dtype.kind in "iu"
        and 0 <= labels.min() <= labels.max() < logits.shape[1]
        and (far is None or (far.shape == labels.shape and far.dtype.kind == "f" and not np.isnan(far).any()))
    )
