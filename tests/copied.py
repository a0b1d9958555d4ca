"""A run on the full CIFAR-10 that came with cnnviz, in a home without that data set."""

import os
import shutil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.compact import compact_test
from cnnviz.runs import Run, Status
from cnnviz.spec import DataSpec, ModelSpec, RunSpec
from cnnviz.ui import loaders
from tests.evaluation.made import guesses, with_snapshots, write
from tests.runs.folders import make_run


def bundled_run(folder: Path, name: str = "seven", seed: int = 0, classes: tuple[str, ...] | None = None) -> Run:
    """Put a run where those lie that come with cnnviz: predictions of all test images, three snapshots, no weights.

    Args:
        folder: to work in.
        name: what it is called.
        seed: of what it predicts.
        classes: that it tells apart; None for all.
    """
    labels = labels_of(classes)
    count = len(classes or range(10))
    data = DataSpec(name="cifar10", classes=classes)
    output = "sigmoid" if count == 2 else "softmax"
    spec = RunSpec(name=name, data=data, model=ModelSpec(input_shape=(32, 32, 3), classes=count, output=output))
    made = make_run(folder / name, Status("completed", epoch=1, epochs=1), spec)
    learned = [guesses(labels, count, seed + at, skill) for at, skill in enumerate((0.2, 1.0, 2.0))]
    with_snapshots(made, learned)
    last = learned[-1]
    arrays = {"predicted": last.argmax(1), "confidence": last.max(1), "probabilities": last, "labels": labels}
    write(made, "final", arrays)
    came = Path(os.environ["CNNVIZ_BUNDLED"]) / f"bundled-{name}"
    came.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(made.folder, came)
    loaders.look_again()
    return Run(came, bundled=True)


def labels_of(classes: tuple[str, ...] | None = None) -> NDArray[np.int64]:
    """The true classes of the test images that such a run is measured on."""
    from cnnviz.data import find_pictures

    return compact_test().labels if classes is None else find_pictures("cifar10", classes=classes).split.labels
