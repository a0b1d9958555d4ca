"""The names of a run's classes, wherever they are known from."""

from pathlib import Path

import numpy as np
import pytest

from cnnviz.data import class_names_of
from cnnviz.data.known import CIFAR10_CLASSES, CIFAR100_CLASSES
from cnnviz.runs import Run, write_class_names
from cnnviz.spec import RunSpec, preset
from tests.data.helpers import make_arrays
from tests.runs.folders import make_run

LETTERS = tuple("abcdefghij")


def run_on(home: Path, name: str, classes: int = 10) -> Run:
    spec: RunSpec = preset("one-conv")
    changed = spec.changed(data=spec.data.changed(name=name), model=spec.model.changed(classes=classes))
    return make_run(home, spec=changed)


@pytest.mark.parametrize(("name", "names"), [("cifar10", CIFAR10_CLASSES), ("cifar100", CIFAR100_CLASSES)])
def test_published_sets_are_known_by_name_without_their_files(name: str, names: tuple[str, ...], home: Path) -> None:
    assert class_names_of(run_on(home, name, len(names))) == names


def test_a_damaged_file_of_a_published_set_takes_no_names_away(home: Path) -> None:
    (home / "datasets").mkdir(parents=True)
    (home / "datasets" / "cifar10.npz").write_bytes(b"no arrays")
    assert class_names_of(run_on(home, "cifar10")) == CIFAR10_CLASSES


def test_a_run_knows_its_own_where_the_data_set_is_gone_or_another_now(home: Path) -> None:
    run = run_on(home, "mine")
    assert class_names_of(run)[:2] == ("class 0", "class 1")
    write_class_names(run.folder, LETTERS)
    assert class_names_of(run) == LETTERS
    (home / "datasets").mkdir(parents=True)
    np.savez(home / "datasets" / "mine.npz", **make_arrays(), class_names=np.array(LETTERS[::-1]))
    assert class_names_of(run) == LETTERS


def test_an_old_run_takes_those_of_its_data_set(home: Path) -> None:
    (home / "datasets").mkdir(parents=True)
    np.savez(home / "datasets" / "mine.npz", **make_arrays(), class_names=np.array(LETTERS))
    assert class_names_of(run_on(home, "mine")) == LETTERS


def test_its_settings_come_first_and_another_number_of_names_is_none(home: Path) -> None:
    spec = preset("one-conv")
    data = spec.data.changed(name="cifar10", classes=("dog", "cat"))
    run = make_run(home, spec=spec.changed(data=data, model=spec.model.changed(classes=2)))
    write_class_names(run.folder, LETTERS)
    assert class_names_of(run) == ("dog", "cat")
    assert class_names_of(run_on(home, "cifar10", 4)) == ("class 0", "class 1", "class 2", "class 3")
