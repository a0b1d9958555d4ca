"""Calibration and confusion, beside loops over the images."""

from pathlib import Path

import numpy as np
import pytest

from cnnviz.evaluation import calibration_of, confusion_matrix, learning_order, most_confused, over_snapshots
from tests.evaluation.made import ended_run, guesses, judged, names_of, with_snapshots

LABELS = np.random.default_rng(3).integers(0, 5, 700)
CHANCES = guesses(LABELS, 5, skill=2)


@pytest.mark.parametrize("bins", [1, 4, 15])
def test_the_expected_calibration_error_is_the_paper_s(bins: int) -> None:
    found = calibration_of(judged(LABELS, CHANCES), bins)
    confidence, right = CHANCES.max(1).astype(float), CHANCES.argmax(1) == LABELS
    error = 0.0
    for number in range(bins):
        inside = [at for at in range(700) if number / bins < confidence[at] <= (number + 1) / bins]
        assert found.counts[number] == len(inside)
        if inside:
            accuracy = sum(right[at] for at in inside) / len(inside)
            mean = sum(confidence[at] for at in inside) / len(inside)
            assert (found.accuracy[number], found.confidence[number]) == pytest.approx((accuracy, mean))
            error += len(inside) / 700 * abs(accuracy - mean)
        else:
            assert (found.accuracy[number], found.confidence[number]) == (0, 0)
    assert found.expected_error == pytest.approx(error)
    assert found.counts.sum() == 700
    assert found.edges[[0, -1]].tolist() == [0, 1]


def test_confidence_on_an_edge_and_at_the_ends() -> None:
    found = judged([0, 0, 0], [[1.0, 0.0], [0.5, 0.5], [0.6, 0.4]])
    assert calibration_of(found, 2).counts.tolist() == [1, 2]  # a bin holds its right edge
    assert calibration_of(judged([0], [[0.0, 0.0]]), 2).counts.tolist() == [1, 0]


def test_a_network_that_is_always_sure_and_right_is_calibrated() -> None:
    assert calibration_of(judged(LABELS, np.eye(5)[LABELS])).expected_error == 0


def test_rows_are_true_classes() -> None:
    expected = np.zeros((5, 5), int)
    for label, row in zip(LABELS, CHANCES, strict=True):
        expected[label, row.argmax()] += 1
    found = confusion_matrix(judged(LABELS, CHANCES))
    assert found.dtype == np.int64
    np.testing.assert_array_equal(found, expected)


def test_the_matrix_of_every_snapshot(home: Path) -> None:
    other = guesses(LABELS, 5, seed=9)
    run = with_snapshots(ended_run(home, LABELS, CHANCES), [other, CHANCES])
    order = learning_order(run)
    matrices = over_snapshots(order)
    assert matrices.shape == (2, 5, 5)
    np.testing.assert_array_equal(matrices[0], confusion_matrix(judged(LABELS, other)))
    np.testing.assert_array_equal(matrices[1], confusion_matrix(judged(LABELS, CHANCES)))
    assert order.positions.tolist() == [0, 0.5]


def test_the_most_confused_pairs_in_words() -> None:
    matrix = np.array([[7, 2, 1], [0, 1200, 34], [1, 0, 0]])
    found = most_confused(matrix, ("cat", "dog", "ship"))
    assert [(pair.true, pair.predicted, pair.count) for pair in found] == [(1, 2, 34), (0, 1, 2), (0, 2, 1), (2, 0, 1)]
    assert found[0].sentence == "34 of 1,234 images of dog are taken for ship (2.8 %)."
    assert found[2].sentence == "1 of 10 images of cat is taken for ship (10.0 %)."
    assert found[3].sentence == "1 of 1 image of ship is taken for cat (100.0 %)."
    assert len(most_confused(matrix, ("cat", "dog", "ship"), most=2)) == 2
    assert most_confused(np.diag([3, 4]), names_of(2)) == ()
    assert matrix[1, 1] == 1200  # it is left as it was
