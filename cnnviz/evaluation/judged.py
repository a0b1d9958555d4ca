"""Judged: what a run predicted for every test image, beside what is true. Everything in this package starts from it."""

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data import (
    Split,
    class_names_of,
    find_pictures,
    held_pictures,
    how_to_get,
    list_datasets,
    load_dataset,
    prepare,
)
from cnnviz.data.findings import known_leaks
from cnnviz.errors import RunError
from cnnviz.runs import Predictions, Run, Snapshot
from cnnviz.runs.words import untested

__all__ = ["Judged", "cross_entropies", "judge", "judge_snapshots", "measured_images", "whole"]

# A probability that was rounded to 0 counts as the smallest that float32 can hold: 103 nats, and never infinite.
_SMALLEST = float(np.finfo(np.float32).smallest_subnormal)


@dataclass(frozen=True, eq=False)
class Judged:
    """What a run predicted for every test image, beside what is true; in the data set's order.

    Attributes:
        run_id: the run.
        snapshot: whose predictions these are; None for the run's model.
        class_names: by label.
        labels: (n,) int64, the true classes.
        predicted: (n,) int64, the predicted classes.
        confidence: (n,) float64 in [0, 1], the predicted class's probability.
        probabilities: (n, classes) float64 in [0, 1]; None for a snapshot, which keeps only the winner.
        dataset: the data set's name.
        independent: whether the classes do not exclude each other, so that the probabilities need not add up to 1.
        leaked: (leaked,) int64, which of the images are among the data set's training images too, exactly or nearly;
            None where nobody has looked, or the network was not trained here.
    """

    run_id: str
    snapshot: int | None
    class_names: tuple[str, ...]
    labels: NDArray[np.int64]
    predicted: NDArray[np.int64]
    confidence: NDArray[np.float64]
    probabilities: NDArray[np.float64] | None = None
    dataset: str = ""
    independent: bool = False
    leaked: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def right(self) -> NDArray[np.bool_]:
        """(n,) whether the predicted class is the true one."""
        return np.equal(self.predicted, self.labels)

    @cached_property
    def losses(self) -> NDArray[np.float64] | None:
        """(n,) cross-entropies, see `cross_entropies`; None without probabilities."""
        if self.probabilities is None:
            return None
        return cross_entropies(self.probabilities, self.labels, independent=self.independent)

    @cached_property
    def margins(self) -> NDArray[np.float64] | None:
        """(n,) the true class's probability less the best other one's, in [-1, 1]; None without probabilities."""
        if self.probabilities is None:
            return None
        others = self.probabilities.copy()
        np.put_along_axis(others, self.labels[:, None], -1, axis=1)
        true = np.take_along_axis(self.probabilities, self.labels[:, None], axis=1)[:, 0]
        return np.asarray(true - others.max(axis=1))


def cross_entropies(
    probabilities: NDArray[np.floating[Any]], labels: NDArray[np.integer[Any]], *, independent: bool = False
) -> NDArray[np.float64]:
    """Return the loss of each image, (n,), in nats.

    Args:
        probabilities: (n, classes).
        labels: (n,) the true classes.
        independent: whether the classes do not exclude each other. Then it is the mean over the classes of the binary
            cross-entropy, with the label as the only class that is there; else -log of the true class's probability.
    """
    shares = np.asarray(probabilities, np.float64)
    true = np.take_along_axis(shares, np.asarray(labels, np.int64)[:, None], axis=1)[:, 0]
    if not independent:
        return 0.0 - np.log(np.maximum(true, _SMALLEST))  # and not -0.0
    absent = np.log(np.maximum(1 - shares, _SMALLEST))  # (n, classes)
    of_label = np.log(np.maximum(1 - true, _SMALLEST))
    return np.asarray((of_label - absent.sum(axis=1) - np.log(np.maximum(true, _SMALLEST))) / shares.shape[1])


def whole(judged: Judged) -> NDArray[np.float64]:
    """Return the probabilities of all classes, (n, classes).

    Raises:
        RunError: only the winner's were kept, as they are for a snapshot and for a run that was stopped early.
    """
    if judged.probabilities is None:
        raise RunError(
            f"the run {judged.run_id} kept only the winning class's probability here, and this needs those of all "
            "classes; finish the run, or look at its end, to see this"
        )
    return judged.probabilities


def judge(run: Run, snapshot: int | None = None, home: str | Path | None = None) -> Judged:
    """Put what a run predicted for the test images beside what is true.

    Args:
        run: the run.
        snapshot: a snapshot's number; None for the run's model, or where it has not been measured (as in a run that
            was stopped early) for the newest snapshot with predictions.
        home: where the data set is, needed only where the run did not keep the true classes; None for the run's home.

    Raises:
        RunError: nothing was predicted yet, a file is damaged, or the data set is gone or has changed.
    """
    if snapshot is None and not run.has_final_predictions:
        snapshot = _predicted_snapshots(run)[-1].number
    predictions = run.predictions(snapshot)
    judged = _checked(run, snapshot, predictions, *_truth(run, home))
    return replace(judged, leaked=_leaked(run, len(judged), home or run.home))


