"""The first visitor waits for no import: the server made them all before it answered."""

import ast
import subprocess
import sys

from tests.dashboard import ROOT

SERVER = """
import asyncio, sys
from cnnviz.ui.first_visit import prepared

async def start():
    async with prepared(None):
        print(*sys.modules)

asyncio.run(start())
"""


def imported_by(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    found = (node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    return {module for module in found if module and module.startswith("cnnviz.")}


def test_all_that_the_home_page_imports_is_there() -> None:
    done = subprocess.run([sys.executable, "-c", SERVER], cwd=ROOT, capture_output=True, text=True, check=True)
    there = set(done.stdout.split())
    needed = imported_by("app.py") | imported_by("cnnviz/ui/home/page.py")
    assert len(needed) > 8
    assert needed <= there
    assert "tensorflow" not in there
    assert "lifespan=prepared" in (ROOT / "app.py").read_text(encoding="utf-8")
