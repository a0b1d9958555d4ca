"""The Report page without a browser: its numbers, its links, what is missing and why, and hard cases."""

from base64 import b64decode
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sklearn.metrics  # the page does not wait for it, so it has to be there
from streamlit.testing.v1 import AppTest

from cnnviz.evaluation import evaluate, judge
from cnnviz.runs import Run, Status, process_fields
from tests.evaluation.made import (
    ended_run,
    from_elsewhere,
    guesses,
    names_of,
    spec_of,
    stopped_run,
    with_snapshots,
    write,
    write_dataset,
)
from tests.pages import looked
from tests.pages.looked import figures
from tests.runs.folders import make_run

opened = partial(looked.opened, "pages/judge/report.py")
LABELS = np.random.default_rng(3).integers(0, 4, 200)
CHANCES = guesses(LABELS, 4)


@pytest.fixture
def run(home: Path) -> Run:
    """A completed run with three snapshots, and its data set."""
    write_dataset(home, LABELS, 4)
    return with_snapshots(ended_run(home, LABELS, CHANCES), [guesses(LABELS, 4, seed=9, skill=0), CHANCES, CHANCES])


def matrix(at: AppTest) -> dict[str, Any]:
    return next(one for one in figures(at) if "moments" in one)


def pictures(at: AppTest) -> list[dict[str, Any]]:
    return [one for one in figures(at) if "ids" in one]


def drawings(at: AppTest) -> list[dict[str, Any]]:
    return [one for one in figures(at) if "svg" in one]


def counts(at: AppTest) -> np.ndarray:
    told = matrix(at)
    flat = np.frombuffer(b64decode(told["counts"]), np.uint32 if told["wide"] else np.uint16)
    return flat.reshape(len(told["moments"]), told["classes"], told["classes"])


def pair_buttons(at: AppTest) -> list[Any]:
    return [button for button in at.button if (button.key or "").startswith("report-pair")]


def html(at: AppTest) -> str:
    return " ".join(one.proto.body for one in at.get("html"))


def query(at: AppTest, name: str) -> str | None:
    value = at.query_params.get(name)
    return value[0] if isinstance(value, list) else value


def captions(at: AppTest) -> str:
    return " ".join(one.value for one in at.caption)


def test_without_a_run_it_says_what_to_do() -> None:
    at = opened()
    assert "There is nothing to judge yet. Train a network" in at.info[0].value
    assert at.get("page_link")[0].proto.page == "train"


def test_the_numbers_are_those_of_the_evaluation(run: Run) -> None:
    at, report = opened(), evaluate(run)
    low, high = report.interval
    for told in (
        f"{100 * report.accuracy:.1f} <small>%</small>",
        f"{100 * low:.1f} % to {100 * high:.1f} % with 95 % confidence",
        f"<dd>{report.n_mistakes}</dd>",
        f"<dd>{report.loss:.2f}</dd>",
        f"<dd>{report.f1_macro:.2f}</dd>",
    ):
        assert told in html(at)
    assert report.top3 is not None
    assert f"<dd>{100 * report.top3:.1f} %</dd>" in html(at)
    np.testing.assert_array_equal(counts(at)[-1], sklearn.metrics.confusion_matrix(LABELS, CHANCES.argmax(1)))
    sentences = [button.label.replace("\\", "") for button in pair_buttons(at)]
    assert sentences == [pair.sentence for pair in report.pairs[:5]]
    assert len(drawings(at)) == 2
    assert query(at, "run") == run.id


def test_the_matrix_goes_over_the_snapshots_and_the_model(run: Run) -> None:
    at = opened(snapshot="0")
    told = matrix(at)
    assert told["moments"] == ["before training", "after step 5", "after epoch 1", "trained model"]
    assert told["at"] == 0
    first = judge(run, 0)
    np.testing.assert_array_equal(counts(at)[0], sklearn.metrics.confusion_matrix(LABELS, first.predicted))
    assert f"{100 * first.right.mean():.1f} <small>" in html(at)
    assert "which a snapshot lacks: choose the trained model above" in captions(at)
    assert matrix(opened())["at"] == 3


