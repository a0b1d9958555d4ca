"""Keeping the labels that were corrected as a data set, and training again with them."""

from collections.abc import Mapping

from cnnviz.data.corrections import read_corrections
from cnnviz.errors import DataError
from cnnviz.evaluation import Mark
from cnnviz.evaluation.correcting import correct_labels, corrections, marked_places
from cnnviz.runs import Run
from cnnviz.ui.corrected import offer_corrected
from cnnviz.ui.judge.bar import JudgedRun
from cnnviz.ui.loaders import dataset, held_images, home

__all__ = ["keep_corrected"]


def keep_corrected(shown: JudgedRun, marks: Mapping[int, Mark]) -> None:
    """Draw the way to keep corrected labels, those of its data set's other images too, where there are any."""
    run, folder = shown.run, home()
    offer_corrected(
        _count(run, corrections(marks)),
        run.id,
        run.spec.data.name,
        lambda name, replace, on_progress: correct_labels(run, name, folder, on_progress, replace=replace),
        None if run.spec.model.foreign else run.spec,
        prefix="mistakes",
    )


def _count(run: Run, marked: Mapping[int, str]) -> int:
    """Count the images whose label is corrected: here, on the Data page, or at both."""
    if held_images(run) != "exact":
        return len(marked)
    images = dataset(run.spec.data.name)
    others = read_corrections(images, home())
    if not others or not marked:
        return len(marked) + len(others)
    try:
        return len(others | marked_places(run, images, marked, home()))
    except DataError:  # it has changed since: the attempt to keep them says so
        return len(marked) + len(others)
