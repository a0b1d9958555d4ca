"""The randomised-weights check in words."""

import pytest

from cnnviz.figures.randomisation import check_verdict, correlation_in_words, stage_title


@pytest.mark.parametrize(
    ("correlation", "words"),
    [
        (0.9, "rank correlation 0.90: nearly the same"),
        (0.5, "rank correlation 0.50: similar"),
        (0.3, "rank correlation 0.30: a little alike"),
        (0.004, "rank correlation 0: unrelated"),
        (-0.3, "rank correlation −0.30: rather the opposite"),
        (-0.9, "rank correlation −0.90: the opposite"),
        (None, "cannot be compared, because one of the two is the same everywhere"),
    ],
)
def test_a_correlation_in_words(correlation: float | None, words: str) -> None:
    assert correlation_in_words(correlation) == words


def test_the_verdict_of_the_check() -> None:
    assert "shows the image, not the network" in check_verdict("Saliency", 0.8)
    assert "only in part" in check_verdict("Saliency", 0.5)
    assert "shows what was learned" in check_verdict("Saliency", 0.1)
    assert "cannot be judged" in check_verdict("Saliency", None)


def test_stages_are_named() -> None:
    assert stage_title(("logits",), 3) == "logits random"
    assert stage_title(("logits", "dense_1"), 3) == "Last 2 layers random"
    assert stage_title(("a", "b", "c"), 3) == "All layers random"
    assert stage_title(("a",), 1) == "All layers random"
