"""The report's numbers, beside scikit-learn's and a loop's, both computed from the raw files."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn import metrics

import cnnviz
from cnnviz.evaluation import evaluate, evaluate_judged, judge, report_csv
from cnnviz.evaluation.report import wilson
from cnnviz.figures.report_page import report_page
from cnnviz.runs import Run
from cnnviz.spec import LayerRow
from tests.evaluation.made import ended_run, guesses, judged, stopped_run, with_snapshots, write_dataset

KEYS = {
    "run_id", "n_test", "n_mistakes", "accuracy", "loss", "precision_macro", "recall_macro", "f1_macro",
    "per_class", "confusion",
}  # fmt: skip


def some_labels(classes: int, count: int = 400, absent: int | None = None) -> np.ndarray[Any, Any]:
    labels = np.random.default_rng(classes).integers(0, classes, count)
    return labels if absent is None else np.where(labels == absent, (absent + 1) % classes, labels)


def raw(run: Run) -> dict[str, np.ndarray[Any, Any]]:
    with np.load(run.folder / "predictions" / "final.npz") as arrays:
        return dict(arrays)


@pytest.mark.parametrize("classes", [2, 3, 10, 100])
def test_the_numbers_are_those_of_scikit_learn(classes: int, home: Path) -> None:
    labels = some_labels(classes, 1500)
    run = ended_run(home, labels, guesses(labels, classes, skill=1.5))
    report, arrays = evaluate(run), raw(run)
    true, predicted, chances = arrays["labels"], arrays["predicted"], arrays["probabilities"].astype(np.float64)
    assert report.accuracy == pytest.approx(metrics.accuracy_score(true, predicted))
    assert (report.n_test, report.n_mistakes) == (1500, int(metrics.zero_one_loss(true, predicted, normalize=False)))
    assert report.loss == pytest.approx(
        metrics.log_loss(true, chances / chances.sum(1, keepdims=True), labels=range(classes)), rel=1e-5
    )
    for name, score in (("precision", metrics.precision_score), ("recall", metrics.recall_score)):
        expected = score(true, predicted, average="macro", zero_division=0)
        assert getattr(report, f"{name}_macro") == pytest.approx(expected)
        each = score(true, predicted, average=None, zero_division=0)
        assert [getattr(row, name) for row in report.per_class] == pytest.approx(each.tolist())
    assert report.f1_macro == pytest.approx(metrics.f1_score(true, predicted, average="macro", zero_division=0))
    np.testing.assert_array_equal(report.confusion, metrics.confusion_matrix(true, predicted))
    if classes > 3:
        top = metrics.top_k_accuracy_score(true, chances, k=3, labels=range(classes))
        assert report.top3 == pytest.approx(top)
    else:
        assert report.top3 is None


def test_precision_recall_and_f1_counted_by_hand() -> None:
    # taken for:  c0 c0 c1   c1 c1   c0 c2
    labels = [0, 0, 0, 1, 1, 2, 2]
    report = evaluate_judged(judged(labels, np.eye(3)[[0, 0, 1, 1, 1, 0, 2]]))
    assert [row.precision for row in report.per_class] == pytest.approx([2 / 3, 2 / 3, 1])
    assert [row.recall for row in report.per_class] == pytest.approx([2 / 3, 1, 1 / 2])
    assert [row.f1 for row in report.per_class] == pytest.approx([2 / 3, 4 / 5, 2 / 3])
    assert [row.support for row in report.per_class] == [3, 2, 2]
    assert report.recall_macro == pytest.approx((2 / 3 + 1 + 1 / 2) / 3)
    assert report.confusion.tolist() == [[2, 1, 0], [0, 2, 0], [1, 0, 1]]


def test_a_class_without_test_images_is_left_out_of_the_means(home: Path) -> None:
    labels = some_labels(4, absent=2)
    run = ended_run(home, labels, guesses(labels, 4))
    report, arrays = evaluate(run), raw(run)
    assert (arrays["predicted"] == 2).any()
    row = report.per_class[2]
    assert (row.name, row.precision, row.recall, row.f1, row.support) == ("c2", None, None, None, 0)
    present = [0, 1, 3]
    for name, score in (("precision", metrics.precision_score), ("recall", metrics.recall_score)):
        expected = score(arrays["labels"], arrays["predicted"], labels=present, average="macro")
        assert getattr(report, f"{name}_macro") == pytest.approx(expected)
    assert report.absent == ("c2",)
    assert report.remark == "No test image shows c2, so there is nothing to measure, and the means leave that out."
    assert report.confusion[2].tolist() == [0, 0, 0, 0]


def test_a_class_that_is_never_predicted_has_precision_0() -> None:
    report = evaluate_judged(judged([0, 1, 2], np.eye(3)[[0, 0, 0]]))
    assert [row.precision for row in report.per_class] == pytest.approx([1 / 3, 0, 0])
    assert [row.f1 for row in report.per_class] == pytest.approx([1 / 2, 0, 0])


def test_no_mistakes() -> None:
    labels = some_labels(5)
    report = evaluate_judged(judged(labels, np.eye(5)[labels]))
    assert (report.n_mistakes, report.accuracy, report.f1_macro, report.top3) == (0, 1, 1, 1)
    assert report.loss == 0
    assert report.pairs == ()
    assert report.remark == ""
    assert report.interval[1] == 1
    assert report.interval[0] == pytest.approx(400 / (400 + 1.959964**2), rel=1e-6)  # Wilson's, for all right


def test_only_one_class_in_the_test_set() -> None:
    report = evaluate_judged(judged([1, 1, 1], guesses([1, 1, 1], 2)))
    assert report.absent == ("c0",)
    assert report.to_json()["per_class"][0]["precision"] is None


def test_a_snapshot_and_a_stopped_run_have_what_needs_no_probabilities(home: Path) -> None:
    labels = some_labels(4)
    write_dataset(home, labels, 4)
    first, second = guesses(labels, 4, seed=1), guesses(labels, 4, seed=2)
    report = evaluate(stopped_run(home, 4, [first, second]), home=home)
    assert (report.snapshot, report.loss, report.top3) == (1, None, None)
    assert report.accuracy == pytest.approx(metrics.accuracy_score(labels, second.argmax(1)))
    assert report.calibration.counts.sum() == 400
    ended = with_snapshots(ended_run(home, labels, second), [first, second])
    assert evaluate(ended, 0).accuracy == pytest.approx(metrics.accuracy_score(labels, first.argmax(1)))
    assert evaluate(ended).snapshot is None


@pytest.mark.parametrize("classes", [2, 4, 100])
def test_as_json_it_is_the_contract_without_nan(classes: int) -> None:
    labels = some_labels(classes, absent=0)
    told = json.loads(json.dumps(evaluate_judged(judged(labels, guesses(labels, classes))).to_json(), allow_nan=False))
    assert told.keys() >= KEYS
    assert [row.keys() >= {"class", "precision", "recall", "f1", "support"} for row in told["per_class"]]
    assert [row["class"] for row in told["per_class"]] == [f"c{label}" for label in range(classes)]
    assert np.shape(told["confusion"]) == (classes, classes)
    assert np.sum(told["confusion"]) == told["n_test"] == 400
    worst = told["most_confused"][0]
    assert told["confusion"][int(worst["true"][1:])][int(worst["predicted"][1:])] == worst["count"]


@pytest.mark.parametrize(
    ("right", "of", "low", "high"),
    [(8, 10, 0.490162, 0.943318), (0, 10, 0.0, 0.277533), (10, 10, 0.722467, 1.0), (1, 2, 0.094531, 0.905469)],
)
def test_wilson_s_interval_by_hand(right: int, of: int, low: float, high: float) -> None:
    assert wilson(right, of) == pytest.approx((low, high), abs=1e-6)
    for bound, sign in zip(wilson(right, of), (1, -1), strict=True):  # its bounds solve (share - p)^2 n = z^2 p (1 - p)
        if 0 < bound < 1:
            assert sign * (right / of - bound) == pytest.approx(1.959964 * (bound * (1 - bound) / of) ** 0.5, rel=1e-5)


def test_classes_that_do_not_exclude_each_other_are_said(home: Path) -> None:
    shares = np.random.default_rng(3).uniform(0, 1, (40, 3)).astype(np.float32)
    labels = some_labels(3, 40)
    run = ended_run(home, labels, shares)
    row = LayerRow("out", "dense", (3,), 3, 3)
    spec = run.spec.changed(model=run.spec.model.changed(foreign=(row,), output="independent"))
    (run.folder / "spec.json").write_text(spec.to_json(), encoding="utf-8")
    report = evaluate(cnnviz.open_run(run.id, home))
    assert report.independent
    assert "The classes do not exclude each other" in report.remark
    assert report.to_json()["independent"] is True
    page = report_page(cnnviz.open_run(run.id, home), judge(run), report)
    assert "Can its confidence be believed?" not in page
    assert "elsewhere, so its settings are not known" in page
    assert report.accuracy == np.mean(shares.argmax(1) == labels)
    assert report.loss == pytest.approx(metrics.log_loss(np.eye(3)[labels].ravel(), shares.ravel()), rel=1e-5)


def test_csv_holds_scores_and_confusion() -> None:
    found = judged([0, 0, 1], [[0.9, 0.1], [0.2, 0.8], [0.3, 0.7]])
    rows = list(csv.reader(io.StringIO(report_csv(evaluate_judged(found)))))
    assert rows[0] == ["class", "precision", "recall", "f1", "support", "as c0", "as c1"]
    assert rows[1] == ["c0", "1.0", "0.5", "0.666667", "2", "1", "1"]
    assert rows[2] == ["c1", "0.5", "1.0", "0.666667", "1", "0", "1"]


def test_csv_is_no_formula_and_empty_where_nothing_was_measured() -> None:
    report = evaluate_judged(cnnviz.evaluation.Judged(
        "made", None, ("=1+1", '-"x", y', "@"), *(np.zeros(2, np.int64),) * 2, np.ones(2),
    ))  # fmt: skip
    rows = list(csv.reader(io.StringIO(report_csv(report))))
    assert [row[0] for row in rows[1:]] == ["'=1+1", '\'-"x", y', "'@"]
    assert rows[2][1:5] == ["", "", "", "0"]


def test_it_is_a_public_name(home: Path) -> None:
    run = ended_run(home, [0, 1, 2], guesses([0, 1, 2], 3))
    assert isinstance(cnnviz.evaluate(run), cnnviz.Evaluation)


def test_the_accuracy_without_leaked_images_is_said(home: Path) -> None:
    record = judged([0, 0, 1, 1, 1], np.eye(2)[[0, 1, 1, 1, 0]])
    report = evaluate_judged(replace(record, leaked=np.array([0, 2])))
    assert report.n_leaked == 2
    assert report.accuracy == pytest.approx(3 / 5)
    assert report.accuracy_without_leaked == pytest.approx(1 / 3)
    assert report.remark.endswith(
        "2 test images (40.0 %) are among the data set's training images too, exactly or nearly; without them the "
        "accuracy is 33.3 %."
    )
    document = report.to_json()
    assert (document["n_leaked"], document["accuracy_without_leaked"]) == (2, pytest.approx(1 / 3))


def test_where_nobody_has_looked_for_leaked_images_nothing_is_said(home: Path) -> None:
    record = judged([0, 1], np.eye(2))
    assert evaluate_judged(record).n_leaked is None
    assert "training images" not in evaluate_judged(record).remark
    everything = evaluate_judged(replace(record, leaked=np.array([0, 1])))
    assert (everything.n_leaked, everything.accuracy_without_leaked) == (2, None)
