"""The list of runs: finding, naming, deleting, and staying inside the home."""

import json
import os
import re
import shutil
import time
from pathlib import Path

import pytest

from cnnviz.errors import RunError, StorageError
from cnnviz.runs import EventLog, Run, RunStore, Status, open_run, process_fields, save_checkpoint, write_status
from cnnviz.runs.locks import run_lock
from cnnviz.spec import RunSpec
from tests.runs.folders import SPEC, make_run, put

ID_PATTERN = r"[a-z0-9][a-z0-9-]{3,79}"


def refused(make: object, *arguments: object) -> str:
    with pytest.raises(RunError) as caught:
        make(*arguments)  # type: ignore[operator]
    assert str(caught.value).isprintable()
    return str(caught.value)


@pytest.mark.parametrize(
    "name", ["", "My first run", "Größe/../<b>x</b>", "🍏🍏🍏", "-" * 80, "A" * 80, "latest", "a\tb"]
)
def test_any_name_gives_an_id_that_is_a_safe_folder_name(home: Path, name: str) -> None:
    run = RunStore(home).create(SPEC.changed(name=name), Status("completed"))
    assert re.fullmatch(ID_PATTERN, run.id)
    assert RunStore(home).get(run.id).folder == home / "runs" / run.id
    assert run.name == " ".join(name.split()) or run.name == "one-conv"


def test_a_spec_is_written_with_versions_and_comes_back(home: Path) -> None:
    run = make_run(home)
    assert set(run.spec.versions) >= {"keras", "tensorflow", "numpy"}
    assert run.spec.changed(versions={}) == SPEC
    assert json.loads((run.folder / "spec.json").read_text())["format"] == 1


def test_find_by_id_beginning_and_latest(home: Path) -> None:
    store = RunStore(home)
    assert "there are no runs yet" in refused(store.get, "latest")
    runs = [make_run(home) for _ in range(3)]
    for run in runs:
        assert store.get(run.id).id == run.id
        assert store.get(run.id[:-1] + run.id[-1:]).id == run.id
    assert store.get("latest").id == runs[-1].id
    assert open_run("latest", home).id == runs[-1].id
    assert open_run("latest").id == runs[-1].id  # CNNVIZ_HOME
    assert "3 runs begin with '20'" in refused(store.get, "20")
    assert "no run called ''" in refused(store.get, "")
    assert "no run called 'zebra'; " in refused(store.get, "zebra")
    assert len(refused(store.get, "x" * 5000)) < 300


def test_latest_is_the_one_made_last_even_within_a_second(home: Path) -> None:
    for number in range(12):
        run = make_run(home, spec=SPEC.changed(name=f"{'zyxwvutsrqpo'[number]}"))
        assert RunStore(home).get("latest").id == run.id
        assert RunStore(home).ids()[0] == run.id


@pytest.mark.parametrize(
    "text",
    ["../../etc", "..", ".", "/etc/passwd", "runs/../x", ".queue", "a\x00b", "*", "<script>", "A" * 4, "~", "%2e%2e"],
)
def test_nothing_outside_the_runs_is_ever_opened(home: Path, text: str) -> None:
    make_run(home)
    (home / "runs" / ".queue").mkdir()
    (home.parent / "etc").mkdir()
    refused(RunStore(home).get, text)
    refused(RunStore(home).delete, text)


def test_a_linked_folder_is_no_run(home: Path, tmp_path: Path) -> None:
    run = make_run(home)
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(run.folder, elsewhere)
    (home / "runs" / "linked-run").symlink_to(elsewhere)
    store = RunStore(home)
    assert store.ids() == (run.id,)
    assert [row.run_id for row in store.list()] == [run.id]
    refused(store.get, "linked-run")
    refused(store.delete, "linked-run")
    assert (elsewhere / "spec.json").exists()


