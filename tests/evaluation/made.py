"""Runs with predictions made by hand, as training would leave them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.evaluation import Judged
from cnnviz.runs import Run, Status
from cnnviz.spec import DataSpec, LayerRow, ModelSpec, RunSpec
from tests.runs.folders import make_run, snapshot, write_events

Probabilities = NDArray[np.float32]


def names_of(classes: int) -> tuple[str, ...]:
    return tuple(f"c{label}" for label in range(classes))


def spec_of(classes: int) -> RunSpec:
    """Settings for that many classes of a data set that is nowhere."""
    output = "sigmoid" if classes == 2 else "softmax"
    model = ModelSpec(input_shape=(8, 8, 1), classes=classes, output=output)
    return RunSpec(data=DataSpec(name="nowhere", classes=names_of(classes)), model=model)


def from_elsewhere(classes: int) -> RunSpec:
    """Settings of a network that was not built here."""
    table = (LayerRow("probabilities", "dense", (classes,), 65 * classes, 64 * classes),)
    spec = spec_of(classes)
    return spec.changed(model=spec.model.changed(foreign=table))


def guesses(labels: ArrayLike, classes: int, seed: int = 0, skill: float = 1.0) -> Probabilities:
    """Probabilities of a network that is right more often than not, (n, classes), each row's sum 1."""
    true = np.asarray(labels)
    logits = np.random.default_rng(seed).normal(size=(len(true), classes))
    logits[np.arange(len(true)), true] += skill
    powers = np.exp(logits)
    return (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)


def ended_run(home: Path, labels: ArrayLike, guessed: ArrayLike, **more: Any) -> Run:
    """A completed run: its final predictions with the true classes.

    `more` replaces or, where None, leaves out arrays of final.npz.
    """
    chances = np.asarray(guessed, dtype=np.float32)
    run = make_run(home, spec=spec_of(chances.shape[1]))
    arrays = {
        "predicted": chances.argmax(axis=1).astype(np.uint16),
        "confidence": chances.max(axis=1),
        "probabilities": chances,
        "labels": np.asarray(labels, dtype=np.uint16),
    } | more
    write(run, "final", {name: array for name, array in arrays.items() if array is not None})
    return run


def with_snapshots(run: Run, probabilities: Sequence[ArrayLike], missing: int = 0) -> Run:
    """Give a run snapshots 0, 1, ... at the epochs 0, 0.5, 1, ...; the last `missing` have no predictions yet."""
    write_events(run, *(snapshot(number, number / 2) for number in range(len(probabilities))))
    (run.folder / "snapshots").mkdir()
    for number, some in enumerate(probabilities):
        name, chances = f"{number:04d}", np.asarray(some, dtype=np.float32)
        np.savez(run.folder / "snapshots" / f"{name}.npz", kernel=np.zeros(1))
        if number < len(probabilities) - missing:
            write(run, name, {"predicted": chances.argmax(1).astype(np.uint16), "confidence": chances.max(1)})
    return run


def stopped_run(home: Path, classes: int, probabilities: Sequence[ArrayLike]) -> Run:
    """A run that was stopped early: snapshots, but no final predictions and no true classes."""
    status = Status("stopped", epoch=1, epochs=10)
    return with_snapshots(make_run(home, status, spec_of(classes)), probabilities)


def write(run: Run, name: str, arrays: dict[str, Any]) -> None:
    (run.folder / "predictions").mkdir(exist_ok=True)
    np.savez(run.folder / "predictions" / f"{name}.npz", **arrays)


def write_dataset(home: Path, test_labels: ArrayLike, classes: int) -> None:
    """Put the data set "nowhere" into a home, with these test labels."""
    every = np.arange(classes)
    labels = np.asarray(test_labels, dtype=np.int64)
    (home / "datasets").mkdir(parents=True, exist_ok=True)
    np.savez(
        home / "datasets" / "nowhere.npz",
        x_train=np.zeros((classes, 8, 8), np.uint8),
        y_train=every,
        x_test=np.zeros((len(labels), 8, 8), np.uint8),
        y_test=labels,
        class_names=np.array(names_of(classes)),
    )


def judged(labels: ArrayLike, probabilities: ArrayLike, run_id: str = "made", dataset: str = "nowhere") -> Judged:
    """The record without a run."""
    chances = np.asarray(probabilities, dtype=np.float64)
    return Judged(
        run_id=run_id,
        snapshot=None,
        class_names=names_of(chances.shape[1]),
        labels=np.asarray(labels, dtype=np.int64),
        predicted=chances.argmax(axis=1).astype(np.int64),
        confidence=chances.max(axis=1),
        probabilities=chances,
        dataset=dataset,
    )
