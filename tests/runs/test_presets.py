"""Presets of a home: kept, found, listed, refused."""

from pathlib import Path

import pytest

from cnnviz.errors import SpecError
from cnnviz.runs.presets import delete_preset, find_preset, own_presets, save_preset
from cnnviz.spec import PRESETS, RunSpec, as_written, preset

SPEC = preset("one-conv").changed(name="digits at night", versions={"keras": "3"})


def test_a_preset_is_kept_and_found_by_its_name(home: Path, tmp_path: Path) -> None:
    assert own_presets() == ()
    save_preset("my-digits", SPEC)
    save_preset("a2", SPEC)
    assert own_presets() == ("a2", "my-digits")
    found = find_preset("my-digits")
    assert found == SPEC.changed(name="", preset="my-digits", versions={})
    assert as_written(found) == found
    assert RunSpec.from_json((home / "presets" / "my-digits.json").read_text()) == found
    assert own_presets(tmp_path / "other") == ()
    save_preset("elsewhere", SPEC, tmp_path / "other")
    assert find_preset("elsewhere", tmp_path / "other").preset == "elsewhere"


@pytest.mark.parametrize("name", PRESETS)
def test_those_of_cnnviz_are_found_too_and_stay(name: str) -> None:
    assert find_preset(name) == preset(name)
    with pytest.raises(SpecError, match=f"there is a preset called {name} already"):
        save_preset(name, SPEC)
    with pytest.raises(SpecError, match=f"there is no preset of your own called '{name}'; those of cnnviz stay"):
        delete_preset(name)


@pytest.mark.parametrize("name", ["", "a", "My-digits", "-digits", "my digits", "../up", "a/b", "ä2", "a" * 61, "a2\n"])
def test_names_that_cannot_be_are_refused(name: str, home: Path) -> None:
    with pytest.raises(SpecError, match="cannot be a preset's name; use 2 to 60 of a to z, 0 to 9 and hyphens"):
        save_preset(name, SPEC)
    assert not (home / "presets").exists()


def test_a_name_is_taken_once() -> None:
    save_preset("my-digits", SPEC)
    with pytest.raises(SpecError, match="there is a preset called my-digits already; choose another name"):
        save_preset("my-digits", preset("two-conv"))
    delete_preset("my-digits")
    assert own_presets() == ()
    save_preset("my-digits", preset("two-conv"))


def test_an_unknown_name_is_answered_with_those_there_are() -> None:
    with pytest.raises(SpecError, match=r"there is no preset called 'mine'; choose one of two-conv, .*strong$"):
        find_preset("mine")
    save_preset("my-digits", SPEC)
    with pytest.raises(SpecError, match=r"choose one of two-conv, .*strong, my-digits$"):
        find_preset("mine")


def test_files_that_are_no_presets_harm_nobody(home: Path) -> None:
    save_preset("good", SPEC)
    folder = home / "presets"
    (folder / "bad.json").write_text('{"format": 1')
    (folder / "two-conv.json").write_text(SPEC.to_json())
    (folder / "My notes.json").write_text("{}")
    (folder / "notes.txt").write_text("")
    assert own_presets() == ("bad", "good")
    assert find_preset("two-conv") == preset("two-conv")
    with pytest.raises(SpecError, match=r"the preset bad cannot be read .*; delete it, or choose another"):
        find_preset("bad")
    delete_preset("bad")
    assert own_presets() == ("good",)
