"""When to abstain: temperatures, energies and thresholds against independent arithmetic."""

import math
from typing import Any

import numpy as np
import pytest
from scipy.special import logsumexp, softmax
from sklearn.metrics import log_loss

from cnnviz.errors import DataError, SpecError
from cnnviz.inference import Abstention, calibrate, negative_energy, temperature
from cnnviz.inference.abstaining import soft
from cnnviz.inference.refusing import Rule

RNG = np.random.default_rng(0)
TRUE = RNG.normal(size=(4000, 5)) * 2  # the logits that labels are drawn from
LABELS = np.array([RNG.choice(5, p=row) for row in softmax(TRUE, axis=1)])


@pytest.mark.parametrize("factor", [0.3, 1.0, 4.0])
def test_the_temperature_undoes_a_factor(factor: float) -> None:
    found = temperature(TRUE * factor, LABELS)
    assert found == pytest.approx(factor, rel=0.1)
    best = log_loss(LABELS, softmax(TRUE * factor / found, axis=1))
    for other in (0.9, 1.1):
        assert log_loss(LABELS, softmax(TRUE * factor / (found * other), axis=1)) > best


def test_softmax_and_energy_agree_with_scipy() -> None:
    assert soft(TRUE, 2.5) == pytest.approx(softmax(TRUE / 2.5, axis=1))
    assert negative_energy(TRUE, 2.5) == pytest.approx(2.5 * logsumexp(TRUE / 2.5, axis=1))
    assert np.isfinite(soft(np.array([[1e4, -1e4]]))).all()


@pytest.mark.parametrize("score", ["probability", "energy"])
@pytest.mark.parametrize("distances", [None, RNG.random(4000)], ids=["alone", "with distances"])
def test_at_least_the_share_to_keep_is_answered(score, distances) -> None:
    rule = calibrate(TRUE, LABELS, score=score, keep=0.9, distances=distances)
    refused = rule.unsure(TRUE)
    if distances is not None:
        refused = refused | rule.strange(distances)
    assert 0.9 <= 1 - refused.mean() < 0.96
    assert rule.answered == pytest.approx(1 - refused.mean())
    right = TRUE.argmax(1) == LABELS
    assert (rule.accuracy, rule.images) == (pytest.approx(right.mean()), 4000)
    assert rule.accuracy_answered == pytest.approx(right[~refused].mean())


def test_who_answers_only_when_sure_is_right_more_often() -> None:
    assert calibrate(TRUE, LABELS, keep=0.5).accuracy_answered > calibrate(TRUE, LABELS, keep=0.95).accuracy + 0.05


def test_what_is_far_is_strange_only_where_a_distance_was_asked() -> None:
    rule = calibrate(TRUE, LABELS)
    assert not rule.strange(np.array([1e9])).any()
    with_distance = calibrate(TRUE, LABELS, distances=np.linspace(0, 1, 4000))
    assert with_distance.strange(np.array([0.5, 0.99])).tolist() == [False, True]


def test_a_rule_survives_json_and_says_its_cost() -> None:
    rule = calibrate(TRUE, LABELS)
    assert Abstention.from_json(rule.to_json()) == rule
    assert f"{100 * rule.answered:.1f} % of 4,000 validation images" in rule.cost
    assert math.isfinite(rule.threshold)


def test_too_few_images_and_senseless_shares_are_refused() -> None:
    with pytest.raises(DataError, match="there are 19 validation images, too few"):
        calibrate(TRUE[:19], LABELS[:19])
    for keep in (0.0, 1.0, 2.0):
        with pytest.raises(SpecError, match="between 0 and 1"):
            calibrate(TRUE, LABELS, keep=keep)


@pytest.mark.parametrize(
    ("values", "whole", "says"),
    [
        ({"temperature": 2}, True, "It was too sure of itself: its logits are divided by 2.00 (temperature scaling), "
         "which moves all bars; it answers where its largest probability is at least 60 %."),
        ({"temperature": 0.5}, True, "It was not sure enough of itself: its logits are divided by 0.50 (temperature "
         "scaling); it answers where its largest probability is at least 60 %."),
        ({"score": "energy"}, True, "Its probabilities needed no scaling; it answers where T log Σ exp(logit / T), the "
         "negative energy, is at least 0.60."),
        ({"distance": 0.25}, False, "Its probabilities needed no scaling; it answers where its largest probability is "
         "at least 60 %, and where the features of the photo are at most 0.25 (cosine distance) from those of its "
         "tenth-nearest training image of the 3 that came with cnnviz (its whole data set is not on this machine)."),
    ],
)  # fmt: skip
def test_a_rule_says_when_it_answers(values: dict[str, Any], whole: bool, says: str) -> None:
    cost = {"keep": 0.9, "images": 10, "accuracy": 0.5, "answered": 0.9, "accuracy_answered": 0.6}
    rule = Rule(Abstention(**{"threshold": 0.6, **cost, **values}), np.zeros((3, 2), np.float32), whole)
    assert rule.in_words == says