def judge_snapshots(run: Run, home: str | Path | None = None) -> tuple[tuple[Snapshot, Judged], ...]:
    """Put what a run predicted at every snapshot beside what is true, oldest first.

    Args:
        run: the run; one that is training or was stopped has the snapshots so far.
        home: as for `judge`.

    Returns:
        Snapshots with what they predicted; one whose file is damaged is left out, as long as there is another.

    Raises:
        RunError: as for `judge`.
    """
    snapshots = _predicted_snapshots(run)
    truth = _truth(run, home)
    found: list[tuple[Snapshot, Judged]] = []
    failure: RunError | None = None
    for item in snapshots:
        try:
            found.append((item, _checked(run, item.number, run.predictions(item.number), *truth)))
        except RunError as error:
            failure = failure or error
    if failure and not found:
        raise failure
    return tuple(found)


def measured_images(run: Run, home: str | Path | None = None) -> Split:
    """Return the test images that a run is measured on, in the order of its predictions.

    Raises:
        RunError: the data set is not on this machine; nothing is downloaded for this.
        CnnvizError: it cannot be used.
    """
    name, home = run.spec.data.name, home or run.home
    if held_pictures(name, home) != "exact":
        raise RunError(
            f"the run {run.id} is measured on the data set {name}, which is not on this machine; {how_to_get(name)}"
        )
    # How much is trained on changes nothing about the test images, and dividing it would copy all of it.
    only_test = run.spec.data.changed(validation=0, train_images=None)
    return prepare(load_dataset(name, home), only_test, run.spec.train.seed).test


def _predicted_snapshots(run: Run) -> tuple[Snapshot, ...]:
    made = run.predicted_snapshots()
    if not made:
        raise RunError(_why_none(run))
    return made


def _why_none(run: Run) -> str:
    """Say why no snapshot of a run has predicted the test images, and what to do."""
    if run.spec.model.foreign and run.has_final_predictions:
        return f"the network {run.name} came from elsewhere, so nobody knows how it learned; choose a run trained here"
    if run.spec.model.foreign or run.spec.train.tests == "never":
        return "; ".join(untested(run))
    told = f"the run {run.id} has not predicted the test images yet; it does so after each epoch, so "
    if run.state == "diverged":
        return told + "train again with a lower learning rate"
    return told + ("wait for the first one" if run.status.active else "resume the run or train again")


def _truth(run: Run, home: str | Path | None) -> tuple[tuple[str, ...], NDArray[Any]]:
    """Return the class names and the true classes: those that the run kept, else the data set's."""
    kept = run.predictions().labels if run.has_final_predictions else None
    return class_names_of(run, home or run.home), _labels(run, home or run.home) if kept is None else kept


def _labels(run: Run, home: str | Path) -> NDArray[Any]:
    """Return the true classes of a run's test images; those of compressed copies are exact."""
    data = run.spec.data
    if held_pictures(data.name, home) == "compressed":
        return find_pictures(data.name, home, data.classes).split.labels
    return measured_images(run, home).labels


def _leaked(run: Run, n_test: int, home: str | Path) -> NDArray[np.int64] | None:
    """Return which of a run's test images its data set has among the training images too, where that is known."""
    data = run.spec.data
    leaked = None if run.spec.model.foreign else known_leaks(data.name, home)
    if leaked is None or not data.classes:
        return leaked if leaked is None or not len(leaked) or leaked[-1] < n_test else None
    if held_pictures(data.name, home) is None:
        return None
    names = next(info.classes for info in list_datasets(home) if info.name == data.name)
    labels = find_pictures(data.name, home).split.labels
    wanted = [label for label, name in enumerate(names) if name in data.classes]
    used = np.flatnonzero(np.isin(labels, wanted))  # in their order, as `prepare` takes them
    return np.flatnonzero(np.isin(used, leaked)) if len(used) == n_test else None


def _checked(
    run: Run, snapshot: int | None, predictions: Predictions, names: tuple[str, ...], labels: NDArray[Any]
) -> Judged:
    """Make the record of what files say, refusing what cannot be: other numbers of images, classes that are none."""
    if predictions.predicted.shape != labels.shape:
        raise RunError(
            f"the run {run.id} predicted {predictions.predicted.size:,} images and the data set {run.spec.data.name} "
            f"has {labels.size:,} test images now; put the data set back as it was, or train again"
        )
    shape, classes = labels.shape, (labels, predictions.predicted)
    fits = (
        len(shape) == 1
        and len(labels) > 0
        and all(array.dtype.kind in "ui" and array.min() >= 0 and array.max() < len(names) for array in classes)
        and predictions.confidence.shape == shape
        and predictions.confidence.dtype.kind == "f"
    )
    probabilities = predictions.probabilities
    if probabilities is not None:
        fits = fits and probabilities.shape == (*shape, len(names)) and probabilities.dtype.kind == "f"
    if not fits:
        raise RunError(f"the predictions of the run {run.id} are not those of {len(names)} classes; train it again")
    return Judged(
        run_id=run.id,
        snapshot=snapshot,
        class_names=names,
        labels=labels.astype(np.int64),
        predicted=predictions.predicted.astype(np.int64),
        confidence=_shares(predictions.confidence),
        probabilities=None if probabilities is None else _shares(probabilities),
        dataset=run.spec.data.name,
        independent=run.spec.model.output == "independent",
    )


def _shares(values: NDArray[Any]) -> NDArray[np.float64]:
    """Return probabilities that arithmetic can rely on: a network that diverged may have left what is no number."""
    return np.clip(np.nan_to_num(values.astype(np.float64), nan=0.0), 0.0, 1.0)
