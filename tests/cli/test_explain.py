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

from cnnviz.explain.methods import METHODS
from cnnviz.runs import Run, RunStore
from tests.cli.conftest import Call, Done, mistake
from tests.data.photos import declared_png
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


@pytest.mark.parametrize("method", METHODS)
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


def test_without_a_class_the_predicted_one_is_explained_in_words(ask: Callable[..., Done], tmp_path: Path) -> None:
    told = ask("--json").json
    assert told["class"] == told["predicted"]
    done = ask()
    assert done.code == 0
    assert done.out.startswith(f"Grad-CAM at conv2d_1 for {told['predicted']} (")
    assert f"{tmp_path / 'out.png'}\n" in done.out


def test_the_layer_that_the_answer_names_leads_back(ask: Callable[..., Done]) -> None:
    told = ask("--json").json
    assert ask("--layer", told["layer"], "--json").json == told


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


def hostile(name: str, path: Path) -> None:
    """Write a file of the catalogue of bad photos."""
    match name:
        case "bomb":
            path.write_bytes(declared_png(13300, 13300))
        case "cut off":
            noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
            Image.fromarray(noise).save(path, "JPEG")
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        case "not finite":
            Image.fromarray(np.full((8, 8), np.nan, np.float32)).save(path, "TIFF")
        case "strip":
            Image.new("L", (65500, 1)).save(path, "PNG")
        case "PostScript":
            path.write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")
        case "SVG":
            path.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
        case _:
            path.touch()


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("bomb", "13300x13300 pixels, more than 25 megapixels; make it smaller"),
        ("cut off", "is cut off or damaged"),
        ("not finite", "holds floating-point numbers"),
        ("strip", "at most 20 times as long as it is wide"),
        ("PostScript", "holds PostScript (EPS); accepted are"),
        ("SVG", "holds SVG; accepted are"),
        ("empty", "is empty; choose another"),
    ],
)
def test_a_bad_photo_is_one_line(name: str, says: str, ask: Callable[..., Done], tmp_path: Path) -> None:
    hostile(name, tmp_path / "bad.png")
    assert says in mistake(ask(file=tmp_path / "bad.png"))
    assert not (tmp_path / "out.png").exists()


def test_nothing_that_lights_up_is_said(ask: Callable[..., Done], tmp_path: Path) -> None:
    Image.new("RGB", (9, 9), (90, 90, 90)).save(tmp_path / "plain.png")
    options = ("--method", "occlusion", "--class", "3")
    told = ask(*options, "--json", file=tmp_path / "plain.png").json
    assert told["empty"].startswith("covering any 1x1 pixels")  # with its mean colour, which it is made of
    said = ask(*options, file=tmp_path / "plain.png").out
    assert f"Nothing lights up: {told['empty']}." in said


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


def test_classes_keep_their_names_where_the_data_set_is_gone(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from cnnviz.data import class_names_of

    monkeypatch.setattr("cnnviz.data.names.list_datasets", lambda home=None: ())
    monkeypatch.setattr("cnnviz.data.names.KNOWN", {})
    assert class_names_of(trained) == tuple("0123456789")


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
