"""Confident learning: the paper's arithmetic by hand, and labels that were changed on purpose."""

import numpy as np
import pytest

from cnnviz.errors import RunError
from cnnviz.evaluation import Judged, find_suspects
from tests.evaluation.made import guesses, judged


def test_by_hand() -> None:
    labels = [0, 0, 0, 1, 1, 1]
    chances = [
        [0.9, 0.1],
        [0.8, 0.2],
        [0.1, 0.9],  # labelled 0, looks like 1
        [0.2, 0.8],
        [0.45, 0.55],
        [0.7, 0.3],  # labelled 1, looks like 0
    ]
    # thresholds: class 0 (0.9 + 0.8 + 0.1) / 3 = 0.6, class 1 (0.8 + 0.55 + 0.3) / 3 = 0.55
    found = find_suspects(judged(labels, chances))
    assert found.indices.tolist() == [2, 5]
    assert found.suggested.tolist() == [1, 0]
    assert found.doubt.tolist() == pytest.approx([0.8, 0.4])


def test_more_probable_than_the_label_is_not_enough() -> None:
    # thresholds: class 0 (0.45 + 0.95) / 2 = 0.7, class 1 (0.9 + 0.9) / 2 = 0.9; 0.55 reaches neither
    found = find_suspects(judged([0, 0, 1, 1], [[0.45, 0.55], [0.95, 0.05], [0.1, 0.9], [0.1, 0.9]]))
    assert len(found.indices) == 0


def test_where_several_classes_are_reached_the_most_probable_counts() -> None:
    labels = [0, 0, 1, 2]
    chances = [[0.2, 0.45, 0.35], [0.9, 0.05, 0.05], [0.3, 0.4, 0.3], [0.35, 0.35, 0.3]]
    # thresholds 0.55, 0.4, 0.3: the first image reaches 1 and 2; the last reaches 2 alone, its own
    found = find_suspects(judged(labels, chances))
    assert (found.indices.tolist(), found.suggested.tolist()) == ([0], [1])


def test_changed_labels_are_found_and_come_first() -> None:
    random = np.random.default_rng(4)
    true = random.integers(0, 10, 2000)
    chances = guesses(true, 10, skill=9)
    given, changed = true.copy(), random.choice(2000, 60, replace=False)
    given[changed] = (true[changed] + random.integers(1, 10, 60)) % 10
    found = find_suspects(judged(given, chances))
    assert len(set(found.indices[:60]) & set(changed)) >= 54
    assert (found.suggested[:40] == true[found.indices[:40]]).mean() >= 0.9
    assert (np.diff(found.doubt) <= 0).all()
    assert (found.suggested != given[found.indices]).all()


def test_a_class_without_images_is_never_suggested() -> None:
    labels = np.random.default_rng(1).integers(0, 3, 300)
    chances = np.insert(guesses(labels, 3) * 0.5, 3, 0.5, axis=1)  # the fourth class is the most probable everywhere
    found = find_suspects(judged(labels, chances))
    assert not (found.suggested == 3).any()


def test_a_network_without_mistakes_doubts_nothing() -> None:
    labels = np.array([0, 1, 2])
    assert len(find_suspects(judged(labels, np.eye(3)[labels])).indices) == 0


def test_a_snapshot_has_no_suspects() -> None:
    one = np.zeros(1, np.int64)
    with pytest.raises(RunError, match="finish the run"):
        find_suspects(Judged("made", 2, ("a", "b"), one, one, np.ones(1)))
