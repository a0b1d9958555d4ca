"""What is probably not meant about a data set."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from cnnviz.data import load_dataset
from cnnviz.data.doubts import doubts_of


def test_a_good_set_raises_none() -> None:
    assert doubts_of(load_dataset("digits")) == ()


def test_all_that_is_doubtful_is_said(save: Callable[..., Path]) -> None:
    random = np.random.default_rng(0)
    train, test = random.integers(0, 2, (50, 8, 8), np.uint8), random.integers(0, 2, (20, 8, 8), np.uint8)
    test[3], test[9] = train[40], train[2]
    labels, names = np.arange(50) % 3, np.array([*"abcd"])
    path = save(x_train=train, y_train=labels, x_test=test, y_test=np.arange(20) % 2, class_names=names)
    assert doubts_of(load_dataset("mine", path.parents[1])) == (
        "No value is above 1, so the pictures are black; if they were meant as 0 to 1, import the file anew with the "
        "window 0 to 1.",
        "The class d has no picture at all; remove the name, or add some.",
        "The class c has no picture to test on; add some, or divide the pictures anew.",
        "2 of the 20 test pictures are among the training pictures too, so that the accuracy says too much; leave them "
        "out of one.",
    )
