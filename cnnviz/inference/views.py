"""Measuring a run's model with several views of each test image (test-time augmentation)."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.views import VIEWS, mean_over_views
from cnnviz.errors import RunError, SpecError
from cnnviz.evaluation import measured_images
from cnnviz.inference.classifying import Classifier, OnProgress
from cnnviz.runs import Run
from cnnviz.runs.views import ViewsScore, write_views

__all__ = ["checked_views", "measure_views"]


def checked_views(run: Run, count: int) -> int:
    """Return a number of views that a run can be measured with.

    Raises:
        SpecError: neither 2 nor 6.
        RunError: the run has not come to its end, so that its model may still change.
    """
    if count not in VIEWS:
        told = " or ".join(f"{views} ({what})" for views, what in VIEWS.items())
        raise SpecError(f"{count} views were asked for; choose {told}")
    if not run.has_final_predictions:
        raise RunError(f"the run {run.id} has not come to its end, so its model may still change; finish it first")
    return count


def measure_views(
    run: Run, count: int, home: str | Path | None = None, *, on_progress: OnProgress | None = None
) -> ViewsScore:
    """Measure a run's model on its test images, each seen in several views, and keep that beside its report.

    Args:
        run: one that has come to its end.
        count: 2 or 6.
        home: where the data set is, and the additions to a read-only run; None for the run's own.
        on_progress: called with the share that is done, in [0, 1].

    Raises:
        SpecError: neither 2 nor 6.
        RunError: the run has not come to its end, or its data set is not on this machine.
        StorageError: the home cannot be written.
    """
    checked_views(run, count)
    test, classifier = measured_images(run, home), Classifier.of(run)
    views, done = count * len(test), 0

    def predict(images: NDArray[np.uint8]) -> NDArray[np.float64]:
        nonlocal done
        said = classifier.probabilities(images, lambda share: _tell(on_progress, (done + share * len(images)) / views))
        done += len(images)
        return said

    said = mean_over_views(predict, test.images, count)
    score = ViewsScore(count, len(test), int((said.argmax(1) != test.labels).sum()))
    write_views(run, score, home)
    return score


def _tell(on_progress: OnProgress | None, share: float) -> None:
    if on_progress is not None:
        on_progress(share)
