"""`cnnviz explain`: the picture it writes, and every mistake in one line."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnviz.cli.explain import METHOD_NAMES
from cnnviz.runs import Run, RunStore
from tests.cli.conftest import Call, Done, mistake
from tests.ui.made import small_spec

KEYS = {"run_id", "file", "method", "class", "layer", "probability", "out", "empty"}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Run:
    from cnnviz.training.execute import train

    return train(small_spec("digits"), tmp_path_factory.mktemp("trained"))


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    pixels = np.zeros((40, 60, 3), np.uint8)
    pixels[5:35, 25:35] = 255  # a one
    Image.fromarray(pixels).save(tmp_path / "one.png")
    return tmp_path / "one.png"


@pytest.fixture
def ask(call: Call, trained: Run, photo: Path, tmp_path: Path) -> Callable[..., Done]:
    """Explain the photo; options come on top."""

    def run(*options: str, file: Path = photo, out: Path | None = tmp_path / "out.png") -> Done:
        target = [] if out is None else ["--out", str(out)]
        home = trained.folder.parents[1]
        return call("explain", trained.id, str(file), *target, *options, "--home", str(home))

    return run


@pytest.mark.parametrize("method", METHOD_NAMES)
def test_every_method_writes_a_picture(method: str, ask: Callable[..., Done], trained: Run, tmp_path: Path) -> None:
    told = ask("--method", method, "--class", "3", "--json").json
    assert told.keys() >= KEYS
    assert (told["run_id"], told["method"], told["class"]) == (trained.id, method, "3")
    assert told["layer"] == ("conv2d_1" if method.startswith("gradcam") else None)
    assert 0 <= told["probability"] <= 1
    assert told["out"] == str(tmp_path / "out.png")
    with Image.open(tmp_path / "out.png") as picture:
        assert picture.format == "PNG"
        assert picture.width > 400
    assert list(tmp_path.glob(".*")) == []  # nothing half-written is left


def test_the_names_are_those_of_the_methods() -> None:
    from cnnviz.explain import METHODS

    assert tuple(METHODS) == METHOD_NAMES


def test_without_a_class_the_predicted_one_is_explained_in_words(ask: Callable[..., Done], tmp_path: Path) -> None:
    told = ask("--json").json
    assert told["class"] == told["predicted"]
    done = ask()
    assert done.code == 0
    assert done.out.startswith(f"Grad-CAM at conv2d_1 for {told['predicted']} (")
    assert f"{tmp_path / 'out.png'}\n" in done.out


def test_another_class_says_what_is_predicted(ask: Callable[..., Done]) -> None:
    predicted = ask("--json").json["predicted"]
    other = "7" if predicted != "7" else "8"
    assert f"The network predicts {predicted}." in ask("--class", other).out


def test_what_was_done_to_the_photo_is_said(ask: Callable[..., Done], tmp_path: Path) -> None:
    Image.new("RGBA", (9, 9), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    assert "Transparent parts are shown on white." in ask(file=tmp_path / "clear.png").out


def test_a_picture_in_the_way_is_replaced(ask: Callable[..., Done], tmp_path: Path) -> None:
    (tmp_path / "out.png").write_text("old")
    assert ask().code == 0
    assert (tmp_path / "out.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--method", "magic"), "there is no attribution method 'magic'; choose one of gradcam"),
        (("--class", "cat"), "knows no class 'cat'; choose one of 0, 1, 2"),
        (("--layer", "conv9"), "no layer 'conv9'"),
    ],
)
def test_a_wrong_option_is_one_line(
    options: tuple[str, ...], says: str, ask: Callable[..., Done], tmp_path: Path
) -> None:
    assert says in mistake(ask(*options))
    assert not (tmp_path / "out.png").exists()


def test_a_photo_that_cannot_be_read_is_one_line(ask: Callable[..., Done], tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("hello")
    assert "holds text; accepted are JPEG" in mistake(ask(file=tmp_path / "text.png"))
    assert "No such file" in mistake(ask(file=tmp_path / "gone.png"))
    assert "cannot read" in mistake(ask(file=tmp_path))


def test_a_wrong_target_is_one_line(ask: Callable[..., Done], photo: Path, tmp_path: Path) -> None:
    assert "ends in .png" in mistake(ask(out=tmp_path / "out.jpg"))
    (tmp_path / "folder.png").mkdir()
    assert "is a folder" in mistake(ask(out=tmp_path / "folder.png"))
    before = photo.read_bytes()
    assert "the photo itself" in mistake(ask(out=photo))
    assert photo.read_bytes() == before
    assert "--out is missing" in mistake(ask(out=None))
    (tmp_path / "file").touch()
    said = mistake(ask(out=tmp_path / "file" / "out.png"))
    assert "give --out in another folder" in said
    assert "--home" not in said


def test_a_run_that_is_not_there_is_one_line(call: Call, photo: Path, ended: Run) -> None:
    assert "there is no run called" in mistake(call("explain", "gone", str(photo), "--out", "x.png"))
    assert "has no model yet" in mistake(call("explain", ended.id, str(photo), "--out", "x.png"))
    assert not Path("x.png").exists()


def test_classes_are_numbered_where_the_data_set_is_gone(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from cnnviz.data import class_names_of

    monkeypatch.setattr("cnnviz.data.names.list_datasets", lambda home=None: ())
    assert class_names_of(trained)[:2] == ("class 0", "class 1")


def test_nothing_but_the_document_is_printed(trained: Run, photo: Path, tmp_path: Path) -> None:
    home = trained.folder.parents[1]
    command = [
        sys.executable,
        "-m",
        "cnnviz",
        "explain",
        "latest",
        str(photo),
        "--out",
        str(tmp_path / "a.png"),
        "--json",
    ]
    environment = {**os.environ, "CNNVIZ_HOME": str(home)}
    environment.pop("TF_CPP_MIN_LOG_LEVEL", None)
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert RunStore(home).get(json.loads(done.stdout)["run_id"]).id == trained.id
