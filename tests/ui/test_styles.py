"""Style sheets of pages: each part of Streamlit's page has one name, which one file translates."""

import re
from pathlib import Path

import pytest

import cnnviz.ui
from cnnviz.ui.styles import shared_style, style

UI = Path(cnnviz.ui.__file__).parent
SHEETS = sorted(path for path in UI.rglob("*.css") if "components" not in path.parts and path.name != "streamlit.css")


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.relative_to(UI).as_posix())
def test_a_sheet_names_parts_that_are_known(sheet: Path) -> None:
    told = style(str(sheet))
    assert told.startswith("<style>")
    assert ":--" not in told


def test_an_unknown_part_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "page.css").write_text(":--no-such-part { color: red; }")
    with pytest.raises(KeyError, match=":--no-such-part"):
        style(str(tmp_path / "page.py"))


def test_every_page_has_the_palette_and_a_narrow_sidebar() -> None:
    told = shared_style()
    assert told.startswith("<style>.stApp {\n  --cnnviz-")
    assert '[data-testid="stSidebarNav"]' in told
    assert told.count("<style>") == 1


def test_two_files_name_what_is_streamlits_own() -> None:
    named = re.compile(r"data-testid|(?<![\w-])\.st[A-Z]\w+")
    files = [path for ending in ("py", "css", "js") for path in UI.rglob(f"*.{ending}")]
    found = {path.relative_to(UI).as_posix() for path in files if named.search(path.read_text(encoding="utf-8"))}
    assert found == {"streamlit.css", "components/kit/streamlit.js"}
