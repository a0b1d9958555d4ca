import threading

import numpy as np
import pytest

from cnnviz.errors import SpecError
from cnnviz.explain.heatmap import Verdict, heatmap
from cnnviz.ui.attribution.results import Results
from cnnviz.ui.attribution.words import check_verdict, correlation_in_words, stage_title, strength


def test_results_are_computed_once_and_bounded() -> None:
    kept, asked = Results(2), []
    for number in (1, 2, 1, 3, 1, 2):
        assert kept.get(number, lambda n=number: asked.append(n) or n * 10) == number * 10
    assert asked == [1, 2, 3, 2]  # 2 was looked at longest ago when 3 came
    assert 1 in kept
    assert 3 not in kept


def test_a_refusal_is_kept_like_a_result() -> None:
    kept, asked = Results(2), []

    def refuse() -> None:
        asked.append(1)
        raise SpecError("no")

    for _ in range(2):
        with pytest.raises(SpecError, match="no"):
            kept.get("a", refuse)
    assert asked == [1]


def test_many_threads_may_ask() -> None:
    kept = Results(3)
    threads = [
        threading.Thread(target=lambda: [kept.get(n % 7, lambda n=n: n % 7 + 1) for n in range(500)]) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(kept.get(n, lambda n=n: n + 1) == n + 1 for n in range(7))


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


def test_the_scale_says_what_its_end_stands_for() -> None:
    verdict = Verdict(0, 0, 1.0, 0.5, True)
    raw = np.arange(1.0, 101.0).reshape(10, 10)
    assert strength(heatmap(raw, "gradcam", verdict, "")) == "100"
    assert strength(heatmap(raw, "saliency", verdict, "", cap=90)) == "≥ 91"  # ten pixels are as bright as can be
    assert strength(heatmap(-raw, "gradcam", verdict, "nothing")) == ""


def test_stages_are_named() -> None:
    assert stage_title(("logits",), 3) == "logits random"
    assert stage_title(("logits", "dense_1"), 3) == "Last 2 layers random"
    assert stage_title(("a", "b", "c"), 3) == "All layers random"
    assert stage_title(("a",), 1) == "All layers random"
