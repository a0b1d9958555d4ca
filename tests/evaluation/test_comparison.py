"""Two runs on the same images, with scipy's test and arithmetic by hand; and what differs in their settings."""

from math import comb, sqrt

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

import cnnviz
from cnnviz.errors import RunError, SpecError
from cnnviz.evaluation import Difference, Judged, compare, disagreements, settings_that_differ
from cnnviz.evaluation.comparison import same_images, why_not_compared
from cnnviz.spec import Augmentation, Convolution, LayerRow, RunSpec
from tests.evaluation.made import guesses, judged

LABELS = np.random.default_rng(8).integers(0, 3, 400)


def two_runs(only_a: int, only_b: int, both: int = 5, neither: int = 3) -> tuple[Judged, Judged]:
    """Two runs that are right on so many images alone, together, or not at all."""
    a = [True] * only_a + [False] * only_b + [True] * both + [False] * neither
    b = [False] * only_a + [True] * only_b + [True] * both + [False] * neither
    labels = np.zeros(len(a), int)
    first, second = (np.eye(2)[np.where(right, 0, 1)] for right in (a, b))
    return judged(labels, first, "first"), judged(labels, second, "second")


def test_the_counts_are_a_loop_s() -> None:
    a, b = guesses(LABELS, 3, 1), guesses(LABELS, 3, 2)
    found = compare(judged(LABELS, a), judged(LABELS, b))
    right = [(bool(x), bool(y)) for x, y in zip(a.argmax(1) == LABELS, b.argmax(1) == LABELS, strict=True)]
    counts = [right.count(both) for both in ((True, True), (True, False), (False, True), (False, False))]
    assert [found.both_right, found.only_a, found.only_b, found.both_wrong] == counts
    assert found.difference == pytest.approx((b.argmax(1) == LABELS).mean() - (a.argmax(1) == LABELS).mean())
    assert found.interval[0] < found.difference < found.interval[1]
    assert found.p_value == pytest.approx(stats.binomtest(counts[1], counts[1] + counts[2]).pvalue)


@pytest.mark.parametrize(("only_a", "only_b"), [(2, 9), (9, 2), (5, 5), (0, 1), (0, 12)])
def test_mcnemar_s_exact_test_by_hand(only_a: int, only_b: int) -> None:
    n = only_a + only_b
    tail = sum(comb(n, k) for k in range(min(only_a, only_b) + 1)) / 2**n
    assert compare(*two_runs(only_a, only_b)).p_value == pytest.approx(min(1, 2 * tail))


def test_the_interval_by_hand() -> None:
    found = compare(*two_runs(2, 9, both=50, neither=39))  # 100 images
    share_a, share_b = 3 / 102, 10 / 102
    half = 1.959964 * sqrt((share_a + share_b - (share_b - share_a) ** 2) / 102)
    assert found.difference == pytest.approx(0.07)
    assert found.interval == pytest.approx((share_b - share_a - half, share_b - share_a + half), rel=1e-6)


def test_in_words() -> None:
    told = compare(*two_runs(288, 412, both=5300, neither=4000), names=("plain", "wide")).sentence
    assert told == (
        "wide is better on 412 images, worse on 288; very unlikely to be chance (p < 0.001). Its accuracy differs by "
        "+1.2 points (95 % interval +0.7 to +1.8)."
    )
    assert "A" in compare(*two_runs(0, 0)).sentence
    assert compare(*two_runs(0, 0)).sentence == "A and B are right on the same images."
    assert "better on 1 image, worse on 0; this may be chance (p = 1)." in compare(*two_runs(0, 1)).sentence
    assert "; unlikely to be chance (p = 0.021)." in compare(*two_runs(1, 9)).sentence


def test_nobody_differs() -> None:
    found = compare(*two_runs(0, 0))
    assert (found.p_value, found.difference) == (1, 0)
    assert found.interval[0] < 0 < found.interval[1]


def test_other_test_images_are_refused_in_one_sentence() -> None:
    a = judged(LABELS, guesses(LABELS, 3), "first")
    others = [
        judged(LABELS[:-1], guesses(LABELS[:-1], 3), "second"),
        judged(LABELS[::-1], guesses(LABELS, 3), "second"),
        judged(LABELS, guesses(LABELS, 3), "second", dataset="elsewhere"),
    ]
    for b in others:
        for together in (compare, disagreements):
            with pytest.raises(RunError, match="first and second were measured on different test images"):
                together(a, b)


