import os
import shutil
import time
from pathlib import Path

import pytest

from cnnviz.errors import DataError, RunError
from cnnviz.spec import preset
from cnnviz.ui import loaders
from tests.ui.made import failed_run, running_run, waiting_run


@pytest.fixture(autouse=True)
def fresh_caches() -> None:
    for cached in (loaders._dataset, loaders._run, loaders._run_ids, loaders._active_runs):
        cached.clear()


def test_home_is_the_environments(home: Path) -> None:
    assert loaders.home() == home


def test_a_data_set_is_loaded_once() -> None:
    assert loaders.dataset("digits") is loaders.dataset("digits")


def test_an_unknown_data_set_is_refused() -> None:
    with pytest.raises(DataError, match=r"^there is no data set 'nothing'; choose one of "):
        loaders.dataset("nothing")


def test_runs_are_listed_as_they_are_now(home: Path) -> None:
    run = failed_run(home)
    assert [(row.run_id, row.state) for row in loaders.runs() if not row.bundled] == [(run.id, "failed")]
    shutil.rmtree(run.folder)
    assert not [row for row in loaders.runs() if not row.bundled]


def test_a_run_is_opened_once_until_its_spec_changes(home: Path) -> None:
    run = failed_run(home)
    opened = loaders.open_run(run.id)
    assert loaders.open_run(run.id) is opened
    os.utime(run.folder / "spec.json", ns=(1, 1))
    assert loaders.open_run(run.id) is not opened


def test_a_new_run_is_seen_at_once_after_a_change(home: Path) -> None:
    before = loaders.run_ids()
    assert not loaders.active_runs()
    run = running_run(home)
    assert loaders.run_ids() == before  # all sessions share one look a second
    loaders.look_again()
    assert loaders.run_ids() == (run.id, *before)
    assert [active.run_id for active in loaders.active_runs()] == [run.id]


def test_a_run_can_be_opened_before_it_is_listed(home: Path) -> None:
    loaders.run_ids()
    run = failed_run(home)
    assert loaders.open_run(run.id).id == loaders.open_run("latest").id == run.id


def test_a_link_out_of_the_home_is_not_followed(home: Path, tmp_path: Path) -> None:
    run = failed_run(home)
    (tmp_path / "elsewhere").mkdir()
    (run.folder.parent / "20260101-000000-link-0000").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RunError, match="there is no run called"):
        loaders.open_run("20260101-000000-link-0000")


def test_a_run_that_is_gone_is_not_opened_from_memory(home: Path) -> None:
    run = failed_run(home)
    loaders.open_run(run.id)
    shutil.rmtree(run.folder)
    with pytest.raises(RunError, match="there is no run called"):
        loaders.open_run(run.id)


def test_active_runs_are_those_that_train_then_those_that_wait(home: Path) -> None:
    failed_run(home)
    busy = running_run(home, "a <b>busy</b> one")
    patient = waiting_run(home)
    assert [(run.run_id, run.name, run.status.state) for run in loaders.active_runs()] == [
        (busy.id, "a <b>busy</b> one", "running"),
        (patient.id, "patient", "queued"),
    ]


def test_a_run_silent_for_long_is_not_active(home: Path) -> None:
    run = running_run(home)
    long_ago = time.time() - 3600
    os.utime(run.folder / "status.json", (long_ago, long_ago))
    assert loaders.active_runs() == ()


def test_a_damaged_active_run_is_called_by_its_id(home: Path) -> None:
    run = running_run(home)
    (run.folder / "spec.json").write_text("{")
    assert [active.name for active in loaders.active_runs()] == [run.id]


def test_class_names_of_a_run(home: Path) -> None:
    run = failed_run(home)
    assert loaders.class_names(run) == tuple("0123456789")


def test_class_names_are_numbers_where_the_data_set_is_gone(home: Path) -> None:
    from cnnviz.runs import RunStore, Status

    spec = preset("one-conv")
    run = RunStore(home).create(spec.changed(data=spec.data.changed(name="gone")), Status("failed"))
    assert loaders.class_names(run)[:2] == ("class 0", "class 1")
