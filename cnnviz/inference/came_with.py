"""What comes with a bundled run for machines without its data set: its answers on the images that it held back.

Thresholds and temperature follow from these answers. Of the training images there are those of the embedded sample:
which of them the run was fitted on comes along, and how far the held-back images are from these.
`scripts/bundle_runs.py --calibrate` measures it all on the full data set.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.arrays import read_arrays
from cnnviz.data import Split, load_dataset
from cnnviz.runs import Run, Weights

__all__ = ["CAME_WITH", "SAMPLE", "CameWith", "came_with", "fitted_sample"]

CAME_WITH = "abstention/model.npz"
SAMPLE = "cifar10-sample"


@dataclass(frozen=True, eq=False)
class CameWith:
    """What a bundled run's model made of images that it was not trained on.

    Attributes:
        logits: (n, classes) float32 of the validation images.
        labels: (n,) their classes.
        distances: (n,) float64 to those training images that are in the embedded sample.
        fitted: (images,) bool, which training images of the embedded sample the run was fitted on.
    """

    logits: NDArray[np.float32]
    labels: NDArray[np.integer[Any]]
    distances: NDArray[np.float64]
    fitted: NDArray[np.bool_]


def came_with(run: Run) -> CameWith | None:
    """Return what came with a run; None for one's own runs, and where nothing fits the run's model.

    Args:
        run: the run.
    """
    if not run.bundled:
        return None
    try:
        arrays = read_arrays(run.folder / CAME_WITH)
        logits, labels, fitted = arrays["logits"], arrays["labels"], arrays["fitted"].astype(bool)
        distances = arrays["distances"]
        fits = str(arrays["made_of"]) == Weights(run).digest
    except (OSError, ValueError, KeyError):  # none came, or it is damaged: measured where the data set is
        return None
    fits &= logits.ndim == 2 and logits.shape[1] == run.spec.model.classes
    fits &= len(logits) == len(labels) == len(distances)
    return CameWith(logits.astype(np.float32), labels, distances.astype(np.float64), fitted) if fits else None


def fitted_sample(run: Run) -> Split | None:
    """Return those images of the embedded sample that a bundled run was fitted on; None where that is not known."""
    found = came_with(run)
    if found is None:
        return None
    sample = load_dataset(SAMPLE).train
    return sample.take(np.flatnonzero(found.fitted)) if len(sample) == len(found.fitted) else None
