"""Keeping the labels that were corrected as a data set, and training again with them."""

from collections.abc import Mapping

from cnnviz.data.corrections import read_corrections
from cnnviz.evaluation import Mark
from cnnviz.evaluation.correcting import correct_labels, corrections
from cnnviz.ui.corrected import offer_corrected
from cnnviz.ui.judge.bar import JudgedRun
from cnnviz.ui.loaders import dataset, held_images, home

__all__ = ["keep_corrected"]


def keep_corrected(shown: JudgedRun, marks: Mapping[int, Mark]) -> None:
    """Draw the way to keep corrected labels, those of its data set's other images too, where there are any."""
    run, source = shown.run, shown.run.spec.data.name
    others = read_corrections(dataset(source), home()) if held_images(run) == "exact" else {}
    offer_corrected(
        len(corrections(marks)) + len(others),
        run.id,
        source,
        lambda name: correct_labels(run, name, home()),
        None if run.spec.model.foreign else run.spec,
        prefix="mistakes",
    )
