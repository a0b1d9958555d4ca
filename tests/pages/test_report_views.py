"""What was measured with several views of each image stands beside the accuracy on the Report page, never in it."""

from pathlib import Path

import numpy as np
import pytest

from cnnviz.runs import Run
from cnnviz.runs.views import ViewsScore, write_views
from tests.evaluation.made import ended_run, guesses, with_snapshots, write_dataset
from tests.pages import looked
from tests.pages.test_report import html

LABELS = np.random.default_rng(3).integers(0, 4, 200)
CHANCES = guesses(LABELS, 4)


@pytest.fixture
def run(home: Path) -> Run:
    write_dataset(home, LABELS, 4)
    return with_snapshots(ended_run(home, LABELS, CHANCES), [CHANCES, CHANCES])


def said(run: Run, **query: str) -> str:
    return html(looked.opened("pages/judge/report.py", run=run.id, **query))


def test_several_views_stand_beside_the_accuracy(run: Run) -> None:
    before = said(run)
    assert "over 6 views" not in before
    write_views(run, ViewsScore(6, 200, 7))
    after = said(run)
    assert "over 6 views</dt><dd>96.5 %</dd>" in after
    accuracy = f"{100 * (CHANCES.argmax(1) == LABELS).mean():.1f} <small>%</small>"
    assert accuracy in before
    assert accuracy in after
    assert "over 6 views" not in said(run, snapshot="1")  # they are about the trained model


def test_a_damaged_file_is_no_reason_for_no_report(run: Run) -> None:
    (run.folder / "views.json").write_text("{")
    assert "accuracy" in said(run)
