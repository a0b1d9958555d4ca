"""Which images a gallery shows, in which order, and what is said of them."""

from dataclasses import replace

import numpy as np
import pytest

from cnnviz.errors import RunError
from cnnviz.evaluation import LearningOrder, find_suspects, learning_order
from cnnviz.evaluation.gallery import FORGOTTEN, by_class, gallery_caption, gallery_images, lead, nothing
from cnnviz.evaluation.mistakes import Query
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
    chosen = gallery_images(FOUND, Query())
    assert set(chosen.indices.tolist()) == set(np.flatnonzero(WRONG).tolist())
    np.testing.assert_array_equal(chosen.values, FOUND.confidence[chosen.indices])
    assert (np.diff(chosen.values) <= 0).all()
    assert (chosen.format, chosen.heads) == ("percent", ())


def test_filters_narrow_it_down() -> None:
    chosen = gallery_images(FOUND, Query(shown="all", true=1, predicted=2, least=0.3, most=0.8))
    asked = (FOUND.labels == 1) & (FOUND.predicted == 2) & (FOUND.confidence >= 0.3) & (FOUND.confidence <= 0.8)
    assert set(chosen.indices.tolist()) == set(np.flatnonzero(asked).tolist())


def test_the_tiles_say_what_they_are_sorted_by(order: LearningOrder) -> None:
    assert FOUND.losses is not None
    by_loss = gallery_images(FOUND, Query(sort="loss"))
    np.testing.assert_array_equal(by_loss.values, FOUND.losses[by_loss.indices])
    assert by_loss.format == "number"
    by_margin = gallery_images(FOUND, Query(shown="all", sort="margin", descending=False))
    assert (np.diff(by_margin.values) >= 0).all()
    learned = gallery_images(FOUND, Query(shown="all", sort="learned", descending=False), order)
    assert learned.format == "moment"
    for index, value in zip(learned.indices, learned.values, strict=True):
        forgotten = order.learned[index] < 0 <= order.first_right[index]
        assert value == (FORGOTTEN if forgotten else order.learned[index])
    kinds = np.select([learned.values >= 0, learned.values == FORGOTTEN], [0, 1], 2)
    assert (np.diff(kinds) >= 0).all()  # learned, then forgotten, then never
    assert set(kinds) == {0, 1, 2}


def test_pairs_have_heads_that_count_all_images() -> None:
    chosen = gallery_images(FOUND, Query(shown="all", by_pair=True))
    assert sum(head.count for head in chosen.heads) == len(chosen.indices) == 500
    at = 0
    for head in chosen.heads:
        part = chosen.indices[at : at + head.count]
        true, predicted = FOUND.labels[part[0]], FOUND.predicted[part[0]]
        assert (FOUND.labels[part] == true).all()
        assert (FOUND.predicted[part] == predicted).all()
        told = f"c{true}, recognised" if true == predicted else f"c{true} taken for c{predicted}"
        assert head.label == told
        at += head.count


def test_suspects_are_filtered_too_and_keep_their_order() -> None:
    suspects = find_suspects(FOUND)
    every = gallery_images(FOUND, Query(shown="all"), suspects=suspects)
    np.testing.assert_array_equal(every.indices, suspects.indices)
    np.testing.assert_array_equal(every.values, suspects.doubt)
    some = gallery_images(FOUND, Query(shown="all", true=2), suspects=suspects)
    assert some.indices.tolist() == [index for index in suspects.indices.tolist() if LABELS[index] == 2]


def test_what_a_run_did_not_keep_is_refused() -> None:
    with pytest.raises(RunError, match="finish the run"):
        gallery_images(replace(FOUND, probabilities=None), Query(sort="loss"))
    with pytest.raises(RunError, match="predictions of all snapshots"):
        gallery_images(FOUND, Query(sort="learned"))


def test_a_sentence_says_what_is_shown() -> None:
    assert lead(FOUND, Query(), 150) == "150 mistakes of 500 images, the most confident first"
    assert lead(FOUND, Query(shown="all"), 500) == "500 test images, the most confident first"
    view = Query(shown="correct", true=1, least=0.5, sort="learned")
    assert lead(FOUND, view, 1) == (
        "1 correct image of 500 images (true class c1, confidence 50 to 100 %), the latest learned first"
    )
    assert lead(FOUND, Query(true=1), 0) == "No mistakes of 500 images (true class c1)"
    assert (
        lead(FOUND, Query(shown="all"), 3, suspects=True) == "3 suspect labels of 500 images, the most doubtful first"
    )


def test_nothing_to_show_is_said_kindly() -> None:
    perfect, hopeless = judged(LABELS, np.eye(4)[LABELS]), judged(LABELS, np.eye(4)[(LABELS + 1) % 4])
    assert "Not a single mistake: all 500 images are recognised" in nothing(perfect, Query())
    assert "None of the 500 images is recognised" in nothing(hopeless, Query(shown="correct"))
    assert "doubts no label" in nothing(perfect, Query(shown="all"), suspects=True)
    assert "Clear them" in nothing(FOUND, Query(true=1, least=0.99))
    assert len(gallery_images(perfect, Query(by_pair=True)).heads) == 0


def test_what_stands_below_an_image_follows_the_order() -> None:
    assert "predicted class, confidence, true class" in gallery_caption(Query())
    assert "predicted class, loss (how surprising" in gallery_caption(Query(sort="loss"))
    assert "believes in instead" in gallery_caption(Query(shown="all"), suspects=True)


def test_images_of_a_class_stand_together_in_their_order() -> None:
    labels = np.array([2, 0, 2, 1, 0, 2, 1])
    rank = np.array([5, 5, 9, 7])
    found, heads = by_class(np.array([6, 5, 0, 1, 4]), labels, ("a", "b", "c", "d"), rank, lambda label: f"no. {label}")
    assert found.tolist() == [5, 0, 1, 4, 6]
    assert [(head.label, head.note, head.count) for head in heads] == [
        ("c", "no. 2", 2),
        ("a", "no. 0", 2),
        ("b", "no. 1", 1),
    ]
