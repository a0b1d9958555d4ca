"""What is measured with several views lies beside the report, also of runs that cannot be written."""

import json
from pathlib import Path

import pytest

from cnnviz.errors import RunError
from cnnviz.runs import Run, RunStore, Status
from cnnviz.runs.views import ViewsScore, read_views, write_views
from tests.training.helpers import tiny_spec


@pytest.fixture
def run(home: Path) -> Run:
    return RunStore(home).create(tiny_spec(), Status("completed"))


def test_what_was_written_is_read_by_the_number_of_views(run: Run) -> None:
    assert read_views(run) == ()
    six, two = ViewsScore(6, 200, 13), ViewsScore(2, 200, 15)
    write_views(run, six)
    write_views(run, two)
    assert read_views(run) == (two, six)
    write_views(run, ViewsScore(6, 200, 12))
    assert read_views(run)[1].accuracy == pytest.approx(0.94)
    assert json.loads((run.folder / "views.json").read_text())["scores"][0] == {
        "views": 2,
        "n_test": 200,
        "n_mistakes": 15,
        "accuracy": 0.925,
    }


def test_a_bundled_run_keeps_its_own_and_what_is_measured_here_goes_first(run: Run, home: Path, tmp_path: Path) -> None:
    write_views(run, ViewsScore(6, 100, 7))
    elsewhere = tmp_path / "elsewhere"
    bundled = Run(run.folder, bundled=True, home=elsewhere)
    assert read_views(bundled) == (ViewsScore(6, 100, 7),)
    before = (run.folder / "views.json").read_bytes()
    write_views(bundled, ViewsScore(2, 100, 8))
    write_views(bundled, ViewsScore(6, 100, 6))
    assert read_views(bundled) == (ViewsScore(2, 100, 8), ViewsScore(6, 100, 6))
    assert (run.folder / "views.json").read_bytes() == before


@pytest.mark.parametrize(
    "scores",
    [
        None,
        "many",
        [3],
        [{}],
        [{"views": 6, "n_test": 0, "n_mistakes": 0}],
        [{"views": 6, "n_test": 5, "n_mistakes": 6}],
        [{"views": 1, "n_test": 5, "n_mistakes": 1}],
        [{"views": 6.0, "n_test": 5, "n_mistakes": 1}],
    ],
)
def test_what_makes_no_sense_is_left_out(run: Run, scores: object) -> None:
    (run.folder / "views.json").write_text(json.dumps({"scores": scores}))
    assert read_views(run) == ()


def test_a_damaged_file_is_said_and_kept(run: Run) -> None:
    (run.folder / "views.json").write_text("{")
    with pytest.raises(RunError, match=r"views\.json is damaged"):
        read_views(run)
    with pytest.raises(RunError, match="is damaged"):
        write_views(run, ViewsScore(6, 3, 1))
    assert (run.folder / "views.json").read_text() == "{"
