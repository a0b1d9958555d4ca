"""What a run learned first, late, never, and what it forgot: its predictions at every snapshot.

Source: Toneva et al. 2019, "An empirical study of example forgetting during deep neural network learning".
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from cnnviz.evaluation.judged import judge_snapshots
from cnnviz.runs import Run

__all__ = ["GROUPS", "Group", "LearningOrder", "learning_order"]

Group = Literal["first", "late", "forgotten", "never"]
GROUPS: tuple[Group, ...] = get_args(Group)


@dataclass(frozen=True, eq=False)
class LearningOrder:
    """What a run predicted for every test image at every snapshot, and when it learned each.

    Attributes:
        run_id: the run.
        class_names: by label.
        labels: (n,) int64, the true classes.
        snapshots: (snapshots,) int64, their numbers, oldest first.
        positions: (snapshots,) float64, their moments in epochs.
        predicted: (snapshots, n) int64, the predicted classes.
        confidence: (snapshots, n) float64 in [0, 1], the predicted classes' probabilities.
        left_out: numbers of measured snapshots whose predictions cannot be read.
    """

    run_id: str
    class_names: tuple[str, ...]
    labels: NDArray[np.int64]
    snapshots: NDArray[np.int64]
    positions: NDArray[np.float64]
    predicted: NDArray[np.int64]
    confidence: NDArray[np.float64]
    left_out: tuple[int, ...] = ()

    @cached_property
    def right(self) -> NDArray[np.bool_]:
        """(snapshots, n) whether the predicted class is the true one."""
        return np.equal(self.predicted, self.labels)

    @cached_property
    def learned(self) -> NDArray[np.int64]:
        """(n,) from which snapshot on (an index into `snapshots`) it stays right; -1 where it is wrong at the last."""
        wrong_last = self.right[::-1].argmin(axis=0)  # how many of the last snapshots are right, where not all are
        since = len(self.right) - wrong_last
        return np.where(self.right.all(axis=0), 0, np.where(self.right[-1], since, -1)).astype(np.int64)

    @cached_property
    def first_right(self) -> NDArray[np.int64]:
        """(n,) the first snapshot (an index into `snapshots`) at which it is right; -1 where it never is."""
        return np.where(self.right.any(axis=0), self.right.argmax(axis=0), -1).astype(np.int64)

    @cached_property
    def forgotten(self) -> NDArray[np.int64]:
        """(n,) how often it was right at a snapshot and wrong at the next: the paper's forgetting events."""
        return np.asarray((self.right[:-1] & ~self.right[1:]).sum(axis=0), dtype=np.int64)

    @cached_property
    def lateness(self) -> NDArray[np.int64]:
        """(n,) how late each is learned, to sort by.

        `learned` where it stays right; larger where it was right once, the more so the longer ago; then those that
        never were.
        """
        moments = len(self.right)
        since_right = self.right[::-1].argmax(axis=0)  # how many snapshots ago it was right, where it ever was
        forgotten = np.where(self.first_right >= 0, moments + since_right, 2 * moments)
        return np.where(self.learned >= 0, self.learned, forgotten).astype(np.int64)

    @cached_property
    def group(self) -> NDArray[np.str_]:
        """(n,) one of GROUPS.

        "never": right at no snapshot. "forgotten": right once, wrong at the last. The others are right at the last:
        "first" those that stay right from the middle one's moment or earlier, "late" those that came after it.
        """
        stays = self.learned[self.learned >= 0]
        middle = int(np.quantile(stays, 0.5, method="lower")) if len(stays) else -1
        return np.select(
            [self.first_right < 0, self.learned < 0, self.learned <= middle],
            ["never", "forgotten", "first"],
            "late",
        )


def learning_order(run: Run, home: str | Path | None = None) -> LearningOrder:
    """Read what a run predicted at every snapshot; one that is damaged is left out, and named.

    Args:
        run: the run; one that is training or was stopped has the snapshots so far.
        home: where the data set is, needed only where the run did not keep the true classes; None for the run's home.

    Raises:
        RunError: nothing was predicted yet, a file is damaged, or the data set is gone or has changed.
    """
    moments = judge_snapshots(run, home)
    last, numbers = moments[-1][1], [snapshot.number for snapshot, _ in moments]
    return LearningOrder(
        run_id=run.id,
        class_names=last.class_names,
        labels=last.labels,
        snapshots=np.array(numbers, dtype=np.int64),
        positions=np.array([snapshot.position for snapshot, _ in moments]),
        predicted=np.stack([judged.predicted for _, judged in moments]),
        confidence=np.stack([judged.confidence for _, judged in moments]),
        left_out=tuple(item.number for item in run.predicted_snapshots() if item.number not in numbers),
    )
