"""What source files have in common: a page is short, and a module says what it is for."""

import ast
from pathlib import Path

import pytest

from tests.dashboard import ROOT

LONGEST_PAGE = 120


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", sorted((ROOT / "pages").rglob("*.py")), ids=name)
def test_a_page_is_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_PAGE


def test_a_module_says_what_it_is_for() -> None:
    silent = [
        name(path) for path in (ROOT / "cnnviz").rglob("*.py") if not ast.get_docstring(ast.parse(path.read_bytes()))
    ]
    assert silent == []
