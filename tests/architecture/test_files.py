"""What every source file has in common: it is short, and it says what it is for."""

import ast
from pathlib import Path

import pytest

from tests.dashboard import ROOT

LONGEST_FILE = 300
LONGEST_PAGE = 120
FOLDERS = ("benchmarks", "cnnviz", "pages", "scripts", "tests")


def sources(*endings: str) -> list[Path]:
    """Every source file of ours with one of these endings; what others wrote is minified."""
    everything = [*ROOT.glob("*"), *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*"))]
    return sorted(path for path in everything if path.suffix in endings and ".min." not in path.name)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", sources(".py", ".js", ".css"), ids=name)
def test_a_file_is_short(path: Path) -> None:
    longest = LONGEST_PAGE if path.is_relative_to(ROOT / "pages") else LONGEST_FILE
    assert len(path.read_text(encoding="utf-8").splitlines()) <= longest


@pytest.mark.parametrize("path", [p for p in sources(".py") if p.is_relative_to(ROOT / "cnnviz")], ids=name)
def test_a_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
