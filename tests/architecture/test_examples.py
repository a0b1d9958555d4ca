"""The examples of docs/own-data and docs/tuning.md are run: Python as it is, commands with exactly what they print."""

import re
import shlex
from pathlib import Path

import pytest

from cnnviz.cli import main
from tests.dashboard import ROOT

PAGES = sorted(page for page in (ROOT / "docs" / "own-data").glob("*.md") if page.name != "README.md")  # tested apart
TUNING = ROOT / "docs" / "tuning.md"
BLOCK = re.compile(r"^```(python|console)\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", [*PAGES, TUNING], ids=lambda page: page.stem)
def test_examples_do_what_they_say(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setattr("cnnviz.tuning.searching.usual_places", lambda: 1)  # a process less that imports TensorFlow
    names: dict[str, object] = {}
    blocks = BLOCK.findall(page.read_text(encoding="utf-8"))
    assert blocks
    for kind, text in blocks:
        if kind == "python":
            exec(compile(text, str(page), "exec"), names)  # the documentation's own
            continue
        for command, expected in re.findall(r"^\$ cnnviz (.*)\n((?:(?!\$ ).*\n)*)", text, flags=re.MULTILINE):
            capfd.readouterr()
            code = main(shlex.split(command))
            out, err = capfd.readouterr()
            assert (code, err + out) == (0, expected), command


def test_every_page_is_listed() -> None:
    listed = (ROOT / "docs" / "own-data" / "README.md").read_text(encoding="utf-8")
    assert [page.name for page in PAGES if f"({page.name})" not in listed] == []
