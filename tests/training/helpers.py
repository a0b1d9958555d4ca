"""A data set and a network so small that a whole run takes a second, and ways to wait for real processes."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data import load_dataset
from cnnviz.data.large import MANIFEST, manifest_of
from cnnviz.runs import Event, History, Run
from cnnviz.spec import (
    Activation,
    Augmentation,
    BatchNormalization,
    Convolution,
    DataSpec,
    Dense,
    Dropout,
    Flatten,
    GlobalPooling,
    Layer,
    ModelSpec,
    Pooling,
    RunSpec,
    Scaling,
    TrainSpec,
)

N_TRAIN, N_TEST, CLASSES = 240, 60, 4

# Everything random at once: dropout, batch normalisation, augmentation, a schedule, an optimizer with a memory.
NETWORK: tuple[Layer, ...] = (
    Convolution(filters=4, bias=False),
    BatchNormalization(),
    Pooling(),
    Dropout(rate=0.3),
    Flatten(),
    Dense(units=8, l2=1e-3),
)
# What the preset `strong` does, in small.
STRONG: tuple[Layer, ...] = (
    Convolution(filters=8, kernel_size=2, activation="linear", initial="whitened", frozen=True),
    Activation(function="gelu"),
    Convolution(filters=10, padding="same", activation="linear", bias=False, initial="identity"),
    Pooling(),
    BatchNormalization(momentum=0.6, scale=False),
    Activation(function="gelu"),
    GlobalPooling(mode="max"),
    Scaling(factor=0.2),
)
PLAIN: tuple[Layer, ...] = (Convolution(filters=3), Pooling(), Flatten(), Dense(units=6))
AUGMENTATION = Augmentation(flip=True, shift=0.1, rotation=10, zoom=0.1, contrast=0.1)


def write_tiny(home: Path, name: str = "tiny", classes: int = CLASSES, channels: int = 1) -> None:
    """Put a data set of noisy 8x8 patterns, one for each class, into a home."""
    rng = np.random.default_rng(7)
    patterns = rng.integers(0, 256, (classes, 8, 8, channels))

    def split(count: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        labels = rng.permutation(np.arange(count) % classes)
        noise = rng.normal(0, 60, (count, 8, 8, channels))
        return np.clip(patterns[labels] + noise, 0, 255).astype(np.uint8), labels

    (x_train, y_train), (x_test, y_test) = split(N_TRAIN), split(N_TEST)
    folder = home / "datasets"
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / f"{name}.npz", x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)


def write_large(home: Path, name: str = "tiny-large", source: str = "tiny", validation: int = 0) -> None:
    """Put a data set of the home there once more as a large one; the first training images become its validation."""
    dataset = load_dataset(source, home)
    folder = home / "datasets" / name
    folder.mkdir(parents=True)
    splits = (dataset.train, dataset.test)
    parts = np.repeat(np.array([0, 2], np.uint8), [len(split) for split in splits])
    parts[:validation] = 1
    np.save(folder / "images.npy", np.concatenate([split.images for split in splits]))
    np.save(folder / "labels.npy", np.concatenate([split.labels for split in splits]))
    np.save(folder / "parts.npy", parts)
    (folder / MANIFEST).write_text(json.dumps(manifest_of(dataset.class_names)))


def tiny_spec(layers: tuple[Layer, ...] = PLAIN, *, data: dict[str, Any] | None = None, **train: Any) -> RunSpec:
    """A spec for `tiny`: 3 epochs of 27 steps with 8 images each."""
    return RunSpec(
        preset="tiny",
        data=DataSpec(**{"name": "tiny", "validation": 0.1, **(data or {})}),
        model=ModelSpec(input_shape=(8, 8, 1), layers=layers, classes=CLASSES),
        train=TrainSpec(**{"epochs": 3, "batch_size": 8, "seed": 5, **train}),
    )


def busy_spec(**train: Any) -> RunSpec:
    """A spec in which everything random and everything that remembers takes part."""
    settings = {"schedule": "cosine", "learning_rate": 0.01, "augmentation": AUGMENTATION, **train}
    return tiny_spec(NETWORK, **settings)


def strong_spec(**train: Any) -> RunSpec:
    """A spec with every technique of the preset `strong`."""
    settings = {
        "optimizer": "sgd",
        "learning_rate": 0.2,
        "momentum": 0.85,
        "weight_decay": 0.01,
        "offset_rate": 8.0,
        "schedule": "one_cycle",
        "warm_up": 0.2,
        "final_rate": 0.1,
        "label_smoothing": 0.2,
        "averaging": "lookahead",
        "augmentation": Augmentation(flip=True, alternate=True, shift=0.15),
        "views": 6,
        **train,
    }
    return tiny_spec(STRONG, **settings)


def curves(run: Run | History) -> dict[str, list[float]]:
    """The epochs' values that must not depend on the machine's mood."""
    history = run.history() if isinstance(run, Run) else run
    return {key: values for key, values in history.epochs.items() if key != "seconds"}


def same_weights(one: Run, other: Run, snapshot: int) -> None:
    ours, theirs = one.weights(snapshot), other.weights(snapshot)
    assert ours.keys() == theirs.keys()
    for name, array in ours.items():
        np.testing.assert_array_equal(array, theirs[name], err_msg=name)


def stop_at(home: Path, step: int) -> Callable[[Event], None]:
    """An on_event that presses Stop once that many steps were reported."""

    def press(event: Event) -> None:
        if event["kind"] == "batch" and event["step"] >= step:
            newest = max((home / "runs").glob("[0-9]*"), key=lambda folder: folder.stat().st_ctime_ns)
            (newest / "stop").touch()

    return press


def wait_until(condition: Callable[[], Any], what: str, timeout_s: float = 60) -> Any:
    """Poll until something true comes back, and return it."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError(f"not within {timeout_s} s: {what}")


def python(code: str, *arguments: object, home: Path, **settings: str) -> subprocess.Popen[str]:
    """Start a Python process that works in `home`."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        env={**os.environ, "CNNVIZ_HOME": str(home), **settings},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def output_of(process: subprocess.Popen[str], timeout_s: float = 120) -> str:
    """Wait for a process and return what it printed; fails with its errors where it failed."""
    out, errors = process.communicate(timeout=timeout_s)
    assert process.returncode == 0, errors
    return out
