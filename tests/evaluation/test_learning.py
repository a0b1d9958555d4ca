"""When images were learned and forgotten, by hand and beside a loop over snapshots."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from cnnviz.errors import RunError
from cnnviz.evaluation import LearningOrder, learning_order
from cnnviz.evaluation.learning import GROUPS
from tests.evaluation.made import ended_run, guesses, stopped_run, with_snapshots, write_dataset
from tests.runs.folders import make_run


def course(*rights: str) -> LearningOrder:
    """A record of images that are right (x) or wrong (.) at each snapshot."""
    right = np.array([[mark == "x" for mark in line] for line in rights]).T  # (snapshots, images)
    moments = np.arange(len(right))
    labels = np.zeros(right.shape[1], np.int64)
    predicted = np.where(right, 0, 1)
    return LearningOrder("made", ("a", "b"), labels, moments, moments / 1.0, predicted, np.ones(right.shape))


def test_by_hand() -> None:
    found = course("xxxx", ".xxx", ".x.x", "...x", ".xx.", "x.x.", "....")
    assert found.learned.tolist() == [0, 1, 3, 3, -1, -1, -1]
    assert found.first_right.tolist() == [0, 1, 1, 3, 1, 0, -1]
    assert found.forgotten.tolist() == [0, 0, 1, 0, 1, 2, 0]
    assert found.lateness.tolist() == [0, 1, 3, 3, 5, 5, 8]  # the forgotten were right one snapshot ago
    # learned for good at 0, 1, 3, 3: the middle one is at 1
    assert found.group.tolist() == ["first", "first", "late", "late", "forgotten", "forgotten", "never"]


def test_the_longer_ago_it_was_right_the_later_it_is_learned() -> None:
    assert course("...x", "..x.", "x...", "....").lateness.tolist() == [3, 5, 7, 8]


def test_beside_a_loop(home: Path) -> None:
    labels = np.random.default_rng(2).integers(0, 3, 200)
    chances = [guesses(labels, 3, seed) for seed in range(6)]
    found = learning_order(with_snapshots(ended_run(home, labels, chances[-1]), chances))
    for at, label in enumerate(labels):
        marks = [bool(some[at].argmax() == label) for some in chances]
        learned = -1
        for number in reversed(range(6)):
            if not marks[number]:
                break
            learned = number
        assert found.learned[at] == learned
        assert found.first_right[at] == (marks.index(True) if True in marks else -1)
        assert found.forgotten[at] == sum(one and not other for one, other in pairwise(marks))
        assert found.right[:, at].tolist() == marks
    assert found.snapshots.tolist() == list(range(6))
    np.testing.assert_array_equal(found.confidence[3], chances[3].max(1))
    assert set(found.group) == set(GROUPS)


def test_a_run_without_mistakes_and_one_that_never_learned() -> None:
    assert course("xx", "xx").group.tolist() == ["first", "first"]
    nothing = course("..", "..")
    assert nothing.group.tolist() == ["never", "never"]
    assert nothing.learned.tolist() == nothing.first_right.tolist() == [-1, -1]


def test_one_snapshot_is_enough(home: Path) -> None:
    labels = [0, 1, 2]
    write_dataset(home, labels, 3)
    found = learning_order(stopped_run(home, 3, [np.eye(3)[[0, 1, 0]]]), home)
    assert found.learned.tolist() == [0, 0, -1]
    assert found.forgotten.tolist() == [0, 0, 0]
    assert found.group.tolist() == ["first", "first", "never"]


def test_a_damaged_snapshot_is_left_out_and_named(home: Path) -> None:
    labels = np.random.default_rng(2).integers(0, 3, 50)
    chances = [guesses(labels, 3, seed) for seed in range(4)]
    run = with_snapshots(ended_run(home, labels, chances[-1]), chances)
    (run.folder / "predictions" / "0001.npz").write_bytes(b"PK damaged")
    np.savez(run.folder / "predictions" / "0002.npz", predicted=labels[:7], confidence=np.ones(7))
    found = learning_order(run)
    assert (found.snapshots.tolist(), found.left_out) == ([0, 3], (1, 2))
    assert found.positions.tolist() == [0, 1.5]
    np.testing.assert_array_equal(found.predicted, [chances[0].argmax(1), chances[3].argmax(1)])
    for number in (0, 3):
        (run.folder / "predictions" / f"000{number}.npz").write_bytes(b"PK damaged")
    with pytest.raises(RunError, match=r"predictions of snapshot 0 of the run .* cannot be read"):
        learning_order(run)


def test_nothing_was_predicted_yet(home: Path) -> None:
    with pytest.raises(RunError, match="has not predicted the test images yet"):
        learning_order(make_run(home))