def test_deleting_does_not_follow_links(home: Path, tmp_path: Path) -> None:
    treasure = tmp_path / "treasure"
    treasure.mkdir()
    (treasure / "gold").touch()
    run = make_run(home)
    (run.folder / "snapshots").symlink_to(treasure)
    RunStore(home).delete(run.id)
    assert (treasure / "gold").exists()
    assert not run.folder.exists()


def test_files_and_odd_names_among_the_runs_are_passed_over(home: Path) -> None:
    run = make_run(home)
    (home / "runs" / "notes-of-mine").write_text("hello")
    for name in (".hidden", "UPPER", "a b", "abc", "-dash", "x" * 81):
        (home / "runs" / name).mkdir()
    assert RunStore(home).ids() == (run.id,)


def test_delete_removes_everything_of_one_run(home: Path) -> None:
    store = RunStore(home)
    kept, gone = make_run(home), make_run(home)
    assert store.delete(gone.id) == gone.id
    assert {path.name for path in (home / "runs").iterdir()} == {kept.id, ".locks"}
    assert not list((home / "runs" / ".locks").iterdir())
    refused(store.get, gone.id)
    refused(store.delete, gone.id)


@pytest.mark.parametrize("state", ["queued", "running", "stopping"])
def test_an_active_run_is_not_deleted(home: Path, state: str) -> None:
    run = make_run(home, Status("queued" if state == "queued" else "running", **process_fields()))
    if state == "stopping":
        run.request_stop()
    assert f"is {state}; stop it before deleting it" in refused(RunStore(home).delete, run.id)
    assert run.folder.is_dir()


