"""`cnnviz classify` and files that mean no good: each is named in a sentence, and the good one is classified."""

import io
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cnnviz.runs import Run
from tests.cli.conftest import Call
from tests.dashboard import ROOT
from tests.data.greedy import GREEDY
from tests.data.measuring import MOST_MEMORY
from tests.serving.test_hostile import BAD_PHOTOS, png
from tests.ui.made import small_spec


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Run:
    from cnnviz.training.execute import train

    return train(small_spec("digits"), tmp_path_factory.mktemp("trained"))


def saved(image: Image.Image, kind: str) -> bytes:
    content = io.BytesIO()
    image.save(content, kind)
    return content.getvalue()


GOOD = saved(Image.fromarray(np.random.default_rng(0).integers(0, 256, (8, 8), np.uint8)), "PNG")
FLIPPED = bytearray(saved(Image.effect_noise((99, 99), 60), "PNG"))
FLIPPED[-4000] ^= 0xFF
WORSE: dict[str, tuple[bytes, str]] = {
    "flipped.png": (bytes(FLIPPED), "cut off or damaged"),
    "float.tif": (saved(Image.fromarray(np.full((9, 9), np.nan, np.float32)), "TIFF"), "floating-point numbers"),
    "large.png": (png(5001, 5000), "5001x5000 pixels, more than 25 megapixels"),
}
FINE: dict[str, bytes] = {
    "inks.tif": saved(Image.new("CMYK", (9, 9)), "TIFF"),
    "deep.png": saved(Image.fromarray(np.full((9, 9), 257 * 99, np.uint16)), "PNG"),
    "clear.png": saved(Image.new("RGBA", (9, 9)), "PNG"),
    "palette.gif": saved(Image.new("P", (9, 9)), "GIF"),
    "broken-exif.jpg": saved(Image.new("L", (9, 9)), "JPEG").replace(
        b"\xff\xd8", b"\xff\xd8\xff\xe1\x00\x0bExif\0\0\xff\xff\xff", 1
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Everything that is bad, everything that is odd, and a good photo; names that try to be more than names."""
    photos = tmp_path / "photos"
    photos.mkdir()
    for name, (content, _) in {**BAD_PHOTOS, **WORSE}.items():
        (photos / name).write_bytes(content)
    for name, content in FINE.items():
        (photos / name).write_bytes(content)
    for name in ("[b]*?.png", "<script>\x1b[31m.png", "-.png", "new\nline.png", "日本.png"):
        (photos / name).write_bytes(GOOD)
    (photos / "loop").symlink_to(photos)
    (photos / "nowhere.png").symlink_to(photos / "gone")
    os.mkfifo(photos / "pipe.png")  # opening it would wait for ever
    return photos


def test_all_of_a_bad_folder_is_accounted_for(call: Call, trained: Run, folder: Path) -> None:
    done = call("classify", trained.id, str(folder), "--json", "--home", str(trained.home))
    assert done.code == 2
    rows = {Path(row["file"]).name: row for row in done.json}
    assert not {"nowhere.png", "pipe.png", "loop"} & rows.keys()
    for name, (_, said) in {**BAD_PHOTOS, **WORSE}.items():
        assert said in rows[name]["error"], name
        assert rows[name]["top"] == []
    good = [row for name, row in rows.items() if name not in {**BAD_PHOTOS, **WORSE}]
    assert len(good) == len(FINE) + 5
    assert all(row["error"] is None and len(row["top"]) == 5 for row in good)
    assert "Traceback" not in done.err


def test_names_cannot_steer_a_terminal(call: Call, trained: Run, folder: Path) -> None:
    done = call("classify", trained.id, str(folder), "--home", str(trained.home))
    assert "\x1b" not in done.out + done.err
    assert len(done.out.splitlines()) == 1 + len(FINE) + 5  # a name with a line break stays on its line
    bad = {**BAD_PHOTOS, **WORSE}
    assert sum(line.startswith("error: ") for line in done.err.splitlines()) == len(bad)


def test_a_name_with_brackets_is_a_file_before_it_is_a_pattern(call: Call, trained: Run, folder: Path) -> None:
    done = call("classify", trained.id, str(folder / "[b]*?.png"), "--json", "--home", str(trained.home))
    assert (done.code, [Path(row["file"]).name for row in done.json]) == (0, ["[b]*?.png"])


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("gone.png", "No such file"),
        ("x" * 5000, "File name too long"),
        ("a\0b", "null"),
        ("https://example.invalid/cat.jpg", "No such file"),  # no address is fetched
    ],
)
def test_arguments_that_are_no_files(call: Call, trained: Run, argument: str, said: str) -> None:
    done = call("classify", trained.id, argument, "--json", "--home", str(trained.home))
    assert done.code == 2
    (row,) = done.json
    assert said in row["error"]


def test_standard_input_that_never_ends_is_not_read_for_ever(trained: Run) -> None:
    with open("/dev/zero", "rb") as zeros:
        done = subprocess.run(
            [sys.executable, "-m", "cnnviz", "classify", trained.id, "-", "--json", "--home", str(trained.home)],
            cwd=ROOT,
            stdin=zeros,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
    assert done.returncode == 2
    assert "more than 64 MiB" in done.stdout


def test_photos_that_ask_for_gigabytes_get_little(trained: Run, tmp_path: Path) -> None:
    (tmp_path / "good.png").write_bytes(GOOD)
    names = ("tile-bigger.tif", "tags-of-one-place.tif", "text.png", "exif.jpg", "progressive-inks.jpg", "animated.png")
    for name in names:
        (tmp_path / name).write_bytes(GREEDY[name][0]())
    rest, _ = peak_of_classify(trained, tmp_path / "good.png")
    memory, rows = peak_of_classify(trained, tmp_path)
    assert memory - rest < MOST_MEMORY
    for name in names:
        assert GREEDY[name][1] in (rows[name]["error"] or "")
        assert bool(rows[name]["error"]) == bool(GREEDY[name][1])
    assert rows["good.png"]["error"] is None


def peak_of_classify(trained: Run, photos: Path) -> tuple[int, dict[str, Any]]:
    """Run the command in a process of its own; return its peak of resident memory in bytes, and its rows by name."""
    command = [sys.executable, "-m", "cnnviz", "classify", trained.id, str(photos), "--json", "--home"]
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen([*command, str(trained.home)], cwd=ROOT, stdout=out, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        rows = json.load(out)
    unit = 1 if sys.platform == "darwin" else 1024
    return usage.ru_maxrss * unit, {Path(row["file"]).name: row for row in rows}
