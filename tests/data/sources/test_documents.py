"""The examples of docs/own-data do what they say."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.dashboard import ROOT

DOCUMENTS = [
    path for path in sorted((ROOT / "docs" / "own-data").glob("*.md")) if "```python" in path.read_text("utf-8")
]


def test_tables_and_arrays_have_examples() -> None:
    assert {"tables.md", "arrays.md"} <= {path.name for path in DOCUMENTS}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_the_examples_run(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for code in re.findall(r"^```python\n(.*?)^```", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL):
        exec(compile(code, str(path), "exec"), names)
