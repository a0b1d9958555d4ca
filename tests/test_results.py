"""What was computed last, for many threads."""

import threading

import pytest

from cnnviz.errors import SpecError
from cnnviz.results import Results


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
