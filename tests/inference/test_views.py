"""Measuring a run with several views: on its own test images, kept, and never mixed with its accuracy."""

from pathlib import Path

import numpy as np
import pytest

from cnnviz.data import load_dataset
from cnnviz.data.views import views_of
from cnnviz.errors import RunError, SpecError
from cnnviz.inference.views import measure_views
from cnnviz.runs import Run
from cnnviz.runs.views import ViewsScore, read_views
from cnnviz.training.execute import train
from tests.training.helpers import PLAIN, stop_at, tiny_spec, write_tiny


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    home = tmp_path_factory.mktemp("views") / "home"
    write_tiny(home)
    return train(tiny_spec(PLAIN, epochs=1, views=2), home)


def by_hand(run: Run, count: int) -> ViewsScore:
    test, model = load_dataset("tiny", run.home).test, run.model()
    said = sum(
        weight * model.predict(view.astype("float32"), verbose=0) for weight, view in views_of(test.images, count)
    )
    return ViewsScore(count, len(test), int((np.argmax(said, axis=1) != test.labels).sum()))


def test_the_end_of_a_run_measures_what_it_was_asked_for(run: Run) -> None:
    assert read_views(run)[0] == by_hand(run, 2)
    report = run.evaluation()
    assert report is not None
    final = run.predictions()
    assert report["n_mistakes"] == int((final.predicted != final.labels).sum())  # of the images themselves


def test_it_can_be_measured_later(run: Run) -> None:
    shares: list[float] = []
    before = (run.folder / "evaluation.json").read_bytes()
    found = measure_views(run, 6, on_progress=shares.append)
    assert found == by_hand(run, 6)
    assert read_views(run) == (by_hand(run, 2), found)
    assert (run.folder / "evaluation.json").read_bytes() == before
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1)


def test_other_numbers_and_unfinished_runs_are_refused(run: Run, home: Path) -> None:
    with pytest.raises(SpecError, match=r"3 views were asked for; choose 2 \(each image and its mirror image\) or 6"):
        measure_views(run, 3)
    write_tiny(home)
    stopped = train(tiny_spec(PLAIN), home, stop_at(home, 2))
    with pytest.raises(RunError, match="has not come to its end"):
        measure_views(stopped, 6)
