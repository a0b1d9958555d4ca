"""Components from the files beside their Python, and what comes back from a browser."""

from pathlib import Path

import pytest
import streamlit as st

from cnnviz.ui.components.component import component, when_told


def test_files_are_read_when_a_component_is_first_drawn(tmp_path: Path) -> None:
    drawn = component(str(tmp_path / "entry.py"))
    with pytest.raises(FileNotFoundError):
        drawn(key="one", data={})


def test_only_what_can_be_is_taken_from_a_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setattr(st, "session_state", {"wall": {"picked": 3}})
    when_told("wall", "picked", told.append, lambda value: value == 3)()
    when_told("wall", "picked", told.append, lambda value: value == 4)()
    when_told("wall", "moved", told.append, lambda value: value is not None)()
    when_told("wall", "picked", None, lambda value: True)()
    assert told == [3]
