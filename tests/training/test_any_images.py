"""Images of every kind that people have: small and large, grey and colour, two classes or a hundred, few, uneven."""

from pathlib import Path

import pytest

from cnnviz import evaluate
from cnnviz.data.deleting import delete_dataset
from cnnviz.data.names import class_names_of
from cnnviz.evaluation import Query, judge, measured_images, select
from cnnviz.explain import activation_peaks, feature_maps, grad_cam, strongest_patches
from cnnviz.runs import Run
from cnnviz.training import start
from cnnviz.training.execute import train
from tests.any_images import KINDS, Kind, imported
from tests.training.helpers import wait_until


def look_at(run: Run, kind: Kind, home: Path) -> None:
    """Do with a run what the pages do with it."""
    assert run.status.state == "completed", run.status.message
    test = measured_images(run, home)
    result = evaluate(run, home=home)
    assert result.n_test == len(test) == sum(max(1, round(count / 5)) for count in kind.counts)
    judged = judge(run, home=home)
    mistakes = select(judged, Query(sort="loss"))
    assert len(mistakes) == round((1 - result.accuracy) * len(test))
    assert test.images[mistakes].shape == (len(mistakes), *kind.shape)
    model = run.model()
    image = test.images[0]
    layer = next(row for row in run.spec.model.rows if row.kind == "convolution")
    maps = feature_maps(model, image)
    assert maps[layer.name].shape == (1, *layer.output_shape)
    assert grad_cam(model, image).shape == kind.shape[:2]
    found = strongest_patches(
        model, layer.name, 0, test.images, 2, peaks=activation_peaks(model, layer.name, test.images)
    )
    assert len(found.images) == min(2, len(test))


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_it_is_trained_on_judged_and_looked_into(kind: Kind, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    look_at(train(imported(kind, home, monkeypatch), home), kind, home)


def test_a_worker_trains_from_the_disk_and_the_run_outlives_its_data_set(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = Kind((40, 40, 3), (20, 20), "cats-vs-dogs", large=True)
    run = start(imported(kind, home, monkeypatch), home)
    wait_until(lambda: not run.status.active, "the run has ended", 180)
    look_at(run, kind, home)
    before = evaluate(run, home=home).accuracy
    delete_dataset("mine", home)
    assert class_names_of(run, home) == ("class 0", "class 1")
    assert evaluate(run, home=home).accuracy == before
    assert len(select(judge(run, home=home), Query(shown="all"))) == 8
