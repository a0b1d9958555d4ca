"""TFRecord files, written by TensorFlow."""

import gzip
import shutil
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnviz.data.sources import understand
from cnnviz.data.sources.records import example_of
from cnnviz.errors import DataError
from tests.data.sources.helpers import again, labels_in_words, of_part, read_all, smooth
from tests.data.sources.test_parquet import png

IMAGES = smooth(12, 12, 10, 3)
LABELS = np.arange(12) * 3 % 4
WORDS = ["north", "east", "south", "west"]


def feature(value: Any) -> Any:
    import tensorflow as tf

    if isinstance(value, bytes):
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))
    if isinstance(value, float):
        return tf.train.Feature(float_list=tf.train.FloatList(value=[value]))
    values = value if isinstance(value, list) else [value]
    return tf.train.Feature(int64_list=tf.train.Int64List(value=values))


def write(path: Path, rows: list[dict[str, Any]], packed: str = "") -> Path:
    import tensorflow as tf

    with tf.io.TFRecordWriter(str(path), tf.io.TFRecordOptions(compression_type=packed)) as writer:
        for row in rows:
            features = tf.train.Features(feature={name: feature(value) for name, value in row.items()})
            writer.write(tf.train.Example(features=features).SerializeToString())
    return path


def rows(chosen: slice = slice(None), first: int = 0) -> list[dict[str, Any]]:
    return [
        {"image/encoded": png(image), "image/class/label": int(label) + first, "image/height": 12, "image/width": 10}
        for image, label in zip(IMAGES[chosen], LABELS[chosen], strict=True)
    ]


def test_the_model_gardens_names(tmp_path: Path) -> None:
    made = [{**row, "image/class/text": WORDS[row["image/class/label"] - 1].encode()} for row in rows(first=1)]
    found = understand(write(tmp_path / "train.tfrecord", made))
    assert np.array_equal(read_all(found), IMAGES)
    assert labels_in_words(found) == [WORDS[label] for label in LABELS]
    assert "image/class/label" in found.columns


def test_the_names_of_tensorflows_data_sets_and_several_files(tmp_path: Path) -> None:
    made = [{"image": row["image/encoded"], "label": row["image/class/label"]} for row in rows()]
    write(tmp_path / "mine-train.tfrecord-00000-of-00002", made[:5])
    write(tmp_path / "mine-train.tfrecord-00001-of-00002", made[5:8])
    write(tmp_path / "mine-test.tfrecord-00000-of-00001", made[7:])
    found = understand(tmp_path)
    assert np.array_equal(of_part(found, "train"), IMAGES[:8])
    assert np.array_equal(of_part(found, "test"), IMAGES[7:])
    assert np.array_equal(found.labels[found.parts == "train"], LABELS[:8])
    assert "1 of the 5 test pictures is among the training pictures too" in found.doubts[-1]


def test_plain_pixels_with_their_sides(tmp_path: Path) -> None:
    made = [
        {"image_raw": image.tobytes(), "height": 12, "width": 10, "depth": 3, "label": int(label)}
        for image, label in zip(IMAGES, LABELS, strict=True)
    ]
    assert np.array_equal(read_all(understand(write(tmp_path / "a.tfrecords", made))), IMAGES)


def test_labels_of_words_and_named_features(tmp_path: Path) -> None:
    made = [
        {"p": row["image/encoded"], "q": b"x", "mood": WORDS[label].encode()}
        for row, label in zip(rows(), LABELS, strict=True)
    ]
    path = write(tmp_path / "a.tfrecord", made)
    with pytest.raises(DataError, match="has no picture that could be told by its name, but mood, p, q"):
        understand(path)
    assert labels_in_words(again(path, image="p", label="mood")) == [WORDS[label] for label in LABELS]


def test_an_example_is_read_as_tensorflow_writes_it() -> None:
    import tensorflow as tf

    values = {"a": b"\0\xff", "b": -5, "c": [1, 2**62, -(2**63)], "d": 0.25}
    example = tf.train.Example(
        features=tf.train.Features(feature={key: feature(value) for key, value in values.items()})
    )
    assert example_of(example.SerializeToString()) == {
        "a": [b"\0\xff"], "b": [-5], "c": [1, 2**62, -(2**63)], "d": [0.25],
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["cut", "length", "bytes", "empty", "packed cut", "label"])
def test_damage(tmp_path: Path, kind: str) -> None:
    path = write(tmp_path / "a.tfrecord", rows())
    content = bytearray(path.read_bytes())
    if kind == "cut":
        content = content[:-40]
    elif kind == "length":
        content[0:8] = struct.pack("<Q", 2**60)
    elif kind == "bytes":
        content[12:40] = b"\xff" * 28
    elif kind == "empty":
        content = bytearray()
    elif kind == "packed cut":
        content = bytearray(gzip.compress(bytes(content))[:-30])
    else:
        made = rows()
        del made[5]["image/class/label"]
        content = bytearray(write(path, made).read_bytes())
    path.write_bytes(content)
    expected = {
        "cut": "ends within record 11", "length": "is damaged at record 0", "bytes": r"a.tfrecord\[0\] is no example",
        "empty": "holds no records", "packed cut": "cannot be read as a packed file",
        "label": r"a.tfrecord\[5\] has no label",
    }  # fmt: skip
    with pytest.raises(DataError, match=expected[kind]):
        understand(path)


@pytest.mark.parametrize("packed", ["GZIP", "ZLIB"])
@pytest.mark.parametrize("name", ["a.tfrecord", "a.tfrecord.gz", "a-train.tfrecord-00000-of-00001.gz", "anything"])
def test_packed_records(tmp_path: Path, packed: str, name: str) -> None:
    found = understand(write(tmp_path / name, rows(), packed))
    assert np.array_equal(read_all(found), IMAGES)
    assert np.array_equal(found.labels, LABELS)


def test_packed_records_in_a_folder_and_in_a_zip(tmp_path: Path) -> None:
    folder = tmp_path / "shards"
    folder.mkdir()
    write(folder / "train.tfrecord.gz", rows(slice(0, 8)), "GZIP")
    write(folder / "test.tfrecord.gz", rows(slice(8, 12)), "GZIP")
    archive = Path(shutil.make_archive(str(tmp_path / "packed"), "zip", folder))
    for path in (folder, archive):
        found = understand(path)
        assert found.parts.tolist() == ["train"] * 8 + ["test"] * 4
        assert np.array_equal(read_all(found), IMAGES)


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_gigabytes_in_few_bytes_are_not_unpacked(
    tmp_path: Path, pack: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cnnviz.data.sources.rows._ALWAYS", 2**20)
    start = write(tmp_path / "a.tfrecord", rows()).read_bytes()
    (tmp_path / "bomb.tfrecord.gz").write_bytes(pack(start + bytes(64 * 2**20)))
    with pytest.raises(DataError, match=r"bomb.tfrecord.gz holds more than 0.0 GB, unpacked"):
        understand(tmp_path / "bomb.tfrecord.gz")


def test_nothing_reads_beyond_what_is_there() -> None:
    random = np.random.default_rng(0)
    for _ in range(2000):
        content = random.bytes(random.integers(0, 60))
        try:
            example_of(content)
        except ValueError:
            continue
