"""What people say about a run: tags and notes, kept with it, or in the home for one that came with cnnviz."""

import json
import os
import shutil
import threading
from pathlib import Path

import pytest

from cnnviz.errors import RunError, SpecError
from cnnviz.runs import Run, RunStore
from tests.runs.folders import make_run


@pytest.fixture
def run(home: Path) -> Run:
    return make_run(home)


def refused(run: Run, **said: object) -> str:
    with pytest.raises(SpecError) as caught:
        run.describe(**said)  # type: ignore[arg-type]
    assert str(caught.value).isprintable()
    return str(caught.value)


def test_a_new_run_has_neither(run: Run) -> None:
    assert (run.tags, run.notes) == ((), "")
    assert not (run.folder / "about.json").exists()


def test_tags_and_notes_are_kept_with_the_run(run: Run) -> None:
    run.describe(tags=["lecture 3", "größer"], notes="First line\nSecond line")
    again = Run(run.folder)
    assert (again.tags, again.notes) == (("lecture 3", "größer"), "First line\nSecond line")
    assert json.loads((run.folder / "about.json").read_text())["tags"] == ["lecture 3", "größer"]


def test_what_is_not_said_stays(run: Run) -> None:
    (run.folder / "about.json").write_text('{"by_hand": 1}')
    run.describe(tags=["a"])
    run.describe(notes="b")
    run.rename("c")
    run.describe()
    assert json.loads((run.folder / "about.json").read_text()) == {
        "by_hand": 1,
        "tags": ["a"],
        "notes": "b",
        "name": "c",
    }
    run.describe(tags=[], notes="")
    assert (run.name, run.tags, run.notes) == ("c", (), "")


def test_tags_are_lines_and_each_once(run: Run) -> None:
    run.describe(tags=["  one \n word\t", "Best", "best", "<b>x</b>", "BEST"])
    assert run.tags == ("one word", "Best", "<b>x</b>")


def test_notes_keep_their_lines_and_nothing_unreadable(run: Run) -> None:
    run.describe(notes="  a\r\nb\x1b[2J\x00\rc \t\n\n")
    assert run.notes == "a\nb[2J\nc"


def test_what_is_too_much_is_refused_in_a_sentence(run: Run) -> None:
    run.describe(tags=["kept"], notes="kept")
    assert "1 to 30 characters" in refused(run, tags=["x" * 31])
    for empty in ("", "  ", "\n\x00"):
        assert "1 to 30 characters" in refused(run, tags=[empty])
    assert "1 to 30 characters" in refused(run, tags=[3])
    assert "13 tags were given, and a run has at most 12" in refused(run, tags=[f"t{n}" for n in range(13)])
    assert "the notes have 5,001 characters; give at most 5,000" in refused(run, notes="x" * 5001)
    assert (run.tags, run.notes) == (("kept",), "kept")
    run.describe(tags=["x" * 30] + [f"t{n}" for n in range(11)], notes="x" * 5000)
    assert (len(run.tags), len(run.notes)) == (12, 5000)


@pytest.mark.parametrize(
    ("planted", "tags", "notes"),
    [
        ('{"tags": "abc", "notes": 3}', (), ""),
        ('{"tags": {"a": 1}, "notes": ["x"]}', (), ""),
        (
            json.dumps({"tags": [1, None, "", "ok", "x" * 10_000, "OK", "a\x1b[2Jb"], "notes": "x" * 9000}),
            ("ok", "a [2Jb"),
            "x" * 5000,
        ),
        (json.dumps({"tags": [f"t{n}" for n in range(40)]}), tuple(f"t{n}" for n in range(12)), ""),
        ("[]", (), ""),
        ("{", (), ""),
        ('{"tags": ["\\ud800"], "notes": "\\ud800"}', (), ""),
    ],
)
def test_what_was_planted_is_read_as_far_as_it_makes_sense(
    home: Path, run: Run, planted: str, tags: tuple[str, ...], notes: str
) -> None:
    (run.folder / "about.json").write_text(planted)
    assert (run.tags, run.notes) == (tags, notes)
    assert RunStore(home).list()[0].tags == tags


def test_a_damaged_file_is_said_and_left_as_it_is(run: Run) -> None:
    (run.folder / "about.json").write_text('{"name": "mi')
    with pytest.raises(RunError, match="is damaged; mend it"):
        run.describe(tags=["a"])
    assert (run.folder / "about.json").read_text() == '{"name": "mi'


def test_a_deleted_run_is_not_brought_back(home: Path, run: Run) -> None:
    RunStore(home).delete(run.id)
    with pytest.raises(RunError, match="does not exist any more"):
        run.describe(tags=["ghost"])
    assert not run.folder.exists()


def test_those_of_a_bundled_run_are_kept_in_the_home(home: Path, tmp_path: Path) -> None:
    bundled = tmp_path / "bundled"
    shutil.copytree(make_run(tmp_path / "other").folder, bundled / "a-bundled-run")
    before = {path: os.stat(path).st_mtime_ns for path in bundled.rglob("*")}
    run = RunStore(home, bundled=bundled).get("a-bundled-run")
    assert (run.tags, run.notes) == ((), "")
    run.describe(tags=["shown first"], notes="came with it")
    assert (home / "additions" / "a-bundled-run" / "about.json").is_file()
    again = RunStore(home, bundled=bundled).get("a-bundled-run")
    assert (again.tags, again.notes, again.name) == (("shown first",), "came with it", run.name)
    assert RunStore(home, bundled=bundled).list()[-1].tags == ("shown first",)
    assert Run(bundled / "a-bundled-run", bundled=True).tags == ("shown first",)  # the usual home, which is this one
    elsewhere = tmp_path / "another home"
    assert RunStore(elsewhere, bundled=bundled).get("a-bundled-run").tags == ()
    assert {path: os.stat(path).st_mtime_ns for path in bundled.rglob("*")} == before


def test_two_who_write_at_once_lose_nothing(run: Run) -> None:
    threads = [threading.Thread(target=run.describe, kwargs=said) for said in ({"tags": ["a"]}, {"notes": "b"})]
    threads.append(threading.Thread(target=run.rename, args=("c",)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (run.tags, run.notes, run.name) == (("a",), "b", "c")