def test_the_largest_mistake_is_shown_first_and_a_link_shows_another_cell(run: Run) -> None:
    at, judged = opened(), judge(run)
    true, predicted = evaluate(run).pairs[0].true, evaluate(run).pairs[0].predicted
    assert matrix(at)["chosen"] == [true, predicted]
    at = opened(cell="2-1")
    assert matrix(at)["chosen"] == [2, 1]
    found = np.flatnonzero((judged.labels == 2) & (judged.predicted == 1))
    sorted_ = found[np.argsort(-judged.confidence[found], kind="stable")][:18]
    assert pictures(at)[0]["ids"] == sorted_.tolist()
    assert (at.selectbox(key="report-true").value, at.selectbox(key="report-predicted").value) == (2, 1)
    link = next(one.proto for one in at.get("page_link") if "Show all" in one.proto.label)
    assert link.page == "mistakes"
    assert {"true=c2", "predicted=c1", f"run={run.id}"} <= set(link.query_string.split("&"))


def test_a_cell_is_chosen_by_its_sentence_and_by_name(run: Run) -> None:
    at = opened()
    pair_buttons(at)[1].click().run()
    pair = evaluate(run).pairs[1]
    assert query(at, "cell") == f"{pair.true}-{pair.predicted}"
    assert matrix(at)["chosen"] == [pair.true, pair.predicted]
    at.selectbox(key="report-true").set_value(3).run()
    at.selectbox(key="report-predicted").set_value(3).run()
    assert query(at, "cell") == "3-3"
    link = next(one.proto for one in at.get("page_link") if "Show all" in one.proto.label)
    assert "images that are right" in link.label
    assert "show=correct" in link.query_string


@pytest.mark.parametrize("cell", ["4-0", "0-9999", "1", "a-b", "-1-2", "<b>"])
def test_a_cell_that_there_is_not_is_a_sentence(run: Run, cell: str) -> None:
    assert "a cell is the true and the predicted class" in opened(cell=cell).error[0].value.replace("\\", "")


def test_the_order_and_the_colours_are_in_the_link(run: Run) -> None:
    at = opened(colours="mistakes only", classes="by label")
    assert matrix(at)["mistakes"] is True
    assert [drawings(at)[0]["svg"].index(f">c{n}<") for n in range(4)] == sorted(
        drawings(at)[0]["svg"].index(f">c{n}<") for n in range(4)
    )


def test_a_run_that_trains_without_predictions_is_waited_for(home: Path) -> None:
    write_dataset(home, LABELS, 4)
    run = make_run(home, Status("running", epoch=0, epochs=10, **process_fields()), spec_of(4))
    at = opened()
    assert query(at, "run") == run.id
    assert "has not predicted the test images yet" in at.info[0].value
    assert "this page fills by itself" in at.info[0].value
    assert not figures(at)
    with_snapshots(run, [CHANCES])
    at.run()
    assert not at.info
    assert "still training: these are its numbers before training, and the page goes on with it" in captions(at)
    assert query(at, "snapshot") is None


def test_a_run_that_ended_without_predictions_can_be_resumed(home: Path) -> None:
    run = make_run(home, Status("stopped", epoch=0, epochs=10), spec_of(4))
    at = opened(run=run.id)
    assert "ended before its first epoch did" in at.info[0].value
    link = next(one.proto for one in at.get("page_link") if one.proto.label == "Go to this run")
    assert (link.page, link.query_string) == ("train", f"run={run.id}")


def test_a_run_that_diverged_is_not_told_to_go_on(home: Path) -> None:
    write_dataset(home, LABELS, 4)
    run = make_run(home, Status("diverged", epoch=0, epochs=10), spec_of(4))
    assert "Train it again with a lower learning rate" in opened(run=run.id).info[0].value
    with_snapshots(run, [CHANCES])
    told = captions(opened(run=run.id))
    assert "these are its numbers before training. Train it again with a lower learning rate" in told
    assert "Resume" not in told


def test_a_network_from_elsewhere_that_was_not_measured_says_how_to_measure_it(home: Path) -> None:
    make_run(home, Status("completed"), from_elsewhere(4))
    at = opened()
    assert "came from elsewhere and was measured on no test images" in at.info[0].value
    assert [one.proto.page for one in at.get("page_link") if one.proto.label == "Go to Models"] == ["models"]


