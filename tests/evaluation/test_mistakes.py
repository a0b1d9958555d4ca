"""Choosing and ordering images, beside loops and sorted()."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnviz.errors import RunError, SpecError
from cnnviz.evaluation import Judged, LearningOrder, Query, learning_order, pairs, select
from tests.evaluation.made import ended_run, guesses, judged, with_snapshots

LABELS = np.random.default_rng(0).integers(0, 4, 500)
CHANCES = guesses(LABELS, 4)
FOUND = judged(LABELS, CHANCES)
PREDICTED, CONFIDENCE = CHANCES.argmax(1), CHANCES.max(1).astype(np.float64)


@pytest.fixture(scope="module")
def order(tmp_path_factory: pytest.TempPathFactory) -> LearningOrder:
    run = ended_run(tmp_path_factory.mktemp("home"), LABELS, CHANCES)
    return learning_order(with_snapshots(run, [*(guesses(LABELS, 4, seed) for seed in (5, 6, 7)), CHANCES]))


def test_all_mistakes_the_most_confident_first() -> None:
    found = select(FOUND, Query())
    assert found.dtype == np.int64
    wrong = [at for at in range(500) if PREDICTED[at] != LABELS[at]]
    assert found.tolist() == sorted(wrong, key=lambda at: -CONFIDENCE[at])


@pytest.mark.parametrize(
    ("query", "keeps"),
    [
        ({"true": 2}, lambda at: LABELS[at] == 2 and PREDICTED[at] != 2),
        ({"predicted": 1}, lambda at: PREDICTED[at] == 1 and LABELS[at] != 1),
        ({"true": 0, "predicted": 3}, lambda at: LABELS[at] == 0 and PREDICTED[at] == 3),
        ({"true": 0, "predicted": 0}, lambda at: False),
        ({"true": 0, "predicted": 0, "shown": "all"}, lambda at: LABELS[at] == 0 == PREDICTED[at]),
        ({"shown": "correct"}, lambda at: LABELS[at] == PREDICTED[at]),
        ({"shown": "all", "least": 0.4, "most": 0.6}, lambda at: 0.4 <= CONFIDENCE[at] <= 0.6),
        ({"shown": "all"}, lambda at: True),
    ],
)
def test_filters(query: dict[str, Any], keeps: Any) -> None:
    found = select(FOUND, Query(sort="index", descending=False, **query))
    assert found.tolist() == [at for at in range(500) if keeps(at)]


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("sort", ["confidence", "loss", "margin", "index", "learned"])
def test_orders(sort: Any, descending: bool, order: LearningOrder) -> None:
    def key(at: int) -> float:
        true = float(CHANCES[at, LABELS[at]])
        values = {
            "confidence": CONFIDENCE[at],
            "loss": -np.log(true),
            "margin": true - max(float(CHANCES[at, other]) for other in range(4) if other != LABELS[at]),
            "index": at,
            "learned": order.lateness[at],
        }
        return -values[sort] if descending else values[sort]

    found = select(FOUND, Query(shown="all", sort=sort, descending=descending), order)
    assert found.tolist() == sorted(range(500), key=key)  # both keep equal ones in their order


def test_by_pair_the_largest_pair_first_and_sorted_within() -> None:
    found = select(FOUND, Query(by_pair=True))
    counted = pairs(FOUND, found)
    assert [pair.count for pair in counted] == sorted((pair.count for pair in counted), reverse=True)
    at = 0
    for pair in counted:
        part = found[at : at + pair.count]
        assert set(zip(LABELS[part], PREDICTED[part], strict=True)) == {(pair.true, pair.predicted)}
        assert (np.diff(CONFIDENCE[part]) <= 0).all()
        at += pair.count
    assert at == len(found) == int((PREDICTED != LABELS).sum())
    own = int((counted[0].true == LABELS).sum())
    assert counted[0].sentence.startswith(f"{counted[0].count} of {own} images of c{counted[0].true} are taken for c")


def test_correct_images_are_said_to_be_recognised() -> None:
    counted = pairs(FOUND, select(FOUND, Query(shown="correct", true=0)))
    assert len(counted) == 1
    assert "are recognised" in counted[0].sentence


def test_no_mistakes_is_an_empty_answer() -> None:
    perfect = judged(LABELS, np.eye(4)[LABELS])
    for by_pair in (False, True):
        found = select(perfect, Query(by_pair=by_pair))
        assert (found.dtype, len(found)) == (np.int64, 0)
    assert pairs(perfect, found) == ()


def test_what_cannot_be_asked_for_is_refused(home: Path) -> None:
    with pytest.raises(SpecError, match="cannot sort by 'size'; choose one of confidence, loss"):
        Query(sort="size")  # type: ignore[arg-type]
    with pytest.raises(SpecError, match="cannot show 'dogs'"):
        Query(shown="dogs")  # type: ignore[arg-type]
    for least, most in ((0.6, 0.4), (-1, 1), (0, float("nan"))):
        with pytest.raises(SpecError, match="give two shares from 0 to 1"):
            Query(least=least, most=most)
    with pytest.raises(SpecError, match="there is no class 4; the run made has the classes 0 to 3"):
        select(FOUND, Query(predicted=4))
    with pytest.raises(RunError, match="needs the predictions of all snapshots"):
        select(FOUND, Query(sort="learned"))
    snapshot = Judged("made", 1, FOUND.class_names, FOUND.labels, FOUND.predicted, FOUND.confidence)
    for sort in ("loss", "margin"):
        with pytest.raises(RunError, match="finish the run"):
            select(snapshot, replace(Query(), sort=sort))
    assert len(select(snapshot, Query()))
