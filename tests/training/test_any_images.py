"""Images of every kind that people have: small and large, grey and colour, two classes or a hundred, few, uneven."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from cnnviz import evaluate
from cnnviz.data import importing, load_dataset
from cnnviz.data.deleting import delete_dataset
from cnnviz.data.importing import keep
from cnnviz.data.names import class_names_of
from cnnviz.data.sources.understood import Understood
from cnnviz.data.stored import StoredImages
from cnnviz.evaluation import Query, judge, measured_images, select
from cnnviz.explain import activation_peaks, feature_maps, grad_cam, strongest_patches
from cnnviz.runs import Run
from cnnviz.spec import RunSpec, preset
from cnnviz.training import start
from cnnviz.training.execute import train
from tests.training.helpers import wait_until


@dataclass(frozen=True)
class Kind:
    """A data set, and a preset to train on it.

    Attributes:
        shape: of its images.
        counts: pictures of each class.
        preset: trained on it.
        large: whether it stays on the disk.
        weights: class weights.
    """

    shape: tuple[int, int, int]
    counts: tuple[int, ...]
    preset: str = "two-conv"
    large: bool = False
    weights: str | None = None


KINDS = {
    "grey 28x28": Kind((28, 28, 1), (30,) * 3),
    "100x100, two classes, one output": Kind((100, 100, 3), (20, 20), "cats-vs-dogs", large=True),
    "224x224": Kind((224, 224, 3), (8,) * 3, large=True),
    "100x60, wide": Kind((60, 100, 3), (12,) * 2, "big-kernels"),
    "100 classes": Kind((32, 32, 3), (5,) * 100, large=True),
    "95:5": Kind((32, 32, 3), (95, 5), weights="balanced"),
    "40 pictures": Kind((32, 32, 3), (20, 20), "regularised"),
    "8x8": Kind((8, 8, 1), (20, 20), "one-conv"),
}


class Patterns:
    """Noisy pictures of a pattern for each class."""

    def __init__(self, kind: Kind, labels: np.ndarray) -> None:
        self._kind, self._labels = kind, labels

    def __len__(self) -> int:
        return len(self._labels)

    def name(self, position: int) -> str:
        return f"picture {position}"

    def read(self, position: int) -> np.ndarray:
        pattern = np.random.default_rng(int(self._labels[position])).integers(0, 256, self._kind.shape)
        noise = np.random.default_rng([1, position]).normal(0, 40, self._kind.shape)
        return np.clip(pattern + noise, 0, 255).astype(np.uint8)


def imported(kind: Kind, home: Path, monkeypatch: pytest.MonkeyPatch) -> RunSpec:
    """Import a data set of a kind as "mine", and return the preset for it."""
    labels = np.repeat(np.arange(len(kind.counts)), kind.counts)
    names = tuple(f"class {number}" for number in range(len(kind.counts)))
    parts = np.full(len(labels), "", np.str_)
    source = Understood(Path("/made"), "made", names, labels, parts, Patterns(kind, labels), shape=kind.shape)
    monkeypatch.setattr(importing, "LARGEST_IN_A_FILE", 0 if kind.large else 10**9)
    info = keep(source, "mine", home).info
    assert info.shape == kind.shape
    assert isinstance(load_dataset("mine", home).test.images, StoredImages) == kind.large
    spec = preset(kind.preset).for_data("mine", info.shape, info.classes)
    return spec.changed(train=spec.train.changed(epochs=1, batch_size=16, class_weights=kind.weights))


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
