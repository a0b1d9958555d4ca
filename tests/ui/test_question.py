import threading

import numpy as np
import pytest

from cnnviz.errors import SpecError
from cnnviz.explain.heatmap import Verdict, heatmap
from cnnviz.ui.components.heatmaps import Panel
from cnnviz.ui.question import Results


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


def test_the_scale_says_what_its_end_stands_for() -> None:
    verdict = Verdict(0, 0, 1.0, 0.5, True)
    raw = np.arange(1.0, 101.0).reshape(10, 10)
    assert Panel.of("", heatmap(raw, "gradcam", verdict, "")).high == "100"
    assert (
        Panel.of("", heatmap(raw, "saliency", verdict, "", cap=90)).high == "≥ 91"
    )  # ten pixels are as bright as can be
    assert Panel.of("", heatmap(-raw, "gradcam", verdict, "nothing")).high == ""
