from pathlib import Path

import pytest

from cnnviz.runs import Run, RunStore, Status, process_fields, write_status
from cnnviz.spec import RunSpec
from tests.cli.conftest import Call, mistake

KEYS = {"run_id", "name", "state", "dataset", "epochs_done", "test_accuracy", "bundled"}


def own(call: Call) -> list[str]:
    return [row["run_id"] for row in call("runs", "list", "--json").json if not row["bundled"]]


def test_list(call: Call, ended: Run) -> None:
    rows = call("runs", "list", "--json").json
    assert all(row.keys() >= KEYS for row in rows)
    first = rows[0]
    assert (first["run_id"], first["name"], first["state"]) == (ended.id, "The first", "stopped")
    assert (first["dataset"], first["epochs_done"], first["test_accuracy"]) == ("digits", 0, None)
    line = call("runs", "list").out.splitlines()[1]
    assert line.split()[0] == ended.id
    assert "The first" in line


def test_no_runs_yet(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RunStore, "list", lambda self: ())
    assert call("runs", "list").out.startswith("There are no runs yet. Train one: cnnviz train")
    assert call("runs", "list", "--json").json == []


def test_a_damaged_run_is_listed_and_said(call: Call, ended: Run) -> None:
    (ended.folder / "spec.json").write_text("{")
    row = call("runs", "list", "--json").json[0]
    assert row["run_id"] == ended.id
    assert "no readable spec.json" in row["problem"]
    assert "damaged" in call("runs", "list").out
    assert "no readable spec.json" in mistake(call("runs", "show", ended.id))


@pytest.mark.parametrize("how", ["id", "prefix", "latest"])
def test_show(how: str, call: Call, ended: Run, spec: RunSpec) -> None:
    text = {"id": ended.id, "prefix": ended.id[:-1], "latest": "latest"}[how]
    shown = call("runs", "show", text, "--json").json
    assert shown["run_id"] == ended.id
    assert shown["history"] == {"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": []}
    assert shown["test"] is None
    assert RunSpec(**shown["spec"]).model == spec.model
    assert f"run         {ended.id}\n" in call("runs", "show", text).out


def test_a_name_is_text(call: Call, ended: Run) -> None:
    assert call("runs", "rename", "latest", "[red]a\x1b[2J").code == 0
    for done in (call("runs", "list"), call("runs", "show", "latest")):
        assert "[red]a" in done.out
        assert "\x1b" not in done.out


def test_rename(call: Call, ended: Run) -> None:
    assert call("runs", "rename", ended.id, "other", "--json").json == {"run_id": ended.id, "name": "other"}
    assert ended.name == "other"
    assert "the name has 0 characters" in mistake(call("runs", "rename", ended.id, " "))


def test_tags(call: Call, ended: Run) -> None:
    done = call("runs", "tag", "latest", "lecture 3", "baseline", "--json")
    assert done.json == {"run_id": ended.id, "tags": ["lecture 3", "baseline"]}
    assert call("runs", "list", "--json").json[0]["tags"] == ["lecture 3", "baseline"]
    assert call("runs", "show", "latest", "--json").json["tags"] == ["lecture 3", "baseline"]
    assert "tags        lecture 3, baseline\n" in call("runs", "show", "latest").out
    assert "1 to 30 characters" in mistake(call("runs", "tag", "latest", "x" * 31))
    assert "a run has at most 12" in mistake(call("runs", "tag", "latest", *map(str, range(13))))
    assert call("runs", "tag", "latest").out == f"{ended.id} has no tags.\n"
    assert call("runs", "list", "--json").json[0]["tags"] == []


def test_delete(call: Call, ended: Run) -> None:
    assert call("runs", "delete", ended.id, "--json").json == {"run_id": ended.id, "deleted": True}
    assert own(call) == []
    assert f"there is no run called '{ended.id}'" in mistake(call("runs", "delete", ended.id))


def test_a_run_that_is_not_there_is_told_with_where_they_are(call: Call, ended: Run, home: Path) -> None:
    told = "there is no run called 'zzz'; it may have been deleted, so choose another; see: cnnviz runs list"
    for command in ("show", "stop", "delete"):
        assert mistake(call("runs", command, "zzz")) == told
    assert mistake(call("runs", "show", "zzz", "--home", str(home))) == f"{told} --home {home}"


def test_where_there_are_no_runs_none_are_pointed_to(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RunStore, "ids", lambda self: ())
    assert mistake(call("runs", "show", "zzz")).endswith("there are no runs yet, so train one first")


def test_an_active_run_is_stopped_not_deleted(call: Call, ended: Run) -> None:
    write_status(ended.folder, Status("running", epochs=1, **process_fields()))
    assert "is running; stop it before deleting it" in mistake(call("runs", "delete", "latest"))
    assert call("runs", "stop", "latest", "--json").json == {"run_id": ended.id, "state": "stopping"}
    assert (ended.folder / "stop").exists()


def test_an_ended_run_cannot_be_stopped(call: Call, ended: Run) -> None:
    assert "only a waiting or running one can be stopped" in mistake(call("runs", "stop", ended.id))
