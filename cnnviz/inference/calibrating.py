"""A run's own rule for abstaining: measured on its validation images once, kept with the run."""

from pathlib import Path

from cnnviz.data import Split, list_datasets, load_dataset, prepare
from cnnviz.errors import CnnvizError, DataError
from cnnviz.files import read_regular
from cnnviz.inference.abstaining import Abstention, Score, calibrate
from cnnviz.inference.classifying import Classifier, OnProgress
from cnnviz.runs import Run
from cnnviz.runs.additions import additions, write_addition

__all__ = ["abstention_of", "validation_images"]


def validation_images(run: Run, home: str | Path | None = None) -> Split:
    """Return the images that a run held back while it trained.

    Raises:
        DataError: its data set is not on this machine, or it held none back.
    """
    data = run.spec.data
    if not any(info.name == data.name and info.available for info in list_datasets(home)):
        raise DataError(
            f"the data set {data.name} of the run {run.id} is not on this machine, so nothing says when to abstain; "
            "get or import it first"
        )
    held_back = prepare(load_dataset(data.name, home), data, run.spec.train.seed).validation
    if not len(held_back):
        raise DataError(
            f"the run {run.id} held no images back for validation, so nothing says when to abstain; train with a "
            "validation share"
        )
    return held_back


def abstention_of(
    run: Run,
    classifier: Classifier,
    home: str | Path | None = None,
    *,
    score: Score = "probability",
    keep: float = 0.95,
    on_progress: OnProgress | None = None,
) -> Abstention:
    """Say when a run's model should abstain; measured the first time, read from the run's additions afterwards.

    Args:
        run: a run whose training ended, so that its model stays as it is.
        classifier: of its model.
        home: where the data set is.
        score: what sureness is measured by.
        keep: the share of validation images to answer, in (0, 1).
        on_progress: called with the share that is done, in [0, 1].

    Raises:
        DataError: no validation images, or too few.
        SpecError: the share is not between 0 and 1.
        StorageError: it cannot be kept.
    """
    name = f"abstention-{score}-{round(keep * 1000):03d}.json"
    kept = _kept(additions(run, home) / name)
    if kept is not None and (kept.score, kept.keep) == (score, keep):
        return kept
    held_back = validation_images(run, home)
    logits = classifier.logits(held_back.images, on_progress)
    found = calibrate(logits, held_back.labels, score=score, keep=keep)
    if run.state == "completed" or run.bundled:
        write_addition(run, name, found.to_json().encode(), home)
    return found


def _kept(path: Path) -> Abstention | None:
    try:
        return Abstention.from_json(read_regular(path))
    except (OSError, ValueError, CnnvizError):  # none yet, or damaged: measured again
        return None
