"""ROC and precision-recall curves: their areas by counting pairs and ranks, their shapes after thinning."""

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn import metrics

from cnnviz.errors import RunError
from cnnviz.evaluation import Judged, precision_recall, roc
from tests.evaluation.made import guesses, judged

LABELS = np.random.default_rng(5).integers(0, 3, 300)
CHANCES = guesses(LABELS, 3).round(2).astype(np.float64)  # rounded, so that some are equal


def area_by_pairs(positive: NDArray[np.float64], negative: NDArray[np.float64]) -> float:
    """How often one of the class scores above another image; half where equal."""
    wins = sum(1.0 if one > other else 0.5 if one == other else 0.0 for one in positive for other in negative)
    return wins / (len(positive) * len(negative))


def average_precision(true: NDArray[np.bool_], score: NDArray[np.float64]) -> float:
    """Precision at each threshold, weighted by the recall that is gained there."""
    total, before = 0.0, 0
    for threshold in sorted(set(score), reverse=True):
        taken = score >= threshold
        found = int((taken & true).sum())
        total += (found - before) / int(true.sum()) * found / int(taken.sum())
        before = found
    return total


def test_areas_counted_by_hand() -> None:
    found = judged(LABELS, CHANCES)
    for label, (one, other) in enumerate(zip(roc(found), precision_recall(found), strict=True)):
        score, true = CHANCES[:, label], label == LABELS
        assert one.class_name == other.class_name == f"c{label}"
        assert one.area == pytest.approx(area_by_pairs(score[true], score[~true]))
        assert other.area == pytest.approx(average_precision(true, score))
        assert np.trapezoid(one.y, one.x) == pytest.approx(one.area, abs=1e-9)  # few points: none was left out


def test_binary_has_one_curve_that_of_the_second_class() -> None:
    labels = LABELS % 2
    chances = guesses(labels, 2)
    found = judged(labels, chances)
    (one,), (other,) = roc(found), precision_recall(found)
    assert one.class_name == other.class_name == "c1"
    assert one.area == pytest.approx(metrics.roc_auc_score(labels, chances[:, 1]))
    assert other.area == pytest.approx(metrics.average_precision_score(labels, chances[:, 1]))


@pytest.mark.parametrize("draw", [roc, precision_recall])
def test_thousands_of_points_are_thinned_and_look_the_same(draw: type[roc]) -> None:
    labels = np.random.default_rng(1).integers(0, 2, 20_000)
    curve = draw(judged(labels, guesses(labels, 2)))[0]
    assert len(curve.x) <= 300
    assert np.trapezoid(curve.y, curve.x) == pytest.approx(curve.area, abs=2e-3)
    assert (curve.x[0], curve.x[-1]) == (0, 1)
    assert (np.diff(curve.x) >= 0).all()
    assert np.isfinite(curve.y).all()
    assert ((curve.y >= 0) & (curve.y <= 1)).all()


def test_a_perfect_network() -> None:
    labels = np.array([0, 1, 2, 0])
    for curve in (*roc(judged(labels, np.eye(3)[labels])), *precision_recall(judged(labels, np.eye(3)[labels]))):
        assert curve.area == 1


def test_classes_without_images_or_without_others_are_left_out() -> None:
    labels = np.where(LABELS == 1, 0, LABELS)
    assert [curve.class_name for curve in roc(judged(labels, CHANCES))] == ["c0", "c2"]
    assert roc(judged([1, 1], guesses([1, 1], 2))) == precision_recall(judged([1, 1], guesses([1, 1], 2))) == ()


def test_a_snapshot_has_no_curves() -> None:
    found = judged(LABELS, CHANCES)
    bare = Judged("made", 3, found.class_names, found.labels, found.predicted, found.confidence)
    with pytest.raises(RunError, match="finish the run, or look at its end, to see this"):
        roc(bare)
