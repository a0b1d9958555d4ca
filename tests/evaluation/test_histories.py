"""The history of one test image in words."""

import numpy as np
import pytest

from cnnviz.evaluation import LearningOrder
from cnnviz.evaluation.histories import history_in_words

NAMES = ("cat", "dog", "<b>frog</b>")
WHEN = {0: "before training", 1: "after step 10", 2: "after epoch 1", 3: "after epoch 2"}


def course(predicted: str) -> LearningOrder:
    """A cat that was predicted as c, d or f at each of four snapshots."""
    labels = np.array([["cdf".index(letter)] for letter in predicted])
    positions = np.array([0, 0.5, 1, 2])
    shares = np.linspace(0.25, 1, 4)[:, None]
    return LearningOrder("made", NAMES, np.array([0]), np.arange(4), positions, labels, shares)


@pytest.mark.parametrize(
    ("predicted", "words"),
    [
        ("cccc", "Right from the start."),
        ("ddcc", "Learned after epoch 1, and right ever since. Predicted one after another: dog, cat."),
        ("dcdc", "First right after step 10, forgotten once on the way, learned for good after epoch 2."),
        ("cdcd", "First right before training, last right after epoch 1, forgotten 2 times."),
        ("dccd", "First right after step 10, last right after epoch 1, forgotten once."),
        ("dcdd", "Right only once, after step 10, and wrong ever since."),
        ("dddd", "Never learned: wrong at every snapshot. Always taken for dog."),
        ("dfdf", "Never learned: wrong at every snapshot. Predicted one after another: dog, <b>frog</b>, dog"),
    ],
)
def test_the_history_in_words(predicted: str, words: str) -> None:
    assert history_in_words(course(predicted), 0, WHEN).startswith(words)
