"""`cnnviz export`: the file it leaves, its document, and every mistake in one line."""

import json
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from cnnviz.cli.export import FORMAT_NAMES
from cnnviz.runs import Run
from tests.cli.conftest import Call, Done, mistake
from tests.dashboard import ROOT
from tests.ui.made import small_spec

KEYS = {"run_id", "format", "path", "bytes", "largest_difference", "images_checked", "companions"}
STEPS = ["opening the network", "writing ONNX", "checking the file", "putting it in its place"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Run:
    from cnnviz.training.execute import train

    return train(small_spec("digits"), tmp_path_factory.mktemp("trained"))


@pytest.fixture
def take(call: Call, trained: Run, tmp_path: Path) -> Callable[..., Done]:
    """Export the run to a name in the test's folder."""

    def run(format_name: str, out: str, *options: str) -> Done:
        home = str(trained.folder.parents[1])
        return call(
            "export", trained.id, "--format", format_name, "--out", str(tmp_path / out), "--home", home, *options
        )

    return run


def test_one_document_and_the_steps_on_standard_error(take: Callable[..., Done], trained: Run, tmp_path: Path) -> None:
    done = take("onnx", "a.onnx", "--json")
    assert done.code == 0
    told = done.json
    assert told.keys() >= KEYS
    assert (told["run_id"], told["format"], told["path"]) == (trained.id, "onnx", str(tmp_path / "a.onnx"))
    assert told["bytes"] == (tmp_path / "a.onnx").stat().st_size
    assert 0 <= told["largest_difference"] < 1e-5
    assert (told["images_checked"], told["images_from"]) == (64, "test images of digits")
    assert (told["companions"], told["replaced"]) == ([], False)
    assert done.err.splitlines() == STEPS
    assert [path.name for path in tmp_path.iterdir()] == ["a.onnx"]


def test_what_was_done_is_said(take: Callable[..., Done], trained: Run, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_text("old")
    said = take("litert", "a.zip").out.splitlines()
    assert said[0].startswith(f"{trained.id} as litert: {tmp_path / 'a.zip'} (")
    assert said[0].endswith("kB), in place of an older file")
    assert said[1].startswith("64 images (test images of digits) gave the same probabilities to ")
    assert said[2] == "Beside it: README.md, classify.py, classes.json, train.py, train.ipynb"
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert "a/model.tflite" in archive.namelist()


def test_a_snapshot_can_be_taken(take: Callable[..., Done]) -> None:
    assert take("h5-weights", "a.weights.h5", "--snapshot", "0", "--json").json["largest_difference"] == 0


@pytest.mark.parametrize(("name", "out"), [("script", "train.py"), ("notebook", "train.ipynb")])
def test_scripts_need_no_check(name: str, out: str, take: Callable[..., Done], tmp_path: Path) -> None:
    told = take(name, out, "--json").json
    assert (told["largest_difference"], told["images_checked"], told["companions"]) == (None, 0, [])
    assert take(name, out).out.count("\n") == 1
    assert (tmp_path / out).stat().st_size == told["bytes"]


def test_the_names_are_those_of_the_formats() -> None:
    from cnnviz.export import FORMATS

    assert tuple(FORMATS) == FORMAT_NAMES


@pytest.mark.parametrize(
    ("format_name", "out", "options", "says"),
    [
        ("pb", "a.pb", (), "there is no format 'pb'; choose one of keras, h5, h5-weights, onnx, litert, script"),
        ("onnx", "a.pb", (), "ends in .pb; for onnx give a name that ends in .onnx (the file alone), in .zip, or"),
        ("onnx", "a.onnx", ("--snapshot", "99"), "has no snapshot 99"),
        ("onnx", "a.onnx", ("--snapshot", "x"), "--snapshot is 'x', expected a whole number"),
        ("script", "train", (), "give a name that ends in .py"),
        ("keras", "full", (), "is not empty; give the name of a new one, perhaps in it"),
        ("keras", "full/file/a.keras", (), "is not a folder; choose another place"),
    ],
)
def test_a_mistake_is_one_line(
    format_name: str, out: str, options: tuple[str, ...], says: str, take: Callable[..., Done], tmp_path: Path
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("mine")
    said = mistake(take(format_name, out, *options))
    assert says in said
    assert "--home" not in said
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "full"]


def test_a_run_that_cannot_be_exported_is_one_line(call: Call, ended: Run, tmp_path: Path) -> None:
    out = ("--out", str(tmp_path / "a.onnx"))
    assert "there is no run called" in mistake(call("export", "gone", "--format", "onnx", *out))
    assert "has no model yet" in mistake(call("export", ended.id, "--format", "onnx", *out))
    assert "--format is missing" in mistake(call("export", ended.id, *out))
    assert "--out is missing" in mistake(call("export", ended.id, "--format", "onnx"))


def test_a_missing_package_is_one_line(take: Callable[..., Done], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnviz.export.formats.find_spec", lambda name: None if name == "onnxruntime" else name)
    said = mistake(take("onnx", "a.onnx"))
    assert said == "exporting as onnx needs onnxruntime, which is not installed; run: pip install onnxruntime"


def test_an_interrupt_leaves_nothing(trained: Run, tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    home = str(trained.folder.parents[1])
    command = [sys.executable, "-m", "cnnviz", "export", trained.id, "--home", home]
    process = subprocess.Popen(
        [*command, "--format", "onnx", "--out", str(tmp_path / "a.onnx")],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert process.stderr.readline() == "opening the network\n"
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate(timeout=120)
    assert (process.returncode, out) == (130, "")
    assert errors.splitlines()[-1] == "interrupted"
    assert [path.name for path in tmp_path.rglob("*")] == ["temporary"]


def test_a_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from cnnviz.cli.progress import step_progress

    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    with step_progress(len(STEPS)) as on_step:
        for step in STEPS:
            on_step(step)
    shown = capsys.readouterr().err
    assert "putting it in its place" in shown
    assert "━" in shown


def test_nothing_else_is_printed(trained: Run, tmp_path: Path) -> None:
    environment = {**os.environ, "CNNVIZ_HOME": str(trained.folder.parents[1])}
    environment.pop("TF_CPP_MIN_LOG_LEVEL", None)
    command = [sys.executable, "-m", "cnnviz", "export", "latest", "--format", "litert", "--json"]
    done = subprocess.run(
        [*command, "--out", str(tmp_path / "a.tflite")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
        env=environment,
    )
    assert (done.returncode, done.stderr.splitlines()) == (0, [step.replace("ONNX", "LiteRT") for step in STEPS])
    assert json.loads(done.stdout)["run_id"] == trained.id
