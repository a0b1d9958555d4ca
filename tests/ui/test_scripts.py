"""The JavaScript of components: one text made of several modules, and where the server has it."""

import gzip
import re
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response

import cnnviz.ui
from cnnviz.ui.components import scripts
from cnnviz.ui.components.scripts import bundled, modules_of, script_of, script_routes

FOLDER = Path(cnnviz.ui.__file__).parent
TILES = FOLDER / "components" / "tiles" / "tiles.js"


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scripts, "_served", False)
    monkeypatch.setattr(scripts, "_told", {})


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
    monkeypatch.setattr("cnnviz.ui.components.scripts._UI", tmp_path)
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


@pytest.mark.parametrize("entry", sorted(FOLDER.rglob("*.js")), ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_nothing_of_a_module_is_left_to_import(entry: Path) -> None:
    if "\nexport default " in entry.read_text(encoding="utf-8"):
        lines = bundled(entry).splitlines()
        assert [line for line in lines if line.startswith(("import ", "export "))] == [lines[-1]]


def test_a_component_holds_its_script_where_no_server_has_it() -> None:
    assert script_of(TILES) == bundled(TILES)


def answered(address: str, base: str = "", encoding: str = "identity") -> Response:
    [route] = script_routes()
    path, _, query = address.partition("?")
    scope = {"type": "http", "method": "GET", "path": path, "query_string": query.encode()}
    scope |= {"path_params": {"place": path.removeprefix(f"{base}/scripts/")}}
    assert route.path == f"{base}/scripts/{{place:path}}"
    return scripts._answer(Request({**scope, "headers": [(b"accept-encoding", encoding.encode())]}))


@pytest.mark.parametrize("base", ["", "/lab"])
def test_a_component_holds_the_address_of_its_script(monkeypatch: pytest.MonkeyPatch, base: str) -> None:
    monkeypatch.setattr("cnnviz.ui.routes.st.get_option", lambda _: base)
    script_routes()
    text = script_of(TILES)
    assert len(text) < 300
    found = re.search(r'new URL\("([^"]+)"', text)
    assert found
    address = found[1]
    assert address.startswith(f"{base}/scripts/components/tiles/tiles.js?v=")
    plain, packed = answered(address, base), answered(address, base, "gzip, br")
    assert bytes(plain.body).decode() == bundled(TILES)
    assert plain.headers["content-type"].startswith("text/javascript")
    assert "immutable" in plain.headers["cache-control"]
    assert gzip.decompress(bytes(packed.body)) == bytes(plain.body)
    others = (address + "0", address.replace("tiles.js", "layout.js"), address.replace("tiles.js", "__init__.py"))
    assert [answered(other, base).status_code for other in others] == [404, 404, 404]


def test_another_script_has_another_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scripts, "_UI", tmp_path)
    script_routes()
    one, other = ((tmp_path / f"{name}.js") for name in ("one", "other"))
    for number, entry in enumerate((one, other)):
        entry.write_text(f"const number = {number};\n\nexport default number;\n", encoding="utf-8")
    versions = [script_of(entry).partition("?v=")[2] for entry in (one, other)]
    assert versions[0] != versions[1]
