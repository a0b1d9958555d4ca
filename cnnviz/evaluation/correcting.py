"""Labels that people corrected, kept as a data set of its own, so that a run can be trained again with them."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnnviz.data import Dataset, Progress, Split, held_pictures, how_to_get, load_dataset
from cnnviz.data.findings.records import splits_of
from cnnviz.data.importing import Imported, check_free, keep
from cnnviz.data.sources import Keeping, Understood
from cnnviz.errors import DataError, RunError
from cnnviz.evaluation.judged import judge, measured_images
from cnnviz.evaluation.marks import Mark, read_marks
from cnnviz.runs import Run

__all__ = ["correct_labels", "corrections"]

_NAMED = 20  # corrections that are told one by one


def corrections(marks: Mapping[int, Mark]) -> dict[int, str]:
    """Return the right class of every image whose label is marked as wrong and known better.

    Args:
        marks: by the image's place in the test set, from `read_marks`.
    """
    return {at: mark.right for at, mark in marks.items() if mark.right}


def correct_labels(
    run: Run, name: str, home: str | Path | None = None, on_progress: Progress | None = None
) -> Imported:
    """Make a data set like the one that a run was trained on, with the labels that were corrected on its test images.

    Images and their division stay as they are; which labels were changed is among the notes of
    `cnnviz.data.about_dataset`.

    Args:
        run: whose marks say what is right; see `write_mark`.
        name: of the new data set.
        home: the home folder; None for the run's own.
        on_progress: called with the number of images that are copied and of all; what it raises stops.

    Raises:
        RunError: no label is corrected, or the data set is not on this machine.
        DataError: the name is taken or cannot be one, or the data set has changed since.
        StorageError: the home cannot be written.
    """
    home = home or run.home
    found, source = corrections(read_marks(run, home)), run.spec.data.name
    if not found:
        raise RunError(
            f"no label of the run {run.id} is corrected; mark one on Mistakes as wrong and say which class is right"
        )
    check_free(name, home)
    if held_pictures(source, home) != "exact":
        raise RunError(f"the data set {source} is not on this machine; {how_to_get(source)}")
    dataset = load_dataset(source, home)
    test, notes = _corrected(run, dataset, found, home)
    splits = splits_of(replace(dataset, test=Split(dataset.test.images, test)))
    understood = Understood(
        path=run.folder,
        form=f"{source} with labels corrected on Mistakes",
        class_names=dataset.class_names,
        labels=np.concatenate([split.labels for split in splits.values()]),
        parts=np.repeat(list(splits), [len(split) for split in splits.values()]),
        pictures=_Copied([split.images for split in splits.values()]),
        shape=dataset.shape,
        notes=notes,
    )
    keeping = Keeping(colour="grey" if dataset.shape[2] == 1 else "rgb")
    return keep(understood, name, home, keeping, on_progress)


def _corrected(
    run: Run, dataset: Dataset, found: Mapping[int, str], home: str | Path
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return the corrected labels of all test images, and what was changed in sentences."""
    chosen, names = run.spec.data.classes, dataset.class_names
    measured = measured_images(run, home).labels
    if not np.array_equal(measured, judge(run, home=home).labels) or max(found) >= len(measured):
        raise DataError(
            f"the data set {dataset.name} has changed since the run {run.id} was measured on it, so nobody knows which "
            "images its marks mean; train again and mark these"
        )
    if unknown := sorted({right for right in found.values() if right not in names}):
        raise DataError(f"{unknown[0]!r:.60} was given as a right class and is none of {dataset.name}; mark it again")
    of_run = np.isin(dataset.test.labels, [names.index(one) for one in chosen or names])
    places = np.flatnonzero(of_run)  # of the run's test images in the whole test set
    labels = dataset.test.labels.copy()
    told = []
    for at, right in found.items():
        told.append(f"test image {places[at]} from {names[labels[places[at]]]} to {right}")
        labels[places[at]] = names.index(right)
    more = f" and {len(told) - _NAMED:,} more" if len(told) > _NAMED else ""
    were = "label was" if len(told) == 1 else "labels were"
    return labels, (f"{len(told):,} {were} corrected: {', '.join(told[:_NAMED])}{more}.",)


class _Copied:
    """The images of a data set's splits, one after the other, as pictures to be kept."""

    def __init__(self, splits: list[NDArray[np.uint8]]) -> None:
        self._splits = splits
        self._ends = np.cumsum([len(images) for images in splits])

    def __len__(self) -> int:
        return int(self._ends[-1])

    def name(self, position: int) -> str:
        return f"image {position}"

    def read(self, position: int) -> NDArray[np.uint8]:
        split = int(np.searchsorted(self._ends, position, side="right"))
        return np.asarray(self._splits[split][position - int(self._ends[split])])
