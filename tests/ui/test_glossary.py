"""The words on the pages are those of the glossary."""

import ast
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.ui import glossary
from cnnviz.ui.train.editor import LAYER_TITLES
from cnnviz.ui.train.layer_list import SETTING_UP
from tests.dashboard import ROOT


def asked_for() -> set[str]:
    """Every term that the interface takes from the glossary by name."""
    terms = {*SETTING_UP, *LAYER_TITLES}
    for path in [*(ROOT / "cnnviz" / "ui").rglob("*.py"), *(ROOT / "pages").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("meaning", "words"):
                terms |= {
                    one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)
                }
    return terms


def test_every_term_on_the_pages_has_a_meaning() -> None:
    terms = asked_for()
    assert len(terms) > 20
    assert not [term for term in terms if not glossary.meaning(term).endswith(".")]


def test_every_entry_is_read_whole_and_is_short() -> None:
    headings = [line for line in (ROOT / "docs" / "glossary.md").read_text().splitlines() if line.startswith("### ")]
    entries = glossary._entries()
    assert len(entries) == len(headings)
    assert all(20 < len(entry) < 320 and "#" not in entry for entry in entries.values())
    assert entries["step"] == "One update of the weights, from one batch."


def test_an_unknown_term_says_nothing() -> None:
    assert glossary.meaning("flux capacitor") == ""


def test_without_the_document_there_is_nothing_to_open(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def page() -> None:
        from cnnviz.ui.glossary import words

        words("loss", "epoch", key="some-words")

    def shown() -> list[str]:
        at = AppTest.from_function(page, default_timeout=60).run()
        assert not at.exception
        return [one.value for one in at.markdown]

    assert "**Loss**: The number that training makes smaller" in shown()[0]
    monkeypatch.setattr(glossary, "_GLOSSARY", tmp_path / "none.md")
    glossary._entries.cache_clear()
    try:
        assert not shown()
    finally:
        glossary._entries.cache_clear()
