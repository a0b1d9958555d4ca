"""What is added to a run: where it goes, and that none of it is lost or brings a run back."""

from pathlib import Path

import pytest

from cnnviz.errors import RunError, StorageError
from cnnviz.runs import Run, RunStore
from tests.runs.folders import make_run


def test_own_runs_keep_them_read_only_ones_have_them_in_the_home(home: Path, tmp_path: Path) -> None:
    run = make_run(home)
    bundled = Run(run.folder, bundled=True, home=home)
    assert run.additions().folder == run.additions(tmp_path).folder == run.folder
    assert bundled.additions().folder == home / "additions" / run.id
    assert bundled.additions(tmp_path).folder == tmp_path / "additions" / run.id
    assert not (home / "additions").exists()
    bundled.additions().write("maps/a.bin", b"1")
    assert (home / "additions" / run.id / "maps" / "a.bin").read_bytes() == b"1"
    assert not (run.folder / "maps").exists()


def test_they_go_with_the_run_and_do_not_bring_it_back(home: Path) -> None:
    run = make_run(home)
    run.additions().write("maps/a.bin", b"1")
    run.additions().change("marks.json", lambda values: {**values, "x": 1})
    RunStore().delete(run.id)
    assert not run.folder.exists()
    for write in (lambda: run.additions().write("a", b"2"), lambda: run.additions().change("marks.json", dict)):
        with pytest.raises(StorageError, match="its folder does not exist"):
            write()
    assert not run.folder.exists()
    assert RunStore().ids() == ()


def test_a_change_sees_what_is_there(home: Path) -> None:
    run = make_run(home)
    assert run.additions().read("a.json") == {}
    for _ in range(3):
        run.additions().change("a.json", lambda values: {"count": values.get("count", 0) + 1})
    assert run.additions().read("a.json") == {"count": 3}


def test_a_damaged_file_is_said_and_kept(home: Path) -> None:
    run = make_run(home)
    (run.folder / "a.json").write_text('{"count": 3')
    for look in (lambda: run.additions().read("a.json"), lambda: run.additions().change("a.json", dict)):
        with pytest.raises(RunError, match="mend it, or move it away to begin anew"):
            look()
    assert (run.folder / "a.json").read_text() == '{"count": 3'


def test_a_failed_change_changes_nothing_and_lets_others_go_on(home: Path) -> None:
    run = make_run(home)
    run.additions().change("a.json", lambda _: {"count": 1})

    def fail(_: object) -> dict[str, int]:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        run.additions().change("a.json", fail)
    run.additions().change("a.json", lambda values: {"count": values["count"] + 1})
    assert run.additions().read("a.json") == {"count": 2}
