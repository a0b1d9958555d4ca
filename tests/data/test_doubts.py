"""What is probably not meant about a data set."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cnnviz.data import importing, load_dataset
from cnnviz.data.doubts import doubts_of
from cnnviz.data.importing import keep
from cnnviz.data.sources import understand


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


def test_of_a_set_that_stays_on_the_disk_the_same_is_said(
    save: Callable[..., Path], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = np.random.default_rng(0).integers(0, 256, (600, 8, 8, 3), np.uint8)
    labels = np.arange(600) % 2
    path = save(x_train=images[:500], y_train=labels[:500], x_test=images[400:], y_test=labels[400:])
    monkeypatch.setattr(importing, "LARGEST_IN_A_FILE", 0)
    keep(understand(path), "large", home)
    said = doubts_of(load_dataset("large", home))
    assert said == doubts_of(load_dataset("mine", path.parents[1]))
    assert said[0].startswith("100 of the 200 test pictures are among the training pictures too")
