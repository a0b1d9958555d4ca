"""Floating-point operations by hand."""

import pytest

from cnnviz.spec import Convolution, Dense, Flatten, ModelSpec, Pooling, preset
from cnnviz.spec.flops import forward_flops, laptop_seconds, training_flops


def test_two_conv_by_hand() -> None:
    # places x filters x numbers in a kernel
    first = 30 * 30 * 32 * (3 * 3 * 3)
    second = 13 * 13 * 64 * (3 * 3 * 32)
    dense, logits = 6 * 6 * 64 * 64, 64 * 10
    forward = first + second + dense + logits
    spec = preset("two-conv").model
    assert forward_flops(spec) == 2 * forward == 8_081_408
    # three passes, but nobody asks for the gradient at the pixels
    assert training_flops(spec) == 2 * (3 * forward - first) == 22_689_024


def test_kernels_that_do_not_learn_cost_the_forward_pass_alone() -> None:
    layers = (Convolution(filters=2, kernel_size=2, frozen=True), Pooling(), Flatten(), Dense(units=3))
    spec = ModelSpec(input_shape=(5, 5, 1), layers=layers, classes=2)
    convolution, dense, logits = 4 * 4 * 2 * 4, 2 * 2 * 2 * 3, 3 * 2
    assert forward_flops(spec) == 2 * (convolution + dense + logits)
    # the convolution's bias learns, so the gradient goes back through the dense layer
    assert training_flops(spec) == 2 * (convolution + 3 * dense + 3 * logits)


def test_a_slow_laptop_takes_seconds_for_many_images() -> None:
    spec = preset("two-conv").model
    products, numbers = forward_flops(spec) / 2, 32 * 32 * 3
    assert laptop_seconds(spec, 100) == pytest.approx(100 * (products / 1e10 + numbers / 4e7))
