"""What came of several runs, number by number."""

from pathlib import Path

import numpy as np

from cnnviz.evaluation import evaluate
from cnnviz.evaluation.results import results_in_words
from cnnviz.spec import Beginning, Body, LayerRow
from tests.evaluation.made import ended_run, guesses
from tests.runs.folders import make_run

LABELS = np.random.default_rng(3).integers(0, 4, 60)


def test_a_row_for_each_number_that_some_run_has(tmp_path: Path) -> None:
    run = ended_run(tmp_path, LABELS, guesses(LABELS, 4))
    report = evaluate(run)
    rows = results_in_words([(run, report), (run, None)], same_images=True)
    assert list(rows)[:4] == ["test accuracy", "95 % interval", "mistakes", "test loss"]
    assert rows["mistakes"] == [f"{report.n_mistakes}", "–"]
    assert rows["test accuracy"] == [f"{100 * report.accuracy:.1f}\u00a0%", "–"]
    assert rows["parameters"][0] == rows["parameters"][1] != "–"
    assert all(len(values) == 2 and set(values) != {"–"} for values in rows.values())


def test_how_many_parameters_learn_is_said_where_some_are_frozen(tmp_path: Path) -> None:
    run = ended_run(tmp_path, LABELS, guesses(LABELS, 4))
    assert "of these learn" not in results_in_words([(run, None)], same_images=True)
    body = Body(input_shape=(8, 8, 1), rows=(LayerRow("conv", "convolution", (8, 8, 2), 20, 1152),))
    beginning = Beginning(network="another")
    spec = run.spec.changed(model=run.spec.model.changed(body=body), beginning=beginning)
    begun = make_run(tmp_path, spec=spec)
    rows = results_in_words([(run, None), (begun, None)], same_images=True)
    learn = 2 * 4 + 4
    assert rows["parameters"][1] == f"{20 + learn}"
    assert rows["of these learn"] == [rows["parameters"][0], f"{learn}"]


def test_the_images_are_said_where_they_differ(tmp_path: Path) -> None:
    run = ended_run(tmp_path, LABELS, guesses(LABELS, 4))
    rows = results_in_words([(run, evaluate(run))], same_images=False)
    assert rows["test images"] == ["60 of 4 classes"]
