"""Components from the files beside their Python: one text of several modules, each in a scope of its own."""

from pathlib import Path

import pytest
import streamlit as st

import cnnviz.ui
from cnnviz.ui.components.component import bundled, component, modules_of, when_told

FOLDER = Path(cnnviz.ui.__file__).parent


def written(folder: Path, **modules: str) -> Path:
    for name, text in modules.items():
        (folder / f"{name}.js").write_text(text, encoding="utf-8")
    return folder / "entry.js"


def test_modules_come_once_each_after_those_that_it_imports(tmp_path: Path) -> None:
    entry = written(
        tmp_path,
        entry='import { b } from "./b.js";\nimport { a } from "./a.js";\nexport default b + a;\n',
        b='import { a } from "./a.js";\nexport const b = a;\n',
        a="export const a = 1;\n",
    )
    assert [module.stem for module in modules_of(entry)] == ["a", "b", "entry"]


def test_modules_that_import_each_other_are_refused(tmp_path: Path) -> None:
    entry = written(
        tmp_path,
        entry='import { a } from "./a.js";\nexport default a;\n',
        a='import { b } from "./b.js";\nexport const a = b;\n',
        b='import { a } from "./a.js";\nexport const b = a;\n',
    )
    with pytest.raises(ValueError, match=r"a\.js imports itself, by way of entry\.js, a\.js, b\.js"):
        modules_of(entry)


def test_what_is_for_readers_stays_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnviz.ui.components.component._HERE", tmp_path / "components")
    entry = written(
        tmp_path,
        entry="""// what it is

/** @param {number} value */
function twice(value) {
  return value * 2; // a plain word
}

export default { address: "http://here", text: "a /b", four: twice(2) };
""",
    )
    text = bundled(entry)
    assert all(words not in text for words in ("what it is", "@param", "plain word", "  return"))
    assert 'address: "http://here", text: "a /b"' in text


def test_files_are_read_when_a_component_is_first_drawn(tmp_path: Path) -> None:
    drawn = component(str(tmp_path / "entry.py"))
    with pytest.raises(FileNotFoundError):
        drawn(key="one", data={})


def test_only_what_can_be_is_taken_from_a_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setattr(st, "session_state", {"wall": {"picked": 3}})
    when_told("wall", "picked", told.append, lambda value: value == 3)()
    when_told("wall", "picked", told.append, lambda value: value == 4)()
    when_told("wall", "moved", told.append, lambda value: value is not None)()
    when_told("wall", "picked", None, lambda value: True)()
    assert told == [3]


@pytest.mark.parametrize("entry", sorted(FOLDER.rglob("*.js")), ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_nothing_of_a_module_is_left_to_import(entry: Path) -> None:

    if "\nexport default " in entry.read_text(encoding="utf-8"):
        lines = bundled(entry).splitlines()
        assert [line for line in lines if line.startswith(("import ", "export "))] == [lines[-1]]
