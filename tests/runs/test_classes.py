"""The names of the classes in a run's folder."""

import json
from pathlib import Path
from typing import Any

import pytest

from cnnviz.errors import StorageError
from cnnviz.runs import read_class_names, write_class_names


def test_names_are_kept_as_they_are(tmp_path: Path) -> None:
    names = ("<b>cat</b>", "Hund", "鳥")
    write_class_names(tmp_path, names)
    assert read_class_names(tmp_path) == names
    assert json.loads((tmp_path / "classes.json").read_text()) == {"class_names": list(names)}


def test_a_run_of_before_has_none(tmp_path: Path) -> None:
    assert read_class_names(tmp_path) == ()


@pytest.mark.parametrize("kept", [[], "cat", None, ["cat", 3], ["cat", ""], ["cat", "cat"], ["x" * 1000, "cat"]])
def test_what_are_no_names_is_passed_over(kept: Any, tmp_path: Path) -> None:
    (tmp_path / "classes.json").write_text(json.dumps({"class_names": kept}))
    assert read_class_names(tmp_path) == ()


def test_a_deleted_run_does_not_come_back(tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        write_class_names(tmp_path / "gone", ("cat", "dog"))
    assert not (tmp_path / "gone").exists()
