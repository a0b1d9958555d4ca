"""`cnnviz classify`: photos by file, folder, pattern and standard input; a bad one does not stop the others."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import cnnviz
from cnnviz.data import fit, open_photo
from cnnviz.runs import Run
from tests.cli.conftest import Call, mistake
from tests.dashboard import ROOT
from tests.data.heif import COLOURED, EXACT, encoded
from tests.ui.made import small_spec


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Run:
    from cnnviz.training.execute import train

    return train(small_spec("digits"), tmp_path_factory.mktemp("trained"))


@pytest.fixture
def ask(call: Call, trained: Run) -> Call:
    return lambda *arguments: call("classify", trained.id, *map(str, arguments), "--home", str(trained.home))


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    (folder / "more").mkdir(parents=True)
    (folder / ".hidden").mkdir()
    for number, name in enumerate(("a.png", "b.png", "more/c.png", ".hidden/d.png", ".e.png")):
        pixels = np.random.default_rng(number).integers(0, 256, (20, 30, 3), np.uint8)
        Image.fromarray(pixels).save(folder / name)
    (folder / "notes.txt").write_text("no photo")
    (folder / ".DS_Store").write_bytes(b"\0")
    return folder


def test_photos_are_told_with_their_likeliest_classes(ask: Call, photos: Path, trained: Run) -> None:
    done = ask(photos / "a.png", photos / "b.png", "--top", "3", "--json")
    assert done.code == 0
    assert [row["file"] for row in done.json] == [str(photos / "a.png"), str(photos / "b.png")]
    pixels = [np.asarray(Image.open(photos / name)) for name in ("a.png", "b.png")]
    expected = trained.model().predict(np.stack([fit(one, (8, 8, 1)) for one in pixels]).astype("float32"), verbose=0)
    for row, probabilities in zip(done.json, expected, strict=True):
        assert (row["abstained"], row["error"]) == (False, None)
        order = np.argsort(-probabilities)[:3]
        assert [one["class"] for one in row["top"]] == [str(index) for index in order]
        assert [one["probability"] for one in row["top"]] == pytest.approx(probabilities[order], abs=1e-5)


def test_folders_and_patterns_name_photos_once(ask: Call, photos: Path) -> None:
    by_folder = [row["file"] for row in ask(photos, "--json").json]
    assert by_folder == [str(photos / name) for name in ("a.png", "b.png", "more/c.png")]
    by_pattern = [row["file"] for row in ask(photos / "*.png", "--json").json]
    assert by_pattern == [str(photos / name) for name in ("a.png", "b.png")]
    both = [row["file"] for row in ask(photos / "b.png", photos, photos / "**" / "c.png", "--json").json]
    assert both == [str(photos / name) for name in ("b.png", "a.png", "more/c.png")]


def test_a_bad_photo_does_not_stop_the_others(ask: Call, photos: Path) -> None:
    (photos / "b.png").write_text("hello")
    done = ask(photos, photos / "none.png", photos / "*.gif", "--json")
    assert done.code == 2
    rows = {Path(row["file"]).name: row for row in done.json}
    assert {name for name, row in rows.items() if row["error"] is None} == {"a.png", "c.png"}
    assert "'b.png' holds text" in rows["b.png"]["error"]
    assert "No such file" in rows["none.png"]["error"]
    assert "no file is named like" in rows["*.gif"]["error"]
    assert rows["b.png"]["top"] == []
    assert "3 photos of 5 could not be classified" in done.err
    assert "Traceback" not in done.err


def test_for_people_there_is_a_table(ask: Call, photos: Path) -> None:
    (photos / "b.png").write_text("hello")
    done = ask(photos)
    assert done.code == 2
    assert done.out.splitlines()[0].split() == ["photo", "class", "probability", "then"]
    assert str(photos / "more" / "c.png") in done.out
    assert "error: the file 'b.png' holds text" in done.err


def test_a_folder_without_photos_says_so(ask: Call, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = ask(tmp_path / "empty", "--json")
    assert done.code == 2
    assert "holds no photos; give one with .png, .jpg" in done.json[0]["error"]


def test_what_is_not_classified_of_a_folder_is_named(ask: Call, photos: Path) -> None:
    (photos / "more" / "new.jxl").write_bytes(b"\0\0\0\x0cJXL \r\n\x87\n")
    (photos / "telephone.heic").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
    Image.new("L", (9, 9)).save(photos / "no ending", "PNG")
    done = ask(photos, "--json")
    assert done.code == 2
    errors = {Path(row["file"]).name: row["error"] for row in done.json}
    assert errors["a.png"] is errors["no ending"] is None
    assert "'new.jxl' holds JPEG XL; accepted are JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF and HEIC" in errors["new.jxl"]
    assert "'telephone.heic' is a damaged or unusual HEIC" in errors["telephone.heic"]
    assert "1 passed over:" in done.err
    assert f"- '{photos / 'notes.txt'}' holds text, which is no photo" in done.err
    assert "DS_Store" not in done.err
    (photos / "telephone.heic").unlink()
    (photos / "more" / "new.jxl").unlink()
    assert ask(photos, "--json").code == 0


@pytest.mark.parametrize("kind", ["AVIF", "HEIC"])
def test_photos_of_newer_formats_are_classified_as_others(ask: Call, tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "phone"
    folder.mkdir()
    (folder / f"new.{kind.lower()}").write_bytes(encoded(kind, COLOURED, **EXACT[kind]))
    Image.fromarray(open_photo((folder / f"new.{kind.lower()}").read_bytes(), kind).pixels).save(folder / "plain.png")
    new, plain = ask(folder, "--json").json
    assert new["error"] is None
    assert new["top"] == plain["top"]


def test_a_photo_of_twelve_bits_in_sixteen_is_not_black(ask: Call, tmp_path: Path) -> None:
    pixels = np.linspace(0, 4080, 64).round().reshape(8, 8)
    Image.fromarray(pixels.astype(np.uint16)).save(tmp_path / "deep.png")
    Image.fromarray(np.rint(pixels * 255 / 4095).astype(np.uint8)).save(tmp_path / "plain.png")
    deep, plain = (row["top"] for row in ask(tmp_path / "deep.png", tmp_path / "plain.png", "--json").json)
    assert deep == plain


def test_a_photo_comes_on_standard_input(trained: Run) -> None:
    content = io.BytesIO()
    pixels = np.random.default_rng(0).integers(0, 256, (8, 8), np.uint8)
    Image.fromarray(pixels).save(content, "PNG")
    done = subprocess.run(
        [sys.executable, "-m", "cnnviz", "classify", trained.id, "-", "--json", "--home", str(trained.home)],
        cwd=ROOT,
        input=content.getvalue(),
        env={**os.environ},
        capture_output=True,
        timeout=180,
        check=False,
    )
    (row,) = json.loads(done.stdout)
    assert (done.returncode, row["file"], row["error"]) == (0, "-", None)
    expected = cnnviz.classify(trained, pixels[:, :, None])[0]
    assert row["top"][0]["probability"] == pytest.approx(expected.top[0].probability, abs=1e-5)


def test_it_may_say_none_of_my_classes(ask: Call, photos: Path) -> None:
    done = ask(photos, "--abstain", "--keep", "0.05", "--json")  # noise is no digit
    assert done.code == 0
    refused = [row for row in done.json if row["abstained"]]
    assert refused
    assert all(row["reason"].startswith("Not sure enough: ") for row in refused)
    told = ask(photos, "--abstain", "--keep", "0.05")
    assert "none of my classes (" in told.out
    assert "of 20 validation images" in told.out


def test_all_of_a_photo_or_its_centre(ask: Call, photos: Path) -> None:
    centre, whole = (ask(photos / "a.png", *more, "--json").json[0]["top"] for more in ((), ("--whole",)))
    assert centre != whole


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--top", "0"), "--top is 0; ask for 1 class or more"),
        (("--abstain", "--keep", "1.5"), "between 0 and 1"),
    ],
)
def test_a_mistake_is_one_line(ask: Call, photos: Path, options: tuple[str, ...], said: str) -> None:
    assert said in mistake(ask(photos, *options))


def test_a_run_without_a_model_says_so(call: Call, ended: Run, photos: Path) -> None:
    assert ended.id in mistake(call("classify", ended.id, str(photos)))
