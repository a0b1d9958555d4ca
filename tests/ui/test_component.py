"""Components from the files beside their Python: one text of several modules, each in a scope of its own."""

from pathlib import Path

import pytest

import cnnviz.ui
from cnnviz.ui.components.component import bundled, modules_of

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


@pytest.mark.parametrize("entry", sorted(FOLDER.rglob("*.js")), ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_nothing_of_a_module_is_left_to_import(entry: Path) -> None:

    if "\nexport default " in entry.read_text(encoding="utf-8"):
        lines = bundled(entry).splitlines()
        assert [line for line in lines if line.startswith(("import ", "export "))] == [lines[-1]]