def test_a_run_that_somebody_holds_is_not_deleted_whatever_its_files_say(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cnnviz.runs.locks._PATIENCE_S", 0.1)
    run = make_run(home, Status("stopped"))
    with run_lock(run.folder):
        assert "is in use by another process; stop it before deleting it" in refused(RunStore(home).delete, run.id)
    assert run.folder.is_dir()
    RunStore(home).delete(run.id)


def test_a_run_that_was_resumed_while_it_was_to_be_deleted_stays(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = make_run(home, Status("stopped"))

    def resumed_meanwhile(folder: Path) -> object:
        write_status(folder, Status("running", **process_fields()))
        monkeypatch.undo()
        return run_lock(folder)

    monkeypatch.setattr("cnnviz.runs.locks.run_lock", resumed_meanwhile)
    assert "is running; stop it" in refused(RunStore(home).delete, run.id)
    assert run.folder.is_dir()


def test_two_who_delete_at_once_are_one_and_a_sentence(home: Path) -> None:
    run = make_run(home)

    def deleted_meanwhile(folder: Path) -> object:
        patched.undo()
        RunStore(home).delete(folder.name)
        return run_lock(folder)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("cnnviz.runs.locks.run_lock", deleted_meanwhile)
        assert "does not exist any more" in refused(RunStore(home).delete, run.id)
    assert RunStore(home).ids() == ()


def test_a_deleted_run_is_not_brought_back_by_who_still_writes(home: Path) -> None:
    run = make_run(home)
    RunStore(home).delete(run.id)
    writes = (
        lambda: write_status(run.folder, Status("running")),
        lambda: save_checkpoint(run.folder / "checkpoint", 1, {}),
        lambda: EventLog(run.folder / "events.jsonl"),
    )
    for write in writes:
        with pytest.raises(StorageError, match="its folder does not exist"):
            write()
    assert not run.folder.exists()


def test_stopping_twice_is_stopping_once(home: Path) -> None:
    run = make_run(home, Status("running", **process_fields()))
    run.request_stop()
    run.request_stop()
    assert run.state == "stopping"
    put(run, state="stopped")
    assert "is stopped; only a waiting or running one" in refused(run.request_stop)


def test_bundled_runs_are_listed_last_and_cannot_be_changed(home: Path, tmp_path: Path) -> None:
    elsewhere = make_run(tmp_path / "other")
    bundled = tmp_path / "bundled"
    shutil.copytree(elsewhere.folder, bundled / "a-bundled-run")
    own = make_run(home)
    store = RunStore(home, bundled=bundled)
    assert [(row.run_id, row.bundled) for row in store.list()] == [(own.id, False), ("a-bundled-run", True)]
    run = store.get("a-bundled")
    assert run.bundled
    assert [(one.id, one.bundled) for one in store.bundled()] == [("a-bundled-run", True)]
    assert run.spec == elsewhere.spec
    assert "cannot be renamed" in refused(run.rename, "mine")
    assert "cannot be deleted" in refused(store.delete, "a-bundled-run")
    own_folder = home / "runs" / "a-bundled-run"
    shutil.copytree(bundled / "a-bundled-run", own_folder)
    assert store.get("a-bundled-run").folder == own_folder
    assert not store.bundled()


def test_the_list_says_what_there_is(home: Path) -> None:
    run = make_run(home, Status("stopped", epoch=4))
    (run.folder / "evaluation.json").write_text('{"accuracy": 0.75}')
    row = RunStore(home).list()[0]
    assert (row.name, row.state, row.dataset, row.epochs_done) == ("one-conv", "stopped", "digits", 4)
    assert (row.test_accuracy, row.bundled, row.problem) == (0.75, False, "")


@pytest.mark.parametrize("content", ['{"accuracy": NaN}', '{"accuracy": "good"}', "[]", "{", '{"accuracy": 17}'])
def test_an_accuracy_that_is_none_is_left_out(home: Path, content: str) -> None:
    run = make_run(home)
    (run.folder / "evaluation.json").write_text(content)
    assert RunStore(home).list()[0].test_accuracy is None


def test_a_home_that_does_not_exist_has_no_runs(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "nowhere")
    assert store.list() == ()
    assert not (tmp_path / "nowhere").exists()


def test_nothing_is_left_of_a_run_that_could_not_be_made(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_folder: Path, _status: Status) -> None:
        raise StorageError("cannot write it: the disk is full; free some space and try again")

    monkeypatch.setattr("cnnviz.runs.store.write_status", full)
    with pytest.raises(StorageError):
        make_run(home)
    assert list((home / "runs").iterdir()) == []


def test_a_home_that_is_a_file_is_one_sentence(home: Path) -> None:
    home.write_text("a file")
    with pytest.raises(StorageError, match="a part of that path is a file"):
        make_run(home)


def test_ten_thousand_runs_are_listed(home: Path, record_property: object) -> None:
    first = make_run(home)
    (first.folder / "evaluation.json").write_text('{"accuracy": 0.5}')
    files = list(first.folder.iterdir())
    for number in range(10_000):
        folder = home / "runs" / f"20200101-000000-many-{number:05d}"
        os.mkdir(folder)
        for path in files:
            os.link(path, folder / path.name)
    began = time.perf_counter()
    rows = RunStore(home).list()
    record_property("seconds", time.perf_counter() - began)  # type: ignore[operator]
    assert len(rows) == 10_001
    assert rows[0].run_id == first.id
    assert rows[1].run_id == "20200101-000000-many-09999"
    assert {row.test_accuracy for row in rows} == {0.5}
    assert RunStore(home).get("latest").id == first.id


def test_a_list_reads_settings_once_and_sees_them_change(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = make_run(home)
    assert RunStore(home).list()[0].name == "one-conv"
    with monkeypatch.context() as patch:
        patch.setattr("cnnviz.runs.run.RunSpec", None)
        assert RunStore(home).list()[0].dataset == "digits"
    run.rename("mine")
    assert RunStore(home).list()[0].name == "mine"
    path = run.folder / "spec.json"
    path.write_text(path.read_text().replace('"digits"', '"mnist"'))
    assert RunStore(home).list()[0].dataset == "mnist"
    path.write_text("{")
    assert "no readable spec.json" in RunStore(home).list()[0].problem


def test_a_run_is_shown_by_its_id(home: Path) -> None:
    run = make_run(home)
    assert repr(run) == f"Run('{run.id}')"
    assert isinstance(run, Run)
    assert isinstance(run.spec, RunSpec)
