"""Data sets of every kind that people have, for whoever trains on them: patterns with noise, imported as "mine"."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from cnnviz.data import importing, load_dataset
from cnnviz.data.importing import keep
from cnnviz.data.sources.understood import Understood
from cnnviz.data.stored import StoredImages
from cnnviz.spec import RunSpec, preset


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
