"""Removing data sets, and which runs used one."""

from pathlib import Path

import pytest

from cnnviz.data import importing, list_datasets, load_dataset
from cnnviz.data.deleting import delete_dataset, runs_with
from cnnviz.data.findings import examine, keep_examined
from cnnviz.data.importing import keep
from cnnviz.errors import DataError
from cnnviz.runs import RunStore, Status
from cnnviz.spec import preset
from tests.data.understood import understood


@pytest.mark.parametrize("limit", [0, 10**9])
def test_nothing_is_left_and_the_name_is_free_again(limit: int, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "LARGEST_IN_A_FILE", limit)
    keep(understood(), "mine")
    keep(understood(), "other")
    keep_examined("mine", examine(load_dataset("mine")))
    delete_dataset("mine")
    assert [path.name for path in (home / "datasets").iterdir() if "mine" in path.name] == []
    names = {info.name for info in list_datasets()}
    assert "mine" not in names
    assert "other" in names
    keep(understood(90), "mine")


def test_a_link_is_removed_and_not_followed(home: Path, tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "dataset.json").write_text("{}")
    (home / "datasets").mkdir(parents=True)
    (home / "datasets" / "mine").symlink_to(tmp_path / "precious")
    delete_dataset("mine")
    assert (tmp_path / "precious" / "dataset.json").exists()
    assert not (home / "datasets" / "mine").is_symlink()


@pytest.mark.parametrize("name", ["../mine", "", "Mine"])
def test_only_names_of_data_sets_are_deleted(name: str) -> None:
    with pytest.raises(DataError, match="is not a data set's name"):
        delete_dataset(name)


def test_what_is_not_there_is_not_deleted() -> None:
    keep(understood(), "other")
    with pytest.raises(DataError, match=r"there is no data set 'mine' to delete; choose one of your own \(other\)"):
        delete_dataset("mine")
    with pytest.raises(DataError, match="the data set digits is not in the home"):
        delete_dataset("digits")


def test_a_folder_that_is_no_data_set_stays(home: Path) -> None:
    (home / "datasets" / "notes").mkdir(parents=True)
    with pytest.raises(DataError, match="there is no data set 'notes'"):
        delete_dataset("notes")
    assert (home / "datasets" / "notes").is_dir()


def test_the_runs_that_used_it_are_named(home: Path) -> None:
    store = RunStore(home)
    spec = preset("two-conv")
    mine = store.create(spec.for_data("mine", (32, 32, 3), ("a", "b", "c")), Status("queued"))
    store.create(spec, Status("queued"))
    broken = store.create(spec.for_data("mine", (32, 32, 3), 2), Status("queued"))
    (broken.folder / "spec.json").write_text("{")
    assert [run.id for run in runs_with("mine")] == [mine.id]
    assert runs_with("other") == ()
