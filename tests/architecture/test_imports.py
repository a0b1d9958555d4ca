"""Who may import whom: the contracts of pyproject.toml, and what they cannot say; and that a page stays a page."""

import ast
import subprocess
import sys
from collections import Counter
from graphlib import TopologicalSorter
from pathlib import Path

import grimp
import pytest

import cnnviz
from tests.dashboard import ROOT

PAGES = sorted((ROOT / "pages").rglob("*.py"))
HEAVY = ("keras", "pandas", "plotly", "sklearn", "streamlit", "tensorflow")
LONGEST_PAGE = 120
NOT_IN_PAGES = {"keras", "numpy", "sklearn", "tensorflow"}


# Names of other packages that are not public are in one module for each, which says what happens where one is gone.
PRIVATE = ("keras.src", "streamlit.runtime", "streamlit.web", "tensorflow.python", "uvicorn.protocols")
MAY = ("keras_private.py", "streamlit_private.py", "patience.py")
SOURCES = [ROOT / "app.py", *PAGES, *sorted((ROOT / "cnnviz").rglob("*.py"))]


def imported_modules(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def imported_packages(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in imported_modules(path)}


def test_what_is_private_elsewhere_is_imported_in_one_place() -> None:
    found = [(path, module) for path in SOURCES if path.name not in MAY for module in imported_modules(path)]
    assert not [(path, module) for path, module in found if module.startswith(PRIVATE)]


def test_import_contracts_are_kept() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_module_imports_itself_by_a_detour() -> None:
    # Imports inside functions count too; those for types alone do not: they are not there when the program runs.
    graph = grimp.build_graph("cnnviz", exclude_type_checking_imports=True, cache_dir=None)
    TopologicalSorter({name: graph.find_modules_directly_imported_by(name) for name in graph.modules}).prepare()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_page_leaves_the_computing_to_the_library(path: Path) -> None:
    assert not imported_packages(path) & NOT_IN_PAGES
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_PAGE


def test_a_class_of_the_dashboard_has_a_name_of_its_own() -> None:
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "cnnviz" / "ui").rglob("*.py")]
    names = Counter(node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    assert [name for name, times in names.items() if times > 1] == []


def test_pages_holds_folders_only() -> None:
    # A .py directly in pages/ wakes Streamlit's old discovery of pages, which takes over from st.navigation.
    assert not list((ROOT / "pages").glob("*.py"))


@pytest.mark.parametrize("module", ["cnnviz", "cnnviz.spec", "cnnviz.runs"])
def test_importing_is_light(module: str) -> None:
    code = f"import sys, {module}; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


def test_public_names_exist() -> None:
    missing = [name for name in cnnviz.__all__ if not hasattr(cnnviz, name)]
    assert not missing
    assert len(set(cnnviz.__all__)) == len(cnnviz.__all__)
