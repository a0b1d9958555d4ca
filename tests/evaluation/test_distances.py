"""How far images are from those of a training, against SciPy and a loop."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from cnnviz.evaluation import neighbours
from cnnviz.evaluation.neighbours import distances, nearest

RNG = np.random.default_rng(0)
FEATURES = RNG.normal(size=(500, 7)).astype(np.float32)
QUERIES = RNG.normal(size=(40, 7)).astype(np.float32)


@pytest.mark.parametrize("block", [16_000_000, 1300])  # 1300: two queries at a time
@pytest.mark.parametrize("k", [1, 10, 500, 9999])
def test_the_kth_nearest_is_a_sorted_row_s(k: int, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "_BLOCK_VALUES", block)
    expected = np.sort(cdist(QUERIES, FEATURES, "cosine"), axis=1)[:, min(k, 500) - 1]
    assert distances(FEATURES, QUERIES, k) == pytest.approx(expected, abs=1e-5)


def test_it_agrees_with_the_nearest_images_that_are_shown() -> None:
    found = [nearest(FEATURES, query, 10)[1][-1] for query in QUERIES]
    assert distances(FEATURES, QUERIES, 10) == pytest.approx(np.array(found), abs=1e-5)


def test_what_answers_nothing_has_nothing_in_common() -> None:
    assert distances(FEATURES, np.zeros((2, 7)), 3).tolist() == [1, 1]
    assert distances(FEATURES, np.zeros((0, 7))).shape == (0,)
