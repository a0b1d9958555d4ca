"""What source files have in common: a module says what it is for, and a page is short."""

import ast
from pathlib import Path

import pytest

from tests.dashboard import ROOT

LONGEST_PAGE = 120
FOLDERS = ("benchmarks", "cnnviz", "pages", "scripts", "tests")


def sources(*endings: str) -> list[Path]:
    """Every source file of ours with one of these endings; what others wrote is minified."""
    everything = [*ROOT.glob("*"), *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*"))]
    return sorted(path for path in everything if path.suffix in endings and ".min." not in path.name)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", [p for p in sources(".py") if p.is_relative_to(ROOT / "pages")], ids=name)
def test_a_page_is_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_PAGE


@pytest.mark.parametrize("path", [p for p in sources(".py") if p.is_relative_to(ROOT / "cnnviz")], ids=name)
def test_a_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
