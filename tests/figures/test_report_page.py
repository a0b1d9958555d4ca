"""The printable report: self-contained, nothing runs in it, and its numbers are those of the evaluation."""

import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from cnnviz.data import keep
from cnnviz.evaluation import evaluate_judged, judge
from cnnviz.figures.report_page import report_page
from cnnviz.runs import Run, RunStore, Status
from tests.data.understood import understood
from tests.evaluation.made import ended_run, guesses, spec_of, stopped_run, write, write_dataset
from tests.runs.folders import make_run

LABELS = np.random.default_rng(3).integers(0, 4, 200)
VOID = {"meta"}


class Reader(HTMLParser):
    """Collects tags and text, and fails on a tag that is not closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append(data.strip())


def page_of(run: Run, snapshot: int | None = None, home: Path | None = None) -> str:
    judged = judge(run, snapshot, home)
    return report_page(run, judged, evaluate_judged(judged))


@pytest.fixture
def run(home: Path) -> Run:
    return ended_run(home, LABELS, guesses(LABELS, 4))


def test_it_needs_nothing_else(run: Run) -> None:
    page = page_of(run)
    reader = Reader(page)
    names = {tag for tag, _ in reader.tags}
    assert not names & {"script", "link", "iframe", "img", "object", "form", "base"}
    for _, attributes in reader.tags:
        assert not any(name.startswith("on") or name in ("src", "href") for name in attributes)
    assert "url(" not in page
    assert "@import" not in page
    addresses = set(re.findall(r"https?://[^\"' >]+", page))
    assert addresses <= {"http://www.w3.org/2000/svg"}  # a name, not an address
    policy = next(attributes for _, attributes in reader.tags if "http-equiv" in attributes)
    assert policy["content"] == "default-src 'none'; style-src 'unsafe-inline'"
    used, made = set(re.findall(r"var\((--cnnviz-\w+)\)", page)), set(re.findall(r"(--cnnviz-\w+):", page))
    assert used <= made


def test_its_numbers_are_those_of_the_evaluation(run: Run) -> None:
    judged = judge(run)
    report = evaluate_judged(judged)
    texts = Reader(page_of(run)).texts
    low, high = report.interval
    assert f"{100 * report.accuracy:.1f} %" in texts
    assert f", {100 * low:.1f} % to {100 * high:.1f} % with 95 % confidence" in texts
    assert f"{report.loss:.3f}" in texts
    assert all(pair.sentence in texts for pair in report.pairs)
    for score in report.per_class:
        at = texts.index(score.name, texts.index("Every class"))
        told = [f"{score.precision:.3f}", f"{score.recall:.3f}", f"{score.f1:.3f}", f"{score.support}"]
        assert texts[at + 1 : at + 5] == told
    assert {"ROC", "Precision and recall", "Layer".lower()} <= set(texts)


def test_a_snapshot_says_what_is_missing(home: Path) -> None:
    write_dataset(home, LABELS, 4)
    texts = Reader(page_of(stopped_run(home, 4, [guesses(LABELS, 4)]), home=home)).texts
    assert any("snapshot 0, after 0 epochs, of the run" in text for text in texts)
    assert any("so loss, top 3 and the curves are missing" in text for text in texts)
    assert "ROC" not in texts
    assert "nan" not in " ".join(texts).lower()


def test_a_perfect_run_and_a_class_without_images(home: Path) -> None:
    labels = np.where(LABELS == 2, 1, LABELS)
    texts = Reader(page_of(ended_run(home, labels, np.eye(4)[labels]))).texts
    assert "It made no mistake on these images." in texts
    assert any(text.startswith("No test image shows c2") for text in texts)
    at = texts.index("c2", texts.index("Every class"))
    assert texts[at + 1 : at + 5] == ["–", "–", "–", "0"]


@pytest.mark.parametrize("classes", [2, 100])
def test_two_classes_and_a_hundred(home: Path, classes: int) -> None:
    labels = np.random.default_rng(0).integers(0, classes, 3000)
    reader = Reader(page_of(ended_run(home, labels, guesses(labels, classes, skill=3))))
    assert sum(tag == "svg" for tag, _ in reader.tags) == 5
    assert ("mean of 100" in reader.texts) == (classes == 100)


def test_names_from_elsewhere_are_text(home: Path) -> None:
    hostile = "<script>alert(1)</script>"
    spec = spec_of(2)
    spec = spec.changed(data=spec.data.changed(name="nowhere", classes=(hostile, 'b" onload="x')))
    run = make_run(home, Status("completed", epoch=1, epochs=1), spec)
    chances = guesses([0, 1, 1], 2)
    arrays = {"predicted": chances.argmax(1).astype(np.uint16), "confidence": chances.max(1)}
    write(run, "final", arrays | {"probabilities": chances, "labels": np.array([0, 1, 1], np.uint16)})
    run.rename(f"{hostile} &amp;")
    reader = Reader(page_of(RunStore(home).get(run.id)))
    assert not {tag for tag, _ in reader.tags} & {"script"}
    assert f"{hostile} &amp;" in reader.texts
    assert hostile in reader.texts


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("digits", "10 % of the training images, held back"),
        ("mine", "the data set&#x27;s own"),
        ("gone", "10 % or the data set&#x27;s own"),
    ],
)
def test_where_the_validation_images_are_from_is_said(home: Path, name: str, said: str) -> None:
    keep(understood(parts=["train", "train", "validation", "test"] * 15), "mine", home)
    run = ended_run(home, LABELS, guesses(LABELS, 4))
    spec = run.spec.changed(data=run.spec.data.changed(name=name))
    (run.folder / "spec.json").write_text(spec.to_json())
    assert f"<dd>{said}</dd>" in page_of(Run(run.folder))
