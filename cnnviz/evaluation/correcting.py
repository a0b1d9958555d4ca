"""Labels that people corrected, kept as a data set of its own, so that a run can be trained again with them."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from cnnviz.data import Dataset, Progress, held_pictures, how_to_get, load_dataset
from cnnviz.data.correcting import keep_corrected
from cnnviz.data.corrections import read_corrections
from cnnviz.data.findings import Place
from cnnviz.data.importing import Imported, check_free
from cnnviz.errors import DataError, RunError
from cnnviz.evaluation.judged import judge, measured_images
from cnnviz.evaluation.marks import Mark, read_marks
from cnnviz.runs import Run

__all__ = ["correct_labels", "corrections", "marked_places"]


def corrections(marks: Mapping[int, Mark]) -> dict[int, str]:
    """Return the right class of every image whose label is marked as wrong and known better.

    Args:
        marks: by the image's place in the test set, from `read_marks`.
    """
    return {at: mark.right for at, mark in marks.items() if mark.right}


def correct_labels(
    run: Run,
    name: str,
    home: str | Path | None = None,
    on_progress: Progress | None = None,
    *,
    replace: bool = False,
) -> Imported:
    """Make a data set like the one that a run was trained on, with the labels of it that were corrected.

    These are those of test images, marked on Mistakes, and those of any images that were corrected in the data set
    itself, see `cnnviz.data.corrections`; a mark counts more. Images and their division stay as they are; which labels
    were changed is among the notes of `cnnviz.data.about_dataset`.

    Args:
        run: whose marks say what is right; see `write_mark`.
        name: of the new data set.
        home: the home folder; None for the run's own.
        on_progress: called with the number of images that are copied and of all; what it raises stops.
        replace: whether a data set of one's own of that name goes.

    Raises:
        RunError: no label is corrected, or the data set is not on this machine.
        DataError: the name is taken or cannot be one, or the data set has changed since.
        StorageError: the home cannot be written.
    """
    home = home or run.home
    marked, source = corrections(read_marks(run, home)), run.spec.data.name
    here = held_pictures(source, home) == "exact"
    dataset = load_dataset(source, home) if here else None
    found = read_corrections(dataset, home) if dataset else {}
    if not marked and not found:
        raise RunError(
            f"no label of the run {run.id} is corrected; mark one on Mistakes as wrong and say which class is right"
        )
    if not replace:
        check_free(name, home)
    if dataset is None:
        raise RunError(f"the data set {source} is not on this machine; {how_to_get(source)}")
    found |= marked_places(run, dataset, marked, home)
    return keep_corrected(dataset, found, name, home, on_progress, replace=replace)


def marked_places(
    run: Run, dataset: Dataset, marked: Mapping[int, str], home: str | Path | None = None
) -> dict[Place, str]:
    """Return the right classes that a run's marks say, by image of its data set.

    Args:
        run: whose marks they are.
        dataset: the data set that it was measured on.
        marked: from `corrections`.
        home: the home folder; None for the run's own.

    Raises:
        DataError: the data set has changed since.
    """
    if not marked:
        return {}
    chosen, names = run.spec.data.classes, dataset.class_names
    measured = measured_images(run, home).labels
    if not np.array_equal(measured, judge(run, home=home).labels) or max(marked) >= len(measured):
        raise DataError(
            f"the data set {dataset.name} has changed since the run {run.id} was measured on it, so nobody knows which "
            "images its marks mean; train again and mark these"
        )
    of_run = np.isin(dataset.test.labels, [names.index(one) for one in chosen or names])
    places = np.flatnonzero(of_run)  # of the run's test images in the whole test set
    return {Place("test", int(places[at])): right for at, right in marked.items()}
