"""Probabilities against SciPy, batching against one call, and the time budget by hand."""

import numpy as np
import pytest
from scipy.special import expit, softmax

from cnnviz.models import build
from cnnviz.spec import Convolution, Flatten, ModelSpec
from cnnviz.training.budget import Plan, plan_for_seconds
from cnnviz.training.forward import Forward, probabilities_of


def test_probabilities_are_scipy_s_softmax() -> None:
    logits = np.random.default_rng(0).normal(0, 20, (200, 7)).astype(np.float32)
    found = probabilities_of(logits)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, softmax(logits.astype(np.float64), axis=1), rtol=1e-5, atol=1e-12)


def test_one_logit_is_scipy_s_sigmoid() -> None:
    logits = np.linspace(-90, 90, 181, dtype=np.float32)[:, None]
    found = probabilities_of(logits)
    np.testing.assert_allclose(found[:, 1:], expit(logits), rtol=1e-5, atol=1e-12)
    np.testing.assert_allclose(found.sum(1), 1, rtol=1e-6)


def test_huge_logits_stay_finite() -> None:
    found = probabilities_of(np.array([[3e38, 0.0], [-3e38, 1.0]], np.float32))
    np.testing.assert_array_equal(found, [[1, 0], [0, 1]])


@pytest.mark.parametrize("count", [0, 1, 499, 500, 501, 1200])
def test_any_number_of_images_gives_its_logits(count: int) -> None:
    spec = ModelSpec(input_shape=(4, 4, 1), layers=(Convolution(filters=2), Flatten()), classes=3)
    model = build(spec)
    images = np.random.default_rng(0).integers(0, 256, (count, 4, 4, 1), dtype=np.uint8)
    found = probabilities_of(Forward(model)(images))
    assert found.shape == (count, 3)
    if count:
        expected = np.asarray(model(images.astype(np.float32)))
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        # 1000 images at 100 a second: an epoch takes 10 s of training and 1 s of looking; 1 s more at the end
        (23.5, Plan(2, 1000, 10)),
        (23.0, Plan(2, 1000, 10)),
        (22.9, Plan(1, 1000, 10)),
        (12.0, Plan(1, 1000, 10)),
        (7.0, Plan(1, 500, 10)),  # (7 - 2) s of training
        (2.05, Plan(1, 10, 10)),
        (1.0, Plan(1, 10, 10)),
        (-5.0, Plan(1, 10, 10)),
        (1e6, Plan(90909, 1000, 10)),
    ],
)
def test_the_plan_for_a_time_by_hand(seconds: float, expected: Plan) -> None:
    assert plan_for_seconds(seconds, 1000, 10, images_per_second=100.0, looking_s=1.0) == expected


def test_a_plan_never_asks_for_more_images_than_there_are() -> None:
    assert plan_for_seconds(1.0, 7, 64, images_per_second=1.0, looking_s=0.0) == Plan(1, 7, 64)


def test_steps_count_the_smaller_last_batch() -> None:
    assert (Plan(3, 100, 32).steps_per_epoch, Plan(3, 100, 32).steps) == (4, 12)
    assert Plan(1, 96, 32).steps_per_epoch == 3
    assert Plan(1, 5, 32).steps == 1
