"""The script that goes with an exported file: the file, NumPy, Pillow and what the format runs on are enough."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnviz.data import fit
from cnnviz.data.photos import open_photo
from cnnviz.export import FORMATS
from cnnviz.export.classify_script import classify_script
from tests.export.conftest import MODELS, Converted, names_of, network, outputs_of, python

RUN = "sys.argv[0] = 'classify.py'; import runpy; runpy.run_path('classify.py', run_name='__main__')"
NO_KERAS = ("tensorflow", "keras", "h5py")
HIDDEN = {"onnx": (*NO_KERAS, "onnx", "tf2onnx"), "litert": NO_KERAS}


def save_photos(folder: Path) -> dict[str, Path]:
    """Photos of every kind that a program gets to see."""
    rng = np.random.default_rng(4)
    colour = rng.integers(0, 256, (41, 60, 3), np.uint8)
    photos = {
        "colour.png": Image.fromarray(colour),
        "tall.bmp": Image.fromarray(colour.swapaxes(0, 1).copy()),
        "grey.png": Image.fromarray(colour[:, :, 0]),
        "deep.png": Image.fromarray(rng.integers(0, 65536, (30, 30)).astype(np.uint16)),
        "clear.png": Image.fromarray(rng.integers(0, 256, (33, 20, 4), np.uint8)),
        "inks.tif": Image.fromarray(rng.integers(0, 256, (30, 40, 4), np.uint8), "CMYK"),
        "tiny.gif": Image.fromarray(colour[:5, :7]).quantize(16),
    }
    for name, photo in photos.items():
        photo.save(folder / name)
    turned = Image.Exif()
    turned[0x0112] = 6
    Image.fromarray(colour).save(folder / "turned.jpg", exif=turned, quality=95)
    return {path.name: path for path in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return save_photos(tmp_path_factory.mktemp("photos"))


@pytest.mark.parametrize(
    ("name", "kind"), [*((name, "softmax") for name in MODELS), ("onnx", "sigmoid"), ("litert", "grey")]
)
def test_the_script_says_what_cnnviz_says(
    name: str, kind: str, photos: dict[str, Path], converted: Converted, tmp_path: Path
) -> None:
    model, names = network(kind), names_of(kind)
    for file in (converted[name, kind][0], converted[name, kind][0].with_name("classify.py")):  # these alone
        shutil.copy(file, tmp_path)
    printed = python(RUN, *photos.values(), "--json", "--top", 9, without=HIDDEN.get(name, ()), cwd=tmp_path)
    answers = json.loads(printed)
    assert [answer["file"] for answer in answers] == list(map(str, photos.values()))
    for answer in answers:
        path = Path(answer["file"])
        seen = fit(open_photo(path.read_bytes(), path.name).pixels, model.input_shape[1:])
        (expected,) = outputs_of(model, seen[np.newaxis].astype(np.float32))
        if kind == "sigmoid":
            expected = np.array([1 - expected[0], expected[0]])
        shares = {each["class"]: each["probability"] for each in answer["top"]}
        assert [shares[each] for each in names] == pytest.approx(expected, abs=1e-4), path.name
        assert list(shares.values()) == sorted(shares.values(), reverse=True)


def test_one_bad_file_does_not_stop_the_others(photos: dict[str, Path], converted: Converted, tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("hello")
    files = [photos["colour.png"], tmp_path / "text.png", tmp_path / "gone.png", photos["grey.png"]]
    command = [sys.executable, converted["onnx", "softmax"][0].with_name("classify.py"), *files]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=os.sep)
    assert done.returncode == 2
    assert [line.partition(": ")[0] for line in done.stdout.splitlines()] == [str(files[0]), str(files[3])]
    said = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert [str(file) in line for file, line in zip(files[1:3], said, strict=True)] == [True, True]
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", MODELS)
def test_a_script_is_tidy(name: str, tmp_path: Path) -> None:
    script = tmp_path / "classify.py"
    script.write_text(classify_script(FORMATS[name], (32, 32, 3)), encoding="utf-8")
    tidy(script, "check", *RULES)
    tidy(script, "format", "--diff")


RULES = ("--select=E,W,F,I,B,UP,SIM,C4", "--ignore=E402")  # imports follow the settings that they read


def tidy(script: Path, *command: str) -> None:
    """Check a script as our own are, and that it needs no cnnviz."""
    ruff = [Path(sys.executable).with_name("ruff"), *command, "--isolated", "--no-cache", "--line-length=120"]
    done = subprocess.run([*ruff, script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "import cnnviz" not in script.read_text(encoding="utf-8")
