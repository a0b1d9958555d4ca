"""Parquet with encoded images, as Hugging Face writes it: columns `image` (bytes, or bytes and path) and `label`."""

import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.doubts import fingerprint
from cnnviz.data.photos import MOST_BYTES
from cnnviz.data.sources.encoded import Shard, shards_of, understood_of_shards
from cnnviz.data.sources.pieces import Found
from cnnviz.data.sources.places import files_below, names_in_zip, understood_unpacked
from cnnviz.data.sources.rows import plain_file
from cnnviz.data.sources.understood import Part, Reading, Understood
from cnnviz.data.validation import MOST_IMAGES
from cnnviz.errors import DataError, MissingExtraError

__all__ = ["recognises", "understand"]

_LARGEST_GROUP = 2 * 1024**3  # bytes unpacked; a row group is read at once
_MOST_COLUMNS = 1_000
_IMAGE_NAMES = ("image", "img", "picture", "photo", "image_bytes", "bytes", "data")
_LABEL_NAMES = ("label", "labels", "fine_label", "class", "target", "category", "y", "digit")


@dataclass(frozen=True)
class _Columns:
    image: str
    inner: str | None  # of the structure that holds the bytes
    label: str
    names: tuple[str, ...] | None
    all: tuple[str, ...]


def recognises(path: Path, start: bytes) -> bool:
    """Say whether it is a Parquet file, or a folder or archive with such files and without photos."""
    if path.is_dir():
        return bool(files_below(path, _belongs))
    if start.startswith(b"PK\3\4"):
        return any(_belongs(Path(name)) for name in names_in_zip(path))
    return start.startswith(b"PAR1")


def understand(path: Path, reading: Reading) -> Understood:
    """Understand Parquet files of encoded images with labels.

    Args:
        path: a file; or a folder or zip archive with several, named by their part (`train-00000-of-00002.parquet`).
        reading: which column is what, where the person says so.

    Raises:
        DataError: damaged, or without such columns.
        MissingExtraError: pyarrow is not installed.
    """
    if path.is_file() and zipfile.is_zipfile(path):
        return understood_unpacked(path, _belongs, understand, reading)
    files = shards_of(path, _belongs)
    with_prints = len({part for _, part in files}) > 1
    shards, columns = [], None
    for file, part in files:
        held = _File(file)
        own = _columns(held, reading)
        columns = columns or own
        shards.append(held.shard(own, part, with_prints=with_prints))
    assert columns is not None  # shards_of has at least one
    found = Found("Parquet with a picture a row", columns.names, columns=columns.all)
    told = Reading(**{**vars(reading), "image": columns.image, "label": columns.label})
    return understood_of_shards(path, shards, found, told)


def _belongs(path: Path) -> bool:
    return path.suffix.lower() in (".parquet", ".pq")


