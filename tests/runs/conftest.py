"""Stores without the runs that come with cnnviz."""

from pathlib import Path

import pytest

from cnnviz.runs import RunStore


@pytest.fixture(autouse=True)
def only_own_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RunStore.__init__, "__defaults__", (None, tmp_path / "no bundled runs"))