def test_a_run_that_was_stopped_early_says_what_is_missing(home: Path) -> None:
    write_dataset(home, LABELS, 4)
    run = stopped_run(home, 4, [guesses(LABELS, 4, seed=9), CHANCES])
    at = opened()
    assert query(at, "run") == run.id
    assert query(at, "snapshot") is None
    assert matrix(at)["moments"] == ["before training", "after step 5"]
    assert matrix(at)["at"] == 1
    assert "did not come to its end: these are its numbers after step 5" in captions(at)
    assert "which a snapshot lacks: they are made at the end" in captions(at)
    assert "<dt>loss</dt><dd>–</dd>" in html(at)


def test_without_the_data_set_the_numbers_stand(home: Path) -> None:
    ended_run(home, LABELS, CHANCES)
    at = opened()
    assert matrix(at)["names"] == list(names_of(4))
    assert not pictures(at)
    assert "The numbers stand, but the images cannot be shown" in captions(at)
    assert "is not on this machine" in captions(at)


def test_another_data_set_of_that_name_shows_no_wrong_images(home: Path) -> None:
    ended_run(home, LABELS, CHANCES)
    write_dataset(home, LABELS[:150], 4)
    at = opened()
    assert not pictures(at)
    assert "has 150 test images now" in captions(at)


def test_no_mistakes(home: Path) -> None:
    write_dataset(home, LABELS, 4)
    ended_run(home, LABELS, np.eye(4)[LABELS])
    at = opened()
    assert any("No mistakes:" in one.value for one in at.markdown)
    true, predicted = matrix(at)["chosen"]
    assert true == predicted
    assert "100.0 <small>%</small>" in html(at)


def test_a_loss_of_nearly_nothing_is_not_said_to_be_none(home: Path) -> None:
    chances = np.where(np.eye(4)[LABELS] == 1, np.exp(-0.0012), (1 - np.exp(-0.0012)) / 3)
    ended_run(home, LABELS, chances)
    assert "<dt>loss</dt><dd>0.0012</dd>" in html(opened())


def test_a_class_without_test_images(home: Path) -> None:
    labels = np.where(LABELS == 2, 1, LABELS)
    ended_run(home, labels, CHANCES)
    at = opened()
    assert "No test image shows c2" in captions(at)
    assert "no test image" in drawings(at)[0]["svg"]
    at = opened(cell="2-0")
    assert "No test image lies in this cell" in captions(at)


@pytest.mark.parametrize("classes", [2, 100])
def test_two_classes_and_a_hundred(home: Path, classes: int) -> None:
    labels = np.random.default_rng(0).integers(0, classes, 3000)
    ended_run(home, labels, guesses(labels, classes, skill=4))
    at = opened()
    assert counts(at).shape == (1, classes, classes)
    assert counts(at).sum() == 3000
    assert ("top 3" in html(at)) == (classes == 100)
    assert ("12 weakest classes of 100" in drawings(at)[0]["caption"]) == (classes == 100)


def test_what_needs_scikit_learn_comes_later(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnviz.ui.judge.report.page.metrics_ready", lambda: False)
    monkeypatch.setattr("cnnviz.ui.judge.readings.metrics_ready", lambda: False)
    at = opened()
    assert matrix(at)["chosen"]
    assert f"{100 * evaluate(run).accuracy:.1f} <small>" in html(at)
    assert "<dt>mean F1</dt><dd>–</dd>" in html(at)
    assert not drawings(at)
    assert len(at.get("skeleton")) == 1


def test_names_from_elsewhere_are_text(home: Path) -> None:
    spec = spec_of(2)
    spec = spec.changed(data=spec.data.changed(classes=("<script>alert(1)</script>", ":red[x]")))
    run = make_run(home, Status("completed", epoch=1, epochs=1), spec)
    chances, labels = guesses([0, 0, 1, 1], 2, seed=1), np.array([1, 0, 0, 1], np.uint16)
    arrays = {"predicted": chances.argmax(1).astype(np.uint16), "confidence": chances.max(1)}
    write(run, "final", arrays | {"probabilities": chances, "labels": labels})
    at = opened()
    assert matrix(at)["names"] == ["<script>alert(1)</script>", ":red[x]"]
    assert not any("<script" in one["svg"] for one in drawings(at))
    assert "<script" not in html(at)
    assert pair_buttons(at)
    for button in pair_buttons(at):
        assert "<script" not in button.label.replace("\\<", "")
        assert ":red[" not in button.label
