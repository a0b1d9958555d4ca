"""How far a run's learning had come at each snapshot: learned for good, right for now, forgotten, not yet right.

Source: Toneva et al. 2019, "An empirical study of example forgetting during deep neural network learning".
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.errors import SpecError
from cnnviz.evaluation.learning import GROUPS, Group, LearningOrder

__all__ = ["Stages", "groups_by_class", "images_of_group", "stages_of"]

Counts = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Stages:
    """How many test images are at which stage, by snapshot; the five come to `count` at each.

    Attributes:
        positions: (snapshots,) float64, their moments in epochs.
        first: (snapshots,) int64, right from here on and to the last snapshot, and among those learned first.
        late: (snapshots,) the same, among those learned late.
        passing: (snapshots,) right, but wrong again at a later snapshot.
        forgotten: (snapshots,) wrong, and right at an earlier snapshot.
        unlearned: (snapshots,) wrong so far.
        count: how many images there are.
        middle: the snapshot (an index) by which those that were learned first are learned; -1 where none is.
    """

    positions: NDArray[np.float64]
    first: Counts
    late: Counts
    passing: Counts
    forgotten: Counts
    unlearned: Counts
    count: int
    middle: int

    @property
    def right(self) -> Counts:
        """(snapshots,) how many are right."""
        return self.first + self.late + self.passing


def stages_of(order: LearningOrder, label: int | None = None) -> Stages:
    """Count the test images at each stage of their learning.

    Args:
        order: a run's predictions at every snapshot.
        label: of the true class that is counted; None for all.

    Raises:
        SpecError: there is no such class.
    """
    of = _of_class(order, label)
    group, learned, right = order.group[of], order.learned[of], order.right[:, of]
    snapshots = np.arange(len(right))[:, None]  # (snapshots, 1)
    settled = (learned >= 0) & (learned <= snapshots)  # (snapshots, n)
    seen = (order.first_right[of] >= 0) & (order.first_right[of] <= snapshots)
    in_first = order.learned[order.group == "first"]
    return Stages(
        positions=order.positions,
        first=_count(settled & (group == "first")),
        late=_count(settled & (group == "late")),
        passing=_count(right & ~settled),
        forgotten=_count(~right & seen),
        unlearned=_count(~right & ~seen),
        count=int(of.sum()),
        middle=int(in_first.max()) if len(in_first) else -1,
    )


def images_of_group(order: LearningOrder, group: Group, label: int | None = None) -> NDArray[np.int64]:
    """Find the images of a group, the most telling ones first.

    Args:
        order: a run's predictions at every snapshot.
        group: one of GROUPS.
        label: of their true class; None for all.

    Returns:
        (k,) int64 numbers of test images: "first" the earliest learned first, "late" the latest, "forgotten" those that
        were forgotten most often, "never" by confidence in the wrong class; then the most confident at the last
        snapshot first.

    Raises:
        SpecError: there is no such group or class.
    """
    if group not in GROUPS:
        raise SpecError(f"there is no group {group!r:.40} of images; choose one of {', '.join(GROUPS)}")
    found = np.flatnonzero(_of_class(order, label) & (order.group == group))
    telling = {"first": order.learned, "late": -order.learned, "forgotten": -order.forgotten}.get(group)
    confident = -order.confidence[-1][found]
    return found[np.lexsort((found, confident, confident if telling is None else telling[found]))]


def groups_by_class(order: LearningOrder) -> Counts:
    """Count each class's images by group.

    Returns:
        (classes, 4) int64: columns as in GROUPS.
    """
    columns = np.array([GROUPS.index(group) for group in order.group.tolist()], np.int64)
    cells = np.bincount(order.labels * len(GROUPS) + columns, minlength=len(order.class_names) * len(GROUPS))
    return cells.reshape(-1, len(GROUPS)).astype(np.int64)


def _of_class(order: LearningOrder, label: int | None) -> NDArray[np.bool_]:
    """(n,) which images are of a class."""
    if label is None:
        return np.ones(len(order.labels), np.bool_)
    if not 0 <= label < len(order.class_names):
        raise SpecError(f"there is no class {label}; choose one from 0 to {len(order.class_names) - 1}")
    return np.equal(order.labels, label)


def _count(which: NDArray[np.bool_]) -> Counts:
    return np.asarray(which.sum(axis=1), np.int64)
