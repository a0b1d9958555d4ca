"""`cnnviz evaluate`: the contracted document, the files it writes, and every mistake in one line."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from sklearn import metrics

from cnnviz.runs import Run
from cnnviz.runs.views import ViewsScore, write_views
from tests.cli.conftest import Call, mistake
from tests.evaluation.made import ended_run, guesses, stopped_run, with_snapshots, write_dataset

KEYS = {
    "run_id",
    "n_test",
    "n_mistakes",
    "accuracy",
    "loss",
    "precision_macro",
    "recall_macro",
    "f1_macro",
    "per_class",
    "confusion",
}
LABELS = np.random.default_rng(1).integers(0, 5, 300)
CHANCES = guesses(LABELS, 5)


@pytest.fixture
def run(home: Path) -> Run:
    return with_snapshots(ended_run(home, LABELS, CHANCES), [guesses(LABELS, 5, seed=4), CHANCES])


def test_the_document(call: Call, run: Run) -> None:
    told = call("evaluate", "latest", "--json").json
    assert told.keys() >= KEYS
    predicted = CHANCES.argmax(1)
    assert (told["run_id"], told["n_test"]) == (run.id, 300)
    assert told["n_mistakes"] == int((predicted != LABELS).sum())
    assert told["accuracy"] == pytest.approx(metrics.accuracy_score(LABELS, predicted))
    assert told["f1_macro"] == pytest.approx(metrics.f1_score(LABELS, predicted, average="macro"))
    assert told["loss"] == pytest.approx(-np.log(CHANCES[np.arange(300), LABELS].astype(float)).mean())
    assert told["confusion"] == metrics.confusion_matrix(LABELS, predicted).tolist()
    assert told["per_class"][3].keys() >= {"class", "precision", "recall", "f1", "support"}
    assert told["out"] is None


def test_in_words(call: Call, run: Run) -> None:
    told = call("evaluate", "latest").out.splitlines()
    accuracy = 100 * (CHANCES.argmax(1) == LABELS).mean()
    assert told[0] == f"{run.name} on nowhere: {accuracy:.1f} % of 300 test images right"
    assert told[1].startswith("95 % interval ")
    assert any(line.split()[0] == "mean" for line in told if line)
    assert told[-1].endswith(" %).")


def test_a_snapshot(call: Call, run: Run) -> None:
    told = call("evaluate", "latest", "--snapshot", "0", "--json").json
    assert told["accuracy"] == pytest.approx((guesses(LABELS, 5, seed=4).argmax(1) == LABELS).mean())
    assert (told["snapshot"], told["loss"]) == (0, None)
    assert "no predictions of snapshot 9 yet" in mistake(call("evaluate", "latest", "--snapshot", "9"))


def test_several_views_are_told_beside_the_accuracy(call: Call, run: Run) -> None:
    assert call("evaluate", "latest", "--json").json["views"] == []
    write_views(run, ViewsScore(6, 300, 27))
    told = call("evaluate", "latest", "--json").json
    assert told["views"] == [{"views": 6, "n_test": 300, "n_mistakes": 27, "accuracy": 0.91}]
    assert told["accuracy"] == pytest.approx((CHANCES.argmax(1) == LABELS).mean())
    assert "over 6 views of each image: 91.0 % right\n" in call("evaluate", "latest").out
    assert "views" not in call("evaluate", "latest", "--snapshot", "0").out


def test_views_that_cannot_be_measured_are_one_line(call: Call, run: Run) -> None:
    assert "3 views were asked for; choose 2" in mistake(call("evaluate", "latest", "--views", "3"))
    assert "leave one of them out" in mistake(call("evaluate", "latest", "--views", "6", "--snapshot", "0"))


def test_a_run_that_was_stopped_says_what_is_measured(call: Call, home: Path) -> None:
    write_dataset(home, LABELS, 5)
    stopped_run(home, 5, [CHANCES])
    out = call("evaluate", "latest").out
    assert "snapshot 0" in out.splitlines()[0]
    assert "finish the run to measure its model" in out
    assert "loss" not in out
    assert call("evaluate", "latest", "--json").json["loss"] is None


def test_no_mistakes_and_a_class_without_images(call: Call, home: Path) -> None:
    labels = np.where(LABELS == 2, 1, LABELS)
    ended_run(home, labels, np.eye(5)[labels])
    out = call("evaluate", "latest").out
    assert "0 mistakes" in out
    assert "No test image shows c2" in out
    assert "nan" not in out
    assert call("evaluate", "latest", "--json").json["per_class"][2]["precision"] is None


def test_csv_and_json_are_written(call: Call, run: Run, tmp_path: Path) -> None:
    assert f"written: {tmp_path / 'a.csv'}\n" in call("evaluate", "latest", "--out", str(tmp_path / "a.csv")).out
    rows = list(csv.reader((tmp_path / "a.csv").read_text().splitlines()))
    assert [row[0] for row in rows] == ["class", "c0", "c1", "c2", "c3", "c4"]
    told = call("evaluate", "latest", "--out", str(tmp_path / "a.JSON"), "--json").json
    written = json.loads((tmp_path / "a.JSON").read_text())
    assert told == {**written, "out": str(tmp_path / "a.JSON")}
    assert sorted(path.suffix for path in tmp_path.glob("*a.*")) == [".JSON", ".csv"]  # nothing half-written is left


def test_a_page_to_print_is_written(call: Call, run: Run, tmp_path: Path) -> None:
    told = call("evaluate", "latest", "--out", str(tmp_path / "report.html"), "--json").json
    page = (tmp_path / "report.html").read_text()
    assert page.startswith("<!DOCTYPE html>")
    assert f"{100 * told['accuracy']:.1f} %" in page


def test_a_wrong_target_is_one_line(call: Call, run: Run, tmp_path: Path) -> None:
    assert "so give a name that ends in .csv" in mistake(call("evaluate", "latest", "--out", "report.txt"))
    (tmp_path / "folder.csv").mkdir()
    assert "is a folder" in mistake(call("evaluate", "latest", "--out", str(tmp_path / "folder.csv")))
    (tmp_path / "file").touch()
    told = mistake(call("evaluate", "latest", "--out", str(tmp_path / "file" / "a.csv")))
    assert "give --out in another folder" in told


def test_a_run_without_predictions_is_one_line(call: Call, ended: Run) -> None:
    assert "there is no run called" in mistake(call("evaluate", "gone"))
    assert "has not predicted the test images yet" in mistake(call("evaluate", ended.id))
