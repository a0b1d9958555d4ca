"""A training leaves the names of its classes with the run, for readers without its data set."""

import shutil
from pathlib import Path

from cnnviz.data import class_names_of
from cnnviz.runs import Run, read_class_names
from tests.training.helpers import CLASSES


def test_a_trained_run_knows_its_classes_without_its_data_set(busy: Run, home: Path) -> None:
    names = tuple(str(label) for label in range(CLASSES))
    assert read_class_names(busy.folder) == names
    shutil.copytree(busy.folder, home / "runs" / busy.id)
    shutil.rmtree(home / "datasets")
    assert class_names_of(Run(home / "runs" / busy.id), home) == names
