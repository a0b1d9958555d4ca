"""The Mistakes page: what it shows of real and of unlucky runs, and that every choice is in the URL."""

from pathlib import Path

import numpy as np
import pytest

from cnnviz.data.findings import Examined, keep_examined
from cnnviz.runs import Run
from tests.evaluation.made import ended_run, guesses, stopped_run, with_snapshots, write_dataset
from tests.mistakes_page import CHANCES, LABELS, WRONG, asked, grid, indices, opened, run, words

__all__ = ["run"]


def test_nothing_yet_invites_to_train(home: Path) -> None:
    at = opened()
    assert "There is nothing to judge yet" in at.info[0].value
    assert at.main.get("page_link")[0].proto.label == "Go to Train"


def test_all_mistakes_are_in_one_gallery(run: Run) -> None:
    at = opened()
    assert set(indices(at).tolist()) == set(np.flatnonzero(WRONG).tolist())
    data = grid(at)
    assert data["lead"] == f"{WRONG.sum()} mistakes of 300 images, the most confident first"
    assert data["source"]["address"].startswith("/sheets/")
    assert (data["source"]["height"], data["source"]["width"]) == (8, 8)
    assert data["chosen"] is None
    assert data["names"] == ["c0", "c1", "c2", "c3"]


def test_images_that_are_in_the_training_set_too_can_be_shown_alone(run: Run) -> None:
    assert "mistakes-leaked" not in [one.key for one in opened(show="all").toggle]  # nobody has looked for them
    leaked = np.array([3, 5, 8])
    keep_examined(run.spec.data.name, Examined((), leaked))
    at = opened(show="all")
    at.toggle(key="mistakes-leaked").set_value(True).run()
    assert asked(at)["leaked"] == "only"
    assert sorted(indices(at).tolist()) == leaked.tolist()
    assert "3 test images of 300 images (also in training)" in grid(at)["lead"]
    assert "Most alike among its training images" in words(opened(show="all", leaked="only", image="test-5"))
    at.button(key="mistakes-clear").click().run()
    assert len(indices(at)) == 300


def test_every_choice_is_in_the_link_and_every_link_is_a_choice(run: Run) -> None:
    at = opened()
    at.selectbox(key="mistakes-true").set_value(2).run()
    at.selectbox(key="mistakes-predicted").set_value(1).run()
    at.segmented_control(key="mistakes-show").set_value("all").run()
    at.selectbox(key="mistakes-sort").set_value("loss-high").run()
    at.toggle(key="mistakes-group").set_value(True).run()
    at.slider(key="mistakes-confidence").set_value((30, 90)).run()
    query = asked(at)
    wanted = {
        "show": "all",
        "true": "c2",
        "predicted": "c1",
        "sort": "loss-high",
        "group": "pair",
        "confidence": "30-90",
    }
    assert wanted.items() <= query.items()
    again = opened(**query)
    for one in (at, again):
        confidence = CHANCES.max(1)
        fits = (LABELS == 2) & (CHANCES.argmax(1) == 1) & (confidence >= 0.3) & (confidence <= 0.9)
        assert set(indices(one).tolist()) == set(np.flatnonzero(fits).tolist())
        assert [group["label"] for group in grid(one)["groups"]] == ["c2 taken for c1"]
    again.button(key="mistakes-clear").click().run()
    assert len(indices(again)) == 300
    assert "true" not in asked(again)


def test_what_was_learned_is_told_by_its_moment(run: Run) -> None:
    data = grid(opened(show="all", sort="learned-early"))
    assert data["format"] == "moment"
    assert data["moments"] == ["before training", "after step 5", "after epoch 1"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("show", "dogs"),
        ("true", "cat"),
        ("predicted", "9"),
        ("confidence", "x"),
        ("sort", "x"),
        ("group", "x"),
        ("image", "test-300"),
        ("run", "../etc"),
        ("snapshot", "77"),
    ],
)
def test_a_wrong_link_is_one_sentence_and_a_way_back(run: Run, name: str, value: str) -> None:
    at = opened(**{name: value})
    assert len(at.error) == 1
    assert [link.proto.label for link in at.main.get("page_link")] == ["Show all mistakes of the newest run"]


# --- runs of all kinds ------------------------------------------------------------------------------------------


def test_no_mistake_at_all_is_a_kind_sentence(home: Path) -> None:
    ended_run(home, LABELS, np.eye(4)[LABELS])
    assert "Not a single mistake: all 300 images are recognised" in grid(opened())["nothing"]
    assert "doubts no label" in grid(opened(show="suspects"))["nothing"]


def test_orders_are_offered_as_far_as_the_run_kept_what_they_need(home: Path) -> None:
    ended_run(home, LABELS, CHANCES)  # without predictions at its snapshots
    at = opened(sort="learned-late")
    assert grid(at)["lead"].endswith("the most confident first")
    assert "Highest loss" in at.selectbox(key="mistakes-sort").options
    assert "Latest learned" not in at.selectbox(key="mistakes-sort").options


def test_a_class_without_test_images(home: Path) -> None:
    few = np.where(LABELS == 2, 1, LABELS)
    ended_run(home, few, guesses(few, 4))
    assert "No test image fits" in grid(opened(true="c2"))["nothing"]
    assert len(indices(opened(show="suspects")))


def test_two_classes_and_a_hundred(home: Path) -> None:
    for classes in (2, 100):
        many = np.random.default_rng(3).integers(0, classes, 400)
        run = ended_run(home, many, guesses(many, classes))
        at = opened(run=run.id, group="pair", show="all", image="test-5")
        assert sum(group["count"] for group in grid(at)["groups"]) == 400
        html = "".join(one.proto.body for one in at.main.get("html"))
        assert html.count("<u ") == (2 if classes == 2 else 10)


def test_a_run_that_was_stopped_says_what_it_lacks(home: Path) -> None:
    write_dataset(home, LABELS, 4)
    stopped_run(home, 4, [guesses(LABELS, 4, 5), CHANCES])
    at = opened()
    assert len(indices(at)) == WRONG.sum()
    assert "need the probabilities of all classes" in grid(at)["caption"]
    assert "Highest loss" not in at.selectbox(key="mistakes-sort").options
    assert grid(opened(sort="loss-high"))["lead"].endswith("the most confident first")
    assert "Suspect labels need the probabilities" in opened(show="suspects").info[0].value
    assert "predicted **c" in words(opened(image=f"test-{np.flatnonzero(WRONG)[0]}"))


def test_without_the_data_set_the_words_are_all_there(home: Path) -> None:
    with_snapshots(ended_run(home, LABELS, CHANCES), [CHANCES])
    at = opened(image="test-5")
    assert "The data set nowhere is not on this machine" in words(at)
    assert grid(at)["source"]["address"] == ""
    assert len(indices(at)) == WRONG.sum()
    assert "At every snapshot" in words(at)
    assert "Is the label" in words(at)


def test_names_from_elsewhere_are_text(home: Path) -> None:
    from cnnviz.spec import DataSpec
    from tests.evaluation import made

    names = ("<b>cat</b>", "[dog](http://x)", ":red[ship]", "truck")
    spec = made.spec_of(4).changed(data=DataSpec(name="nowhere", classes=names))
    original = made.spec_of
    made.spec_of = lambda classes: spec
    try:
        with_snapshots(ended_run(home, LABELS, CHANCES), [CHANCES])
    finally:
        made.spec_of = original
    at = opened(image="test-5", show="all")
    assert "<b>cat</b>" not in "".join(one.proto.body for one in at.main.get("html")) + words(at)
    assert "[dog](http" not in words(at)
    assert ":red[ship]" not in words(at)
