"""The ONNX file that is kept with a run: made once, made again where it is damaged, done without where it cannot be."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from cnnviz.errors import StorageError
from cnnviz.runs import Run, RunStore
from cnnviz.serving import engine_of

FIRST = "converting the network to ONNX, once; this takes some seconds"


@pytest.fixture
def conversions(run: Run, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The network is converted once, really; after that the same file comes at once, and is counted."""
    engine_of(run, run.home)
    content, seen = (run.folder / "served.onnx").read_bytes(), []

    def convert(converted: Run, *_: object) -> bytes:
        seen.append(converted.id)
        return content

    monkeypatch.setattr("cnnviz.serving.opening._converted", convert)
    return seen


def tree(folder: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in sorted(folder.rglob("*"))}


@pytest.mark.parametrize("damage", ["torn", "gone", "another file", "unknown whether whole"])
def test_a_damaged_file_is_made_again(run: Run, conversions: list[str], damage: str) -> None:
    file = run.folder / "served.onnx"
    if damage == "gone":
        file.unlink()
    elif damage == "unknown whether whole":
        (run.folder / "served.json").unlink()
    else:
        file.write_bytes(file.read_bytes()[:5000] if damage == "torn" else b"hello")
    steps: list[str] = []
    for _ in range(2):
        engine = engine_of(run, run.home, steps.append)
        blank = np.zeros((2, 8, 8, 1), np.float32)
        assert engine.probabilities(blank) == pytest.approx(run.model().predict(blank, verbose=0), abs=1e-5)
    assert (conversions, steps) == ([run.id], [FIRST])


def test_a_changed_model_is_converted_again(run: Run, conversions: list[str]) -> None:
    os.utime(run.folder / "model.keras", (3, 3))
    for _ in range(2):
        engine_of(run, run.home)
    assert conversions == [run.id]


def test_where_it_cannot_be_kept_it_serves_all_the_same(
    run: Run, conversions: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise StorageError("cannot write it: the disk is full; free some space and try again")

    (run.folder / "served.json").unlink()
    monkeypatch.setattr("cnnviz.runs.additions.Additions.write", refuse)
    steps: list[str] = []
    engine = engine_of(run, run.home, steps.append)
    assert engine.card.run_id == run.id
    assert steps[-1].startswith("it serves, and will be converted again the next time: cannot write it: the disk is")


def test_a_bundled_run_keeps_it_in_the_home(run: Run, conversions: list[str], tmp_path: Path) -> None:
    bundled, home = tmp_path / "bundled", tmp_path / "home"
    home.mkdir()
    shutil.copytree(run.folder, bundled / "bundled-small", ignore=shutil.ignore_patterns("served.*"))
    before = tree(bundled)
    found = RunStore(home, bundled).get("bundled-small")
    for _ in range(2):
        assert engine_of(found, home).card.run_id == "bundled-small"
    assert conversions == ["bundled-small"]
    assert tree(bundled) == before
    assert {path.name for path in (home / "additions" / "bundled-small").iterdir()} == {"served.onnx", "served.json"}
