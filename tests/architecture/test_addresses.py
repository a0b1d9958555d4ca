"""The URL is read and written in one module, and pages are named in one."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.dashboard import ROOT

ADDRESS = ROOT / "cnnviz" / "ui" / "address.py"
PAGES = ROOT / "cnnviz" / "ui" / "pages.py"
SOURCES = sorted([ROOT / "app.py", *(ROOT / "cnnviz").rglob("*.py"), *(ROOT / "pages").rglob("*.py")])


def nodes(but: Path) -> Iterator[tuple[str, ast.AST]]:
    for path in SOURCES:
        if path != but:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                yield path.relative_to(ROOT).as_posix(), node


def test_only_one_module_touches_the_url() -> None:
    touching = {
        name
        for name, node in nodes(ADDRESS)
        if (isinstance(node, ast.Attribute) and node.attr == "query_params" and ast.unparse(node.value) == "st")
        or (isinstance(node, ast.keyword) and node.arg == "query_params")
        or (isinstance(node, ast.keyword) and node.arg == "bind")
    }
    assert not touching


def test_pages_are_named_in_one_table() -> None:
    naming = {
        name
        for name, node in nodes(PAGES)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("pages/")
    }
    assert not naming
    files = {path.relative_to(ROOT).as_posix() for path in (ROOT / "pages").rglob("*.py")}
    from cnnviz.ui.pages import PAGES as TABLE

    assert {page.path for page in TABLE} == files
