"""Which images a view shows, in which order, and what is said of them."""

from dataclasses import replace

import numpy as np
import pytest

from cnnviz.errors import RunError
from cnnviz.evaluation import LearningOrder, find_suspects, learning_order
from cnnviz.ui.components.image_grid import FORGOTTEN
from cnnviz.ui.judge.mistakes.gallery import chosen_images, lead, nothing
from cnnviz.ui.judge.mistakes.place import MistakesPlace
from tests.evaluation.made import ended_run, guesses, judged, with_snapshots

LABELS = np.random.default_rng(0).integers(0, 4, 500)
CHANCES = guesses(LABELS, 4)
FOUND = judged(LABELS, CHANCES)
WRONG = FOUND.predicted != FOUND.labels


@pytest.fixture(scope="module")
def order(tmp_path_factory: pytest.TempPathFactory) -> LearningOrder:
    run = ended_run(tmp_path_factory.mktemp("home"), LABELS, CHANCES)
    return learning_order(with_snapshots(run, [*(guesses(LABELS, 4, seed) for seed in (5, 6)), CHANCES]))


def test_the_usual_view_is_the_mistakes_the_surest_first() -> None:
    chosen = chosen_images(FOUND, MistakesPlace(), None, None)
    assert set(chosen.indices.tolist()) == set(np.flatnonzero(WRONG).tolist())
    np.testing.assert_array_equal(chosen.values, FOUND.confidence[chosen.indices])
    assert (np.diff(chosen.values) <= 0).all()
    assert (chosen.format, chosen.groups) == ("percent", ())


def test_filters_narrow_it_down() -> None:
    chosen = chosen_images(FOUND, MistakesPlace(show="all", true=1, predicted=2, confidence=(30, 80)), None, None)
    asked = (FOUND.labels == 1) & (FOUND.predicted == 2) & (FOUND.confidence >= 0.3) & (FOUND.confidence <= 0.8)
    assert set(chosen.indices.tolist()) == set(np.flatnonzero(asked).tolist())


def test_the_tiles_say_what_they_are_sorted_by(order: LearningOrder) -> None:
    assert FOUND.losses is not None
    by_loss = chosen_images(FOUND, MistakesPlace(sort="loss-high"), None, None)
    np.testing.assert_array_equal(by_loss.values, FOUND.losses[by_loss.indices])
    assert by_loss.format == "number"
    by_margin = chosen_images(FOUND, MistakesPlace(show="all", sort="margin-low"), None, None)
    assert (np.diff(by_margin.values) >= 0).all()
    learned = chosen_images(FOUND, MistakesPlace(show="all", sort="learned-early"), order, None)
    assert learned.format == "moment"
    for index, value in zip(learned.indices, learned.values, strict=True):
        forgotten = order.learned[index] < 0 <= order.first_right[index]
        assert value == (FORGOTTEN if forgotten else order.learned[index])
    kinds = np.select([learned.values >= 0, learned.values == FORGOTTEN], [0, 1], 2)
    assert (np.diff(kinds) >= 0).all()  # learned, then forgotten, then never
    assert set(kinds) == {0, 1, 2}


def test_pairs_have_heads_that_count_all_images() -> None:
    chosen = chosen_images(FOUND, MistakesPlace(show="all", by_pair=True), None, None)
    assert sum(group.count for group in chosen.groups) == len(chosen.indices) == 500
    at = 0
    for group in chosen.groups:
        part = chosen.indices[at : at + group.count]
        true, predicted = FOUND.labels[part[0]], FOUND.predicted[part[0]]
        assert (FOUND.labels[part] == true).all()
        assert (FOUND.predicted[part] == predicted).all()
        told = f"c{true}, recognised" if true == predicted else f"c{true} taken for c{predicted}"
        assert group.label == told
        at += group.count


def test_suspects_are_filtered_too_and_keep_their_order() -> None:
    suspects = find_suspects(FOUND)
    every = chosen_images(FOUND, MistakesPlace(show="suspects"), None, suspects)
    np.testing.assert_array_equal(every.indices, suspects.indices)
    np.testing.assert_array_equal(every.values, suspects.doubt)
    some = chosen_images(FOUND, MistakesPlace(show="suspects", true=2), None, suspects)
    assert some.indices.tolist() == [index for index in suspects.indices.tolist() if LABELS[index] == 2]


def test_what_a_run_did_not_keep_is_refused() -> None:
    with pytest.raises(RunError, match="finish the run"):
        chosen_images(replace(FOUND, probabilities=None), MistakesPlace(sort="loss-high"), None, None)
    with pytest.raises(RunError, match="predictions of all snapshots"):
        chosen_images(FOUND, MistakesPlace(sort="learned-late"), None, None)


def test_a_sentence_says_what_is_shown() -> None:
    assert lead(FOUND, MistakesPlace(), 150) == "150 mistakes of 500 images, the most confident first"
    assert lead(FOUND, MistakesPlace(show="all"), 500) == "500 test images, the most confident first"
    view = MistakesPlace(show="correct", true=1, confidence=(50, 100), sort="learned-late")
    assert lead(FOUND, view, 1) == (
        "1 correct image of 500 images (true class c1, confidence 50 to 100 %), the latest learned first"
    )
    assert lead(FOUND, MistakesPlace(true=1), 0) == "No mistakes of 500 images (true class c1)"
    assert lead(FOUND, MistakesPlace(show="suspects"), 3) == "3 suspect labels of 500 images, the most doubtful first"


def test_nothing_to_show_is_said_kindly() -> None:
    perfect, hopeless = judged(LABELS, np.eye(4)[LABELS]), judged(LABELS, np.eye(4)[(LABELS + 1) % 4])
    assert "Not a single mistake: all 500 images are recognised" in nothing(perfect, MistakesPlace())
    assert "None of the 500 images is recognised" in nothing(hopeless, MistakesPlace(show="correct"))
    assert "doubts no label" in nothing(perfect, MistakesPlace(show="suspects"))
    assert "Clear them" in nothing(FOUND, MistakesPlace(true=1, confidence=(99, 100)))
    assert len(chosen_images(perfect, MistakesPlace(by_pair=True), None, None).groups) == 0