class _File:
    """An open Parquet file; keeps the row group that was read last."""

    def __init__(self, path: Path) -> None:
        try:
            from pyarrow import ArrowException, parquet
        except ImportError as error:
            raise MissingExtraError(f"{path} needs pyarrow to be read; install it with: pip install pyarrow") from error
        self.path, self._wrong, self._lock = path, (ArrowException, OSError, ValueError), Lock()
        self._kept: tuple[int, Any] = -1, None
        plain_file(path).close()
        try:
            self._file = parquet.ParquetFile(path, memory_map=False)
        except self._wrong as error:
            raise self._damaged(error) from error
        metadata = self._file.metadata
        self.schema = self._file.schema_arrow
        self._starts = [0]
        for number in range(metadata.num_row_groups):
            group = metadata.row_group(number)
            if group.total_byte_size > _LARGEST_GROUP:
                raise DataError(
                    f"{path} holds {group.total_byte_size / 2**30:.1f} GiB in one row group, expected at most "
                    f"{_LARGEST_GROUP >> 30}; write it with smaller ones"
                )
            self._starts.append(self._starts[-1] + group.num_rows)
        if self._starts[-1] > MOST_IMAGES or len(self.schema.names) > _MOST_COLUMNS:
            raise DataError(f"{path} holds {self._starts[-1]:,} rows; keep at most {MOST_IMAGES:,}")

    def shard(self, columns: _Columns, part: Part, *, with_prints: bool) -> Shard:
        """Read the labels, and fingerprints of the pictures where asked."""
        try:
            labels = self._file.read(columns=[columns.label])[columns.label]
        except self._wrong as error:
            raise self._damaged(error) from error
        if labels.null_count:
            first = next(number for number, label in enumerate(labels) if not label.is_valid)
            raise DataError(f"{self.path.name}[{first}] has no label; give one, or remove it")
        content = partial(self.content, columns)
        prints = [fingerprint(content(number)) for number in range(len(labels))] if with_prints else []
        return Shard(self.path, part, _labels(labels, self.path), content, prints)

    def content(self, columns: _Columns, position: int) -> bytes:
        """Return a picture as it is encoded."""
        group = int(np.searchsorted(self._starts, position, side="right")) - 1
        with self._lock:
            if self._kept[0] != group:
                try:
                    self._kept = group, self._file.read_row_group(group, columns=[columns.image])[columns.image]
                except self._wrong as error:
                    raise self._damaged(error) from error
            value = self._kept[1][position - self._starts[group]].as_py()
        content = value.get(columns.inner) if columns.inner and value else value
        if not isinstance(content, bytes) or len(content) > MOST_BYTES:
            raise DataError(
                f"{self.path.name}[{position}] holds no picture of at most {MOST_BYTES >> 20} MiB, perhaps the path of "
                "one; write the files into the table"
            )
        return content

    def _damaged(self, error: Exception) -> DataError:
        reason = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        return DataError(f"{self.path} cannot be read as Parquet ({reason}); copy it again")


def _columns(held: _File, reading: Reading) -> _Columns:
    import pyarrow

    schema = held.schema
    images: dict[str, str | None] = {}
    for entry in schema:
        if _is_bytes(entry.type):
            images[entry.name] = None
        elif pyarrow.types.is_struct(entry.type):
            inner = [entry.type.field(number) for number in range(entry.type.num_fields)]
            if any(part.name == "bytes" and _is_bytes(part.type) for part in inner):
                images[entry.name] = "bytes"
    image = _one(images, reading.image, _IMAGE_NAMES)
    labels = [entry.name for entry in schema if entry.name != image and _is_label(entry.type)]
    label = _one(labels, reading.label, _LABEL_NAMES)
    if image is None or label is None:
        what = "no column of encoded images" if image is None else "no column of labels"
        shown = ", ".join(f"{entry.name} ({entry.type!s:.30})" for entry in list(schema)[:8])
        raise DataError(f"{held.path} has {what}, but {shown}; name the columns, or write them as image and label")
    return _Columns(image, images[image], label, _names(schema, label), tuple(schema.names))


def _is_bytes(kind: Any) -> bool:
    import pyarrow

    return bool(pyarrow.types.is_binary(kind) or pyarrow.types.is_large_binary(kind))


def _is_label(kind: Any) -> bool:
    import pyarrow

    if pyarrow.types.is_dictionary(kind):
        kind = kind.value_type
    tests = ("is_integer", "is_floating", "is_boolean", "is_string", "is_large_string")
    return any(getattr(pyarrow.types, test)(kind) for test in tests)


def _one(held: Any, said: str | None, usual: Sequence[str]) -> str | None:
    names = list(held)
    if said is not None:
        return said if said in names else None
    for name in usual:
        for own in names:
            if own.casefold() == name:
                return str(own)
    return names[0] if len(names) == 1 else None


def _names(schema: Any, label: str) -> tuple[str, ...] | None:
    """Return the names of the classes, which Hugging Face writes into the file."""
    try:
        told = json.loads((schema.metadata or {}).get(b"huggingface", b"{}"))
        names = told["info"]["features"][label]["names"]
    except (ValueError, KeyError, TypeError):
        return None
    return tuple(map(str, names)) if isinstance(names, list) and len(set(map(str, names))) == len(names) > 1 else None


def _labels(column: Any, path: Path) -> NDArray[Any]:
    values = column.to_pylist()
    if values and isinstance(values[0], str):
        return np.array(values, np.str_)
    labels = np.array(values)
    if labels.dtype.hasobject:
        raise DataError(f"{path} has labels of different kinds; give whole numbers or words")
    return labels
