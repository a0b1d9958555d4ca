"""`cnnviz data import` of what is hostile or damaged: one sentence, nothing kept; and of what only looks odd."""

import os
from pathlib import Path

import pytest

from cnnviz.data import list_datasets
from tests.cli.conftest import Call, mistake
from tests.cli.hostile_imports import GOOD, HOSTILE, Case

CASES = {f"{line}: {name}": case for line, cases in HOSTILE.items() for name, case in cases.items()}


@pytest.mark.parametrize("name", CASES)
def test_what_is_hostile_is_refused_in_one_sentence(call: Call, tmp_path: Path, home: Path, name: str) -> None:
    case = CASES[name]
    given = case.make(tmp_path)
    before = set(tmp_path.rglob("*"))
    said = mistake(call("data", "import", str(given), "--name", "mine", *case.more))
    assert all(part in said for part in case.said), said
    assert set(tmp_path.rglob("*")) == before
    assert not home.exists() or not any(file for file in home.rglob("*") if file.is_file())


@pytest.mark.parametrize("name", GOOD)
def test_what_only_looks_odd_is_imported(call: Call, tmp_path: Path, name: str) -> None:
    case: Case = GOOD[name]
    done = call("data", "import", str(case.make(tmp_path)), "--name", "mine")
    assert done.code == 0, done.err
    assert all(part in done.out + done.err for part in case.said), done
    assert "mine" in {info.name for info in list_datasets() if info.available}


def test_one_of_them_in_a_real_process(process: Call, tmp_path: Path) -> None:
    case = HOSTILE["infinities, NaN, an open quote"]["NaN"]
    done = process("data", "import", str(case.make(tmp_path)), "--name", "mine", COLUMNS="200")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: row 4 of ")
    assert done.err.count(os.linesep) == 1
