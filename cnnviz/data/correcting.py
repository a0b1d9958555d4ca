"""A data set with the labels of another one that were corrected, so that a run can be trained again with them."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path

from cnnviz.data.again import understood_again
from cnnviz.data.catalogue import load_dataset
from cnnviz.data.corrections import label_of, read_corrections
from cnnviz.data.findings.records import Place, numbers_of
from cnnviz.data.importing import Imported, check_free, keep
from cnnviz.data.pictures import held_pictures, how_to_get
from cnnviz.data.records import Dataset
from cnnviz.data.sources import Keeping
from cnnviz.download import Progress
from cnnviz.errors import DataError

__all__ = ["correct_dataset", "keep_corrected"]

_NAMED = 20  # corrections that are told one by one


def correct_dataset(
    source: str,
    name: str,
    home: str | Path | None = None,
    on_progress: Progress | None = None,
    *,
    replace: bool = False,
) -> Imported:
    """Make a data set like another one, with the labels of it that were corrected.

    Args:
        source: the data set whose labels were corrected, with `write_correction`.
        name: of the new data set.
        home: the home folder; see `cnnviz.home.resolve_home`.
        on_progress: called with the number of images that are copied and of all; what it raises stops.
        replace: whether a data set of one's own of that name goes.

    Raises:
        DataError: no label is corrected, the data set is not on this machine, or the name is taken or cannot be one.
        StorageError: the home cannot be written.
    """
    if not replace:
        check_free(name, home)
    if held_pictures(source, home) != "exact":
        raise DataError(f"the data set {source} is not on this machine; {how_to_get(source)}")
    dataset = load_dataset(source, home)
    found = read_corrections(dataset, home)
    if not found:
        raise DataError(f"no label of {source} is corrected; correct one on the Data page, or with --label")
    return keep_corrected(dataset, found, name, home, on_progress, replace=replace)


def keep_corrected(
    dataset: Dataset,
    found: Mapping[Place, str],
    name: str,
    home: str | Path | None = None,
    on_progress: Progress | None = None,
    *,
    replace: bool = False,
) -> Imported:
    """Keep a data set with other labels; its images and their division stay, and what changed is among its notes.

    Args:
        dataset: any.
        found: names of right classes, by image.
        name: of the new data set.
        home: the home folder; see `cnnviz.home.resolve_home`.
        on_progress: called with the number of images that are copied and of all; what it raises stops.
        replace: whether a data set of one's own of that name goes.

    Raises:
        DataError: the name is taken or cannot be one, or a class is none of the data set.
        StorageError: the home cannot be written.
    """
    if unknown := sorted(set(found.values()) - set(dataset.class_names)):
        raise DataError(f"{unknown[0]!r:.60} was given as a right class and is none of {dataset.name}; mark it again")
    understood = understood_again(dataset, home)
    number = numbers_of(dataset)
    labels = understood.labels.copy()
    labels[[number[place] for place in found]] = [dataset.class_names.index(right) for right in found.values()]
    told = [
        f"{place.split} image {place.position} from {label_of(dataset, place)} to {right}"
        for place, right in found.items()
    ]
    more = f" and {len(told) - _NAMED:,} more" if len(told) > _NAMED else ""
    were = "label was" if len(told) == 1 else "labels were"
    corrected = dataclasses.replace(
        understood,
        form=f"{dataset.name} with corrected labels",
        labels=labels,
        notes=(f"{len(told):,} {were} corrected: {', '.join(told[:_NAMED])}{more}.",),
    )
    keeping = Keeping(colour="grey" if dataset.shape[2] == 1 else "rgb")
    return keep(corrected, name, home, keeping, on_progress, replace=replace)
