"""Parquet files, written by pyarrow as Hugging Face lays them out."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pytest
from PIL import Image
from pyarrow import parquet

from cnnviz.data.sources import understand
from cnnviz.errors import DataError
from tests.data.sources.helpers import again, labels_in_words, of_part, read_all, smooth

IMAGES = smooth(20, 12, 10, 3)
LABELS = np.arange(20) * 3 % 4
NAMES = ["north", "east", "south", "west"]


def png(pixels: Any) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels).save(buffer, "PNG")
    return buffer.getvalue()


def write(path: Path, chosen: slice, *, plain: bool = False, named: bool = True, label: str = "label") -> Path:
    pictures = [png(image) for image in IMAGES[chosen]]
    column = pictures if plain else [{"bytes": picture, "path": None} for picture in pictures]
    table = pyarrow.table({"image": column, label: LABELS[chosen]})
    if named:
        features = {"image": {"_type": "Image"}, label: {"names": NAMES, "_type": "ClassLabel"}}
        told = json.dumps({"info": {"features": features}})
        table = table.replace_schema_metadata({"huggingface": told})
    path.parent.mkdir(exist_ok=True, parents=True)
    parquet.write_table(table, path, row_group_size=3)
    return path


@pytest.mark.parametrize("plain", [False, True])
def test_a_file(tmp_path: Path, plain: bool) -> None:
    found = understand(write(tmp_path / "a.parquet", slice(None), plain=plain))
    assert np.array_equal(read_all(found), IMAGES)
    assert labels_in_words(found) == [NAMES[label] for label in LABELS]
    assert (set(found.parts), found.columns) == ({""}, ("image", "label"))
    assert np.array_equal(found.pictures.read(19), IMAGES[19])
    assert np.array_equal(found.pictures.read(0), IMAGES[0])


@pytest.mark.parametrize("packed", [False, True])
def test_shards_of_a_folder(tmp_path: Path, packed: bool) -> None:
    for name, begin, end in (("train-00000-of-00002", 0, 8), ("train-00001-of-00002", 8, 14), ("test-0-of-1", 14, 20)):
        write(tmp_path / "set" / "data" / f"{name}.parquet", slice(begin, end))
    (tmp_path / "set" / "README.md").write_text("# a data set")
    path = tmp_path / "set"
    if packed:
        path = tmp_path / "a.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for file in sorted((tmp_path / "set" / "data").iterdir()):
                archive.write(file, f"data/{file.name}")
    found = understand(path)
    assert np.array_equal(of_part(found, "train"), IMAGES[:14])
    assert np.array_equal(of_part(found, "test"), IMAGES[14:])
    assert found.class_names == tuple(NAMES)
    assert found.doubts == ()


def test_labels_without_names_or_of_words(tmp_path: Path) -> None:
    found = understand(write(tmp_path / "a.parquet", slice(None), named=False))
    assert found.class_names == tuple("0123")
    table = pyarrow.table({"img": [png(image) for image in IMAGES], "kind": [NAMES[label] for label in LABELS]})
    parquet.write_table(table, tmp_path / "b.parquet")
    assert labels_in_words(understand(tmp_path / "b.parquet")) == [NAMES[label] for label in LABELS]


def test_test_images_that_are_train_images(tmp_path: Path) -> None:
    write(tmp_path / "train.parquet", slice(0, 16))
    write(tmp_path / "test.parquet", slice(13, 20))
    assert "3 of the 7 test pictures are among the training pictures too" in understand(tmp_path).doubts[0]


def test_which_column_is_which(tmp_path: Path) -> None:
    table = pyarrow.table({"image": [png(image) for image in IMAGES], "a": LABELS, "b": LABELS // 2})
    parquet.write_table(table, tmp_path / "a.parquet")
    with pytest.raises(
        DataError, match=r"has no column of labels, but image \(binary\), a \(int64\).*name the columns"
    ):
        understand(tmp_path / "a.parquet")
    assert np.array_equal(again(tmp_path / "a.parquet", label="b").labels, LABELS // 2)


@pytest.mark.parametrize("kind", ["damaged", "paths", "missing", "no picture", "wrong type"])
def test_what_cannot_be_read(tmp_path: Path, kind: str) -> None:
    path = write(tmp_path / "a.parquet", slice(None))
    pictures: list[Any] = [{"bytes": png(image), "path": "a.png"} for image in IMAGES]
    if kind == "damaged":
        path.write_bytes(path.read_bytes()[:-50] + b"PAR1")
    elif kind == "paths":
        pictures[4]["bytes"] = None
    elif kind == "no picture":
        pictures[4]["bytes"] = b"%PDF-1.7"
    labels: list[Any] = LABELS.tolist()
    if kind == "missing":
        labels[4] = None
    if kind == "wrong type":
        pictures = ["a.png"] * 20
    if kind != "damaged":
        parquet.write_table(pyarrow.table({"image": pictures, "label": labels}), path)
    expected = {
        "damaged": "cannot be read as Parquet", "paths": r"a.parquet\[4\] holds no picture",
        "missing": r"a.parquet\[4\] has no label", "no picture": r"a.parquet\[4\].*PDF",
        "wrong type": "has no column of encoded images",
    }  # fmt: skip
    with pytest.raises(DataError, match=expected[kind]):
        read_all(understand(path))
