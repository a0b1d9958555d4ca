"""Where an export lands: whole or not at all, and never where it should not."""

import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from cnnviz.errors import SpecError, StorageError
from cnnviz.export.formats import FORMATS
from cnnviz.export.target import pack, target_of

FILES = {"model.onnx": b"model", "README.md": b"read me"}


@pytest.mark.parametrize(
    ("name", "format_name", "kind"),
    [
        ("two.onnx", "onnx", "file"),
        ("TWO.ONNX", "onnx", "file"),
        ("a.tflite", "litert", "file"),
        ("a.b.weights.h5", "h5-weights", "file"),
        ("a.h5", "h5", "file"),
        ("a.zip", "keras", "zip"),
        ("folder", "keras", "folder"),
        ("v1.2/", "keras", "folder"),
        ("train.py", "script", "file"),
        ("train.ipynb", "notebook", "file"),
    ],
)
def test_the_name_says_what_lands_there(name: str, format_name: str, kind: str, tmp_path: Path) -> None:
    assert target_of(f"{tmp_path}/{name}", FORMATS[format_name]).kind == kind
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "format_name", "says"),
    [
        ("a.pb", "onnx", r"ends in \.pb; for onnx give a name that ends in \.onnx \(the file alone\), in \.zip"),
        ("a.onnx", "litert", r"ends in \.onnx; for litert give a name that ends in \.tflite"),
        ("a.h5", "h5-weights", r"ends in \.h5; for h5-weights give a name that ends in \.weights\.h5"),
        ("a.zip", "script", r"the Python script goes to .*a\.zip'; give a name that ends in \.py"),
        ("folder", "notebook", r"give a name that ends in \.ipynb"),
        ("a\0.onnx", "onnx", "is no name of a file"),
    ],
)
def test_another_ending_is_one_sentence(name: str, format_name: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=says):
        target_of(f"{tmp_path}/{name}", FORMATS[format_name])


def test_what_is_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").touch()
    (tmp_path / "folder.onnx").mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "dangling").symlink_to("nowhere")
    onnx = FORMATS["onnx"]
    with pytest.raises(SpecError, match=r"the folder .*full' is not empty; give the name of a new one, perhaps in it"):
        target_of(tmp_path / "full", onnx)
    with pytest.raises(SpecError, match=r"folder\.onnx' is a folder; give the name of a file in it"):
        target_of(tmp_path / "folder.onnx", onnx)
    for name in ("file", "dangling"):
        with pytest.raises(SpecError, match="is there already and no folder"):
            target_of(tmp_path / name, onnx)
    with pytest.raises(StorageError, match="is not a folder; choose another place"):
        target_of(tmp_path / "file" / "a.onnx", onnx)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_refused_before_the_work(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StorageError, match="may not be written to; choose another place"):
        target_of(tmp_path / "a.onnx", FORMATS["onnx"])


def test_a_file_is_put_there_in_one_step(tmp_path: Path) -> None:
    target = target_of(tmp_path / "new" / "a.onnx", FORMATS["onnx"])
    assert not target.publish({"model.onnx": b"one"})
    assert target.publish({"model.onnx": b"two"})  # says that it replaced a file
    assert target.path.read_bytes() == b"two"
    assert list(target.path.parent.iterdir()) == [target.path]


@pytest.mark.parametrize("there", [False, True])
def test_a_folder_is_put_there_in_one_step(there: bool, tmp_path: Path) -> None:
    if there:
        (tmp_path / "out").mkdir()
    target = target_of(tmp_path / "out", FORMATS["onnx"])
    assert not target.publish(FILES)
    assert {path.name: path.read_bytes() for path in target.path.iterdir()} == FILES
    assert list(tmp_path.iterdir()) == [target.path]


def test_a_zip_holds_one_folder(tmp_path: Path) -> None:
    target = target_of(tmp_path / "two-conv.zip", FORMATS["onnx"])
    target.publish(FILES)
    with zipfile.ZipFile(target.path) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == {
            f"two-conv/{name}": content for name, content in FILES.items()
        }
    assert pack(FILES, "two-conv") == target.path.read_bytes()


def test_a_folder_that_filled_up_meanwhile_stays(tmp_path: Path) -> None:
    target = target_of(tmp_path / "out", FORMATS["onnx"])
    target.path.mkdir()
    (target.path / "thesis.txt").write_text("mine")
    with pytest.raises(StorageError, match=r"cannot write .*out'"):
        target.publish(FILES)
    assert [path.name for path in tmp_path.rglob("*")] == ["out", "thesis.txt"]


@pytest.mark.parametrize("name", ["a.onnx", "a.zip", "folder"])
def test_a_full_disk_is_one_sentence_and_leaves_nothing(name: str, tiny_disk: Callable[..., Path]) -> None:
    disk = tiny_disk("64k")
    target = target_of(disk / name, FORMATS["onnx"])
    with pytest.raises(StorageError, match="no space left on device; free some space or choose another place"):
        target.publish({"model.onnx": os.urandom(200_000)})
    assert list(disk.iterdir()) == []


def test_a_read_only_disk_is_refused_before_the_work(tiny_disk: Callable[..., Path]) -> None:
    with pytest.raises(StorageError, match="may not be written to; choose another place"):
        target_of(tiny_disk("64k,ro") / "a.onnx", FORMATS["onnx"])
