"""What changed while a run learned, as far as its files tell: kernels, curves, verdicts on the test set. No Keras."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cnnviz.errors import DataError, RunError
from cnnviz.replay.frames import MOST_FRAMES, choose_frames
from cnnviz.runs import History, Predictions, Run, Snapshot
from cnnviz.spec import ModelSpec

__all__ = ["Replay", "first_convolution", "replay"]


@dataclass(frozen=True, eq=False)
class Replay:
    """A run, frame by frame; one frame a snapshot.

    Attributes:
        run_id: whose.
        snapshots: the frames, oldest first.
        announced: how many snapshots the run has; more than there are frames where some were left out or are damaged.
        epochs: how many epochs the run was to have, at least what it has.
        history: the run's curves.
        classes: how many it tells apart.
        kernel_layer: the first convolution's name; "" without one.
        kernels: (frames, kernel height, kernel width, channels in, filters) float32; None without a convolution.
        predicted: (frames, test images) the predicted class; -1 where a snapshot was not measured.
        confidence: (frames, test images) float32, its probability in [0, 1].
        labels: (test images,) the true classes; None where the data set is not at hand.
    """

    run_id: str
    snapshots: tuple[Snapshot, ...]
    announced: int
    epochs: float
    history: History
    classes: int
    kernel_layer: str
    kernels: NDArray[np.float32] | None
    predicted: NDArray[np.int64]
    confidence: NDArray[np.float32]
    labels: NDArray[np.int64] | None

    @property
    def numbers(self) -> tuple[int, ...]:
        """The snapshots' numbers, frame by frame."""
        return tuple(snapshot.number for snapshot in self.snapshots)

    @property
    def measured(self) -> NDArray[np.bool_]:
        """(frames,) whether the test set was predicted with a snapshot; false until its epoch has ended."""
        return np.asarray((self.predicted >= 0).any(axis=1))

    @cached_property
    def kernel_limit(self) -> float:
        """The largest absolute weight of all frames: one scale, so that growth is seen."""
        return 1.0 if self.kernels is None else float(np.abs(np.nan_to_num(self.kernels)).max()) or 1.0

    @cached_property
    def confusion(self) -> NDArray[np.int64] | None:
        """(frames, classes, classes) test images by true class (rows) and predicted class; None without labels."""
        if self.labels is None:
            return None
        cells = self.classes**2
        counts = [
            np.bincount(self.labels * self.classes + row, minlength=cells) if (row >= 0).all() else np.zeros(cells)
            for row in self.predicted
        ]
        return np.asarray(counts, np.int64).reshape(-1, self.classes, self.classes)

    @cached_property
    def accuracy(self) -> NDArray[np.float64] | None:
        """(frames,) share of test images that are right, nan where not measured; None without labels."""
        if self.labels is None:
            return None
        right = (self.predicted == self.labels).mean(axis=1) if len(self.labels) else np.zeros(len(self.snapshots))
        return np.where(self.measured, right, np.nan)

    def nearest(self, number: int) -> int:
        """Return the frame of a snapshot, or the one that lies closest to it.

        Args:
            number: the snapshot's.
        """
        return int(np.abs(np.array(self.numbers) - number).argmin())


def replay(run: Run, labels: NDArray[np.integer] | None = None, most: int = MOST_FRAMES) -> Replay:
    """Read a run's frames.

    Args:
        run: any run with a snapshot.
        labels: (test images,) the classes of the test images, as `cnnviz.data.prepare` gives them for the run's
            settings; None where the data set is not at hand.
        most: how many frames at most.

    Returns:
        The record. Snapshots whose file is damaged are left out.

    Raises:
        RunError: there is no snapshot that can be read.
        DataError: the labels are not those of the images that the run was measured on.
    """
    spec, announced = run.spec, run.snapshots()
    layer = first_convolution(spec.model)
    frames, kernels = _kernels(run, layer, choose_frames(announced, most))
    if not frames:
        raise RunError(f"the run {run.id} has no snapshot to replay yet; wait for its first, or choose another run")
    predicted, confidence = _predictions(run, frames)
    n_test = predicted.shape[1]
    if labels is not None and n_test and len(labels) != n_test:
        raise DataError(
            f"the run {run.id} was measured on {n_test:,} test images and its data set has {len(labels):,} now; "
            "restore the data set it was trained on"
        )
    history = run.history()
    return Replay(
        run_id=run.id,
        snapshots=frames,
        announced=len(announced),
        epochs=max(float(run.status.epochs), frames[-1].position, float(history.n_epochs), 1.0),
        history=history,
        classes=spec.model.classes,
        kernel_layer=layer,
        kernels=kernels,
        predicted=predicted,
        confidence=confidence,
        labels=np.asarray(labels, np.int64) if labels is not None and n_test else None,
    )


def first_convolution(spec: ModelSpec) -> str:
    """Return the name of a network's first convolution, "" without one.

    Args:
        spec: the network.
    """
    return next((row.name for row in spec.rows if row.kind == "convolution"), "")


def _kernels(
    run: Run, layer: str, frames: Sequence[Snapshot]
) -> tuple[tuple[Snapshot, ...], NDArray[np.float32] | None]:
    """Read the first convolution's kernels of all frames that can be read."""
    kept, kernels = [], []
    for snapshot in frames:
        try:
            weights = run.weights(snapshot.number)
            kernels.append(weights[f"{layer}/kernel"].astype(np.float32) if layer else None)
        except (RunError, KeyError):
            continue
        kept.append(snapshot)
    found = [kernel for kernel in kernels if kernel is not None]
    return tuple(kept), np.stack(found) if found else None


def _predictions(run: Run, frames: Sequence[Snapshot]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Read what each frame's network said of the test set; -1 where that is not known."""
    read: list[Predictions | None] = []
    for snapshot in frames:
        try:
            read.append(run.predictions(snapshot.number))
        except RunError:  # they are made at the end of an epoch
            read.append(None)
    n_test = max((len(one.predicted) for one in read if one is not None), default=0)
    predicted = np.full((len(frames), n_test), -1, np.int64)
    confidence = np.zeros((len(frames), n_test), np.float32)
    for frame, one in enumerate(read):
        if one is not None and len(one.predicted) == n_test:
            predicted[frame], confidence[frame] = one.predicted, one.confidence
    return predicted, confidence
