"""Stages of learning: a run of four snapshots counted by hand."""

import numpy as np
import pytest

from cnnviz.errors import SpecError
from cnnviz.evaluation import LearningOrder, groups_by_class, images_of_group, stages_of

# For each image (its class, then whether it is right at the four snapshots), and what becomes of it.
IMAGES = (
    (0, "1111"),  # first: right from the start
    (0, "0111"),  # first
    (1, "1011"),  # late: for good from the third snapshot on
    (1, "0001"),  # late
    (1, "1010"),  # forgotten twice
    (0, "0100"),  # forgotten once
    (2, "0000"),  # never
    (2, "0000"),  # never
)
GROUP = ("first", "first", "late", "late", "forgotten", "forgotten", "never", "never")


@pytest.fixture
def order() -> LearningOrder:
    labels = np.array([label for label, _ in IMAGES])
    right = np.array([[mark == "1" for mark in marks] for _, marks in IMAGES]).T  # (snapshots, images)
    confidence = np.full(right.shape, 0.5)
    confidence[-1] = (0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.95)
    return LearningOrder(
        run_id="made",
        class_names=("a", "b", "c", "absent"),
        labels=labels,
        snapshots=np.arange(4),
        positions=np.array([0.0, 0.5, 1.0, 2.0]),
        predicted=np.where(right, labels, (labels + 1) % 4),
        confidence=confidence,
    )


def test_the_stages_of_every_snapshot(order: LearningOrder) -> None:
    assert order.group.tolist() == list(GROUP)
    found = stages_of(order)
    assert found.first.tolist() == [1, 2, 2, 2]
    assert found.late.tolist() == [0, 0, 1, 2]
    assert found.passing.tolist() == [2, 1, 1, 0]
    assert found.forgotten.tolist() == [0, 2, 1, 2]
    assert found.unlearned.tolist() == [5, 3, 3, 2]
    assert found.right.tolist() == order.right.sum(axis=1).tolist()
    assert (found.count, found.middle) == (8, 1)
    np.testing.assert_array_equal(found.right + found.forgotten + found.unlearned, 8)


def test_the_stages_of_one_class(order: LearningOrder) -> None:
    found = stages_of(order, 1)
    assert found.count == 3
    assert found.late.tolist() == [0, 0, 1, 2]
    assert found.first.tolist() == [0, 0, 0, 0]
    assert found.middle == 1  # of the whole run, which the sentences are about
    absent = stages_of(order, 3)
    assert absent.count == absent.unlearned.sum() == 0


def test_groups_by_class(order: LearningOrder) -> None:
    assert groups_by_class(order).tolist() == [[2, 0, 1, 0], [0, 2, 1, 0], [0, 0, 0, 2], [0, 0, 0, 0]]


def test_the_most_telling_images_come_first(order: LearningOrder) -> None:
    assert images_of_group(order, "first").tolist() == [0, 1]
    assert images_of_group(order, "late").tolist() == [3, 2]  # the latest first
    assert images_of_group(order, "forgotten").tolist() == [4, 5]  # twice, once
    assert images_of_group(order, "never").tolist() == [7, 6]  # the surest mistake first
    assert images_of_group(order, "forgotten", 0).tolist() == [5]
    assert images_of_group(order, "never", 3).tolist() == []


def test_what_there_is_not_is_refused(order: LearningOrder) -> None:
    with pytest.raises(SpecError, match="no group 'always' of images; choose one of first, late, forgotten, never"):
        images_of_group(order, "always")  # type: ignore[arg-type]
    with pytest.raises(SpecError, match="no class 4; choose one from 0 to 3"):
        stages_of(order, 4)


def test_nothing_was_ever_right(order: LearningOrder) -> None:
    lost = LearningOrder(
        order.run_id,
        order.class_names,
        order.labels,
        order.snapshots,
        order.positions,
        np.tile((order.labels + 1) % 4, (4, 1)),
        order.confidence,
    )
    found = stages_of(lost)
    assert found.middle == -1
    assert found.unlearned.tolist() == [8, 8, 8, 8]