def test_disagreements() -> None:
    labels = np.array([0, 0, 0, 1, 1])
    a: NDArray[np.float64] = np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.2, 0.8], [0.6, 0.4]])
    b: NDArray[np.float64] = np.array([[0.4, 0.6], [0.1, 0.9], [0.9, 0.1], [0.3, 0.7], [0.7, 0.3]])
    found = judged(labels, a), judged(labels, b)
    assert disagreements(*found).tolist() == [1, 2, 0]  # the less confident of the two: 0.8, 0.7, 0.6
    assert disagreements(*found, "only_a").tolist() == [1, 0]
    assert disagreements(*found, "only_b").tolist() == [2]
    assert disagreements(*found, "both_wrong").tolist() == []
    three = judged([0], [[0.1, 0.6, 0.3]]), judged([0], [[0.1, 0.3, 0.6]])
    assert disagreements(*three, "both_wrong").tolist() == [0]
    with pytest.raises(SpecError, match="choose one of all, only_a"):
        disagreements(*found, "none")  # type: ignore[arg-type]


def changed(spec: RunSpec, **train: object) -> RunSpec:
    return spec.changed(train=spec.train.changed(**train))


def test_settings_that_differ_in_words() -> None:
    spec = cnnviz.preset("two-conv")
    other = changed(spec, learning_rate=0.01, schedule="cosine", augmentation=Augmentation(flip=True, shift=0.1))
    other = other.changed(
        name="another",
        data=spec.data.changed(train_images=500, classes=("a_b", "c")),
        model=spec.model.changed(classes=2),
        versions={"keras": "3.15.0"},
    )
    assert settings_that_differ(spec, other) == (
        Difference("training images", "all", "500"),
        Difference("classes", "all", "a_b, c"),
        Difference("number of classes", "10", "2"),
        Difference("learning rate", "0.002", "0.01"),
        Difference("schedule", "one cycle", "cosine"),
        Difference("augmentation: flip", "no", "yes"),
        Difference("augmentation: shift", "0", "0.1"),
        Difference("version of keras", "–", "3.15.0"),
    )
    assert settings_that_differ(spec, spec.changed(name="another", preset=None)) == ()


def test_a_network_from_elsewhere_has_no_settings_of_training() -> None:
    spec = cnnviz.preset("two-conv")
    row = LayerRow("out", "dense", (10,), 3, 3)
    other = changed(spec, learning_rate=0.01)
    theirs = other.changed(model=other.model.changed(layers=(), foreign=(row,)))
    assert settings_that_differ(spec, theirs)[1:] == (Difference("trained", "here", "elsewhere"),)  # after the layers
    assert settings_that_differ(theirs, spec.changed(model=theirs.model)) == ()


def test_layers_one_by_one_where_they_are_of_the_same_kinds() -> None:
    spec = cnnviz.preset("two-conv")
    first, *rest = spec.model.layers
    wider = spec.changed(model=spec.model.changed(layers=(Convolution(filters=8, kernel_size=5), *rest)))
    assert settings_that_differ(spec, wider) == (
        Difference("conv2d_1 · filters", "32", "8"),
        Difference("conv2d_1 · kernel size", "3", "5"),
    )
    shorter = spec.changed(model=spec.model.changed(layers=(first, *rest[-2:])))
    assert settings_that_differ(spec, shorter) == (
        Difference(
            "layers",
            "convolution 32, pooling 2, convolution 64, pooling 2, flatten, dense 64",
            "convolution 32, flatten, dense 64",
        ),
    )
    without = spec.changed(model=spec.model.changed(layers=()))
    assert settings_that_differ(without, spec)[0].a == "–"


def test_why_runs_are_not_compared() -> None:
    few, many = (judged(np.zeros(count, int), np.eye(2)[np.zeros(count, int)]) for count in (40, 60))
    assert same_images(few, few)
    assert not same_images(few, many)
    assert "B has no predictions that can be judged" in why_not_compared({"A": few, "B": None})
    assert "B and C have no predictions" in why_not_compared({"A": few, "B": None, "C": None})
    assert "(A 40 of made and B 60 of made)" in why_not_compared({"A": few, "B": many}).replace("nowhere", "made")
