"""When an export goes wrong: a file that says something else, a full disk, a converter that hangs or crashes."""

import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from cnnviz.errors import CnnvizError, MissingExtraError, StorageError
from cnnviz.export import export
from cnnviz.export.classify_script import classify_script
from cnnviz.export.converter import _compared, _refuse_unusable
from cnnviz.export.formats import Format
from cnnviz.runs import Run
from tests.dashboard import ROOT
from tests.export.conftest import NAMES, network
from tests.training.helpers import wait_until

pytestmark = pytest.mark.usefixtures("temporary")


def worse_by(amount: str) -> Callable[[Format, tuple[int, int, int]], str]:
    """A reader of the exported file that sees other outputs than the network's."""

    def script(chosen: Format, shape: tuple[int, int, int]) -> str:
        asked = "lambda images: model(images, training=False)"
        changed = f"lambda images: np.asarray(model(images, training=False)) + {amount}"
        return classify_script(chosen, shape).replace(asked, changed)

    return script


def test_a_file_that_says_something_else_is_not_written(
    temporary: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cnnviz.export.exporting.classify_script", worse_by("2e-4"))
    (tmp_path / "a.keras").write_text("old")
    says = "probabilities that differ by up to 0.0002 from the network's on 64 images, more than 0.0001; nothing was"
    with pytest.raises(CnnvizError, match=says):
        export(network("softmax"), "keras", tmp_path / "a.keras", NAMES)
    assert (tmp_path / "a.keras").read_text() == "old"
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (np.full((2, 3), np.nan), "differ by up to nan"),
        (np.full((2, 3), 0.3), "differ by up to 0.7"),
        (np.ones((1, 3)), "gives outputs of shape .1, 3. where the network gives .2, 3.; nothing was written"),
    ],
)
def test_what_counts_as_a_difference(found: NDArray[np.float32], says: str) -> None:
    expected = np.array([[1, 0, 0], [0, 1, 0]], np.float32)
    assert _compared(expected, expected + np.float32(9e-5)) == pytest.approx(9e-5, rel=1e-3)
    with pytest.raises(CnnvizError, match=says):
        _compared(expected, found)


@pytest.mark.parametrize(
    ("outputs", "classes", "says"),
    [
        ([[np.nan, 0.5, 0.5]], 3, "the network gives no finite numbers"),
        ([[0.5, 0.5]], 3, "there are 3 class names and the network gives 2 numbers; give a name for each"),
        ([[0.5]], 3, "there are 3 class names and the network gives 1 numbers"),
    ],
)
def test_outputs_that_cannot_be_used_are_refused(outputs: list[list[float]], classes: int, says: str) -> None:
    with pytest.raises(CnnvizError, match=says):
        _refuse_unusable(np.array(outputs, np.float32), classes)


def test_one_output_or_one_for_each_class_is_taken() -> None:
    _refuse_unusable(np.array([[0.2, 0.8], [1, 0]], np.float32), 2)
    _refuse_unusable(np.array([[0.2], [1]], np.float32), 2)


@pytest.mark.parametrize("size", ["4k", "20k"])
def test_a_full_disk_for_temporary_files_is_one_sentence(
    size: str,
    run: Run,
    trained_home: Path,
    tiny_disk: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    disk = tiny_disk(size)
    monkeypatch.setattr(tempfile, "tempdir", str(disk))
    with pytest.raises(StorageError, match="free some space"):
        export(run, "keras", tmp_path / "a.keras", home=trained_home)
    assert list(disk.iterdir()) == []
    assert not (tmp_path / "a.keras").exists()


def test_a_converter_that_hangs_is_given_up(
    run: Run, trained_home: Path, temporary: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cnnviz.export.exporting.classify_script", lambda chosen, shape: "while True: pass")
    monkeypatch.setattr("cnnviz.export.conversion.convert.__defaults__", (2.0,))
    with pytest.raises(CnnvizError, match="writing the network as keras took more than 2 s and was given up"):
        export(run, "keras", tmp_path / "a.keras", home=trained_home)
    assert list(temporary.iterdir()) == []


def test_a_converter_that_crashes_is_one_sentence(
    run: Run, trained_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crash = "import os, sys; print('out of luck', file=sys.stderr, flush=True); os.abort()"
    monkeypatch.setattr("cnnviz.export.exporting.classify_script", lambda chosen, shape: crash)
    with pytest.raises(CnnvizError, match=r"ended in the middle \(out of luck\); try again"):
        export(run, "keras", tmp_path / "a.keras", home=trained_home)


def test_a_package_that_is_broken_is_named(
    run: Run, trained_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = "import a_package_that_is_not_there"
    monkeypatch.setattr("cnnviz.export.exporting.classify_script", lambda chosen, shape: missing)
    with pytest.raises(MissingExtraError, match=r"No module named .*; run: pip install keras tensorflow$"):
        export(run, "keras", tmp_path / "a.keras", home=trained_home)


def test_nothing_is_left_when_the_process_is_killed(run: Run, trained_home: Path, temporary: Path) -> None:
    code = (
        "import os, sys, cnnviz; from cnnviz.export import export\n"
        "die = lambda step: os.kill(os.getpid(), 9) if step.startswith('writing') else None\n"
        "export(cnnviz.open_run(*sys.argv[1:3]), 'onnx', sys.argv[3], home=sys.argv[2], on_step=die)"
    )
    command = [sys.executable, "-c", code, run.id, str(trained_home), str(temporary / "a.onnx")]
    assert subprocess.run(command, cwd=ROOT, timeout=120).returncode == -9
    wait_until(lambda: not list(temporary.iterdir()), "the converter cleans up")
