"""What the inspector says of one image: its bars, its history, its neighbours."""

import re

import numpy as np

from cnnviz.evaluation import LearningOrder
from cnnviz.ui.judge.mistakes.inspector import (
    MOST_BARS,
    history_strip,
    probability_bars,
    shown_classes,
)
from cnnviz.ui.training_images import neighbours_in_words

NAMES = ("cat", "dog", "<b>frog</b>")
WHEN = {0: "before training", 1: "after step 10", 2: "after epoch 1", 3: "after epoch 2"}


def course(predicted: str) -> LearningOrder:
    """A cat that was predicted as c, d or f at each of four snapshots."""
    labels = np.array([["cdf".index(letter)] for letter in predicted])
    positions = np.array([0, 0.5, 1, 2])
    shares = np.linspace(0.25, 1, 4)[:, None]
    return LearningOrder("made", NAMES, np.array([0]), np.arange(4), positions, labels, shares)


def test_the_strip_has_a_bar_a_snapshot_and_escapes_names() -> None:
    html = history_strip(course("dccf"), 0, WHEN)
    assert re.findall(r'<div class="(right|wrong)"', html) == ["wrong", "right", "right", "wrong"]
    assert re.findall(r"<b>(.)</b>", html) == ["✕", "✓", "✓", "✕"]
    assert re.findall(r"height:(\d+)%", html) == ["25", "50", "75", "100"]
    assert re.findall(r"<span>(.)</span>", html) == ["0", "·", "1", "2"]
    assert 'title="after epoch 2: predicted &lt;b&gt;frog&lt;/b&gt;, confidence 1, wrong"' in html
    assert "<b>frog" not in html


def test_few_classes_keep_their_order_and_the_right_ones_are_marked() -> None:
    html = probability_bars(np.array([0.25, 0.1254, 0.6246]), 0, NAMES)
    assert re.findall(r'title="(0[^"]*)"', html) == ["0.25", "0.1254", "0.6246"]
    assert html.count("<em>true</em>") == 1
    assert "&lt;b&gt;frog&lt;/b&gt;" in html
    assert "<b>frog" not in html
    assert re.search(r'<b title="cat">cat<em>true</em></b>', html)
    assert re.search(r'<b class="said" title="&lt;b&gt;frog', html)
    assert "62 %" in html


def test_of_many_classes_the_most_probable_are_shown_and_the_true_one() -> None:
    chances = np.arange(100, 0, -1) / 5050
    assert shown_classes(chances, 3) == list(range(MOST_BARS))
    assert shown_classes(chances, 77) == [*range(MOST_BARS - 1), 77]
    assert shown_classes(chances[:10], 3) == list(range(10))


def test_neighbours_are_counted() -> None:
    words = neighbours_in_words(["cat", "dog", "cat"], 45_000, 1)
    assert "all 45,000 training images" in words
    assert words.endswith(": 2 cat, 1 dog.")
    assert "every 4th" in neighbours_in_words(["cat"], 12_000, 4)
