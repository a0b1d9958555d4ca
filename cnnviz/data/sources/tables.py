"""Data sets in tables: a row an image, its pixels in columns, its label in another column or in a file of its own."""

import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.photo_formats import format_of
from cnnviz.data.sources.blocks import Block, understood_of_blocks
from cnnviz.data.sources.columns import LABEL_NAMES, LEAST_PIXELS, Columns, columns_of, is_number, n_numbers
from cnnviz.data.sources.delimited import Delimited, Line, delimited, numbers_of, second_values
from cnnviz.data.sources.pieces import Found, one_part
from cnnviz.data.sources.pixels import squared
from cnnviz.data.sources.places import files_below, in_one_folder, starts_in_zip, understood_unpacked
from cnnviz.data.sources.roles import PART_WORDS, role_of
from cnnviz.data.sources.rows import FileRows, plain_file, scratch_file
from cnnviz.data.sources.understood import Part, Reading, Understood
from cnnviz.errors import DataError
from cnnviz.files import storage_errors

__all__ = ["recognises", "understand"]

_SUFFIXES = (".csv", ".tsv", ".tab")

_PART_VALUES = {**PART_WORDS, "publictest": "validation", "privatetest": "test"}  # FER2013's
_LINES_TEXT = 4 * 1024**2  # characters that are read as numbers at a time
_FEW = 200  # rows that are looked at to tell labels from pixels
_SHOWN_COLUMNS = 50
_START = 1024**2  # bytes of a file that tell whether it holds pixels
_PARTS: tuple[Part, ...] = ("train", "", "validation", "test")


@dataclass
class _Read:
    """What came out of a table: its pixels, the other columns, and the number of each row in the file."""

    pixels: IO[bytes]
    dtype: type[np.generic]
    n_pixels: int
    rows: FileRows | None = None
    numbers: list[int] = field(default_factory=list)
    others: list[tuple[str, ...]] = field(default_factory=list)


def recognises(path: Path, start: bytes) -> bool:
    """Say whether it is a table, or a folder or archive with tables of pixels and without photos."""
    if path.is_dir():
        return any(_holds_pixels(_start_of(file)) for file in files_below(path, _belongs))
    if start.startswith(b"PK\3\4"):
        return any(map(_holds_pixels, starts_in_zip(path, _belongs, _START)))
    return _belongs(path) or (format_of(start) == "text" and _holds_pixels(_start_of(path)))


def understand(path: Path, reading: Reading) -> Understood:
    """Understand tables of pixels.

    Args:
        path: a table with a label column; a table of pixels beside one of labels, such as `input.csv` and `labels.csv`
            (and `input_test.csv` and `labels_test.csv`), of which any may be given; or a folder or zip archive of such.
        reading: what the person says of it.

    Raises:
        DataError: what is wrong, with the row.
        StorageError: there is no room for the pixels on the disk.
    """
    if path.is_file() and zipfile.is_zipfile(path):
        return understood_unpacked(path, _belongs, understand, reading)
    tables = sorted((_Table(file, reading) for file in _files(path)), key=lambda table: _PARTS.index(table.part))
    apart = [table for table in tables if table.is_labels]
    if apart:
        blocks, found = _of_pairs(path, tables, reading)
    else:
        blocks, found = _of_whole(tables, reading)
    if path.is_file() and len(tables) > 1:
        others = " and ".join(sorted(table.path.name for table in tables if table.path != path))
        verb = "was" if len(tables) == 2 else "were"
        found = replace(found, notes=(f"{others} beside {path.name} {verb} read with it.", *found.notes))
    first = tables[0]
    told = replace(reading, delimiter=first.file.delimiter, header=first.columns.header)
    if first.columns.label is not None:
        told = replace(told, label=first.columns.names[first.columns.label])
    return understood_of_blocks(path, blocks, found, told)


def _belongs(path: Path) -> bool:
    return path.suffix.lower() in _SUFFIXES


def _start_of(path: Path) -> bytes:
    with plain_file(path) as file:
        return file.read(_START)


def _holds_pixels(start: bytes) -> bool:
    """Say whether a table that begins so has columns of pixels; one that lists files and their labels has not."""
    values = second_values(start)
    many = len(values) > LEAST_PIXELS and sum(map(is_number, values)) > len(values) // 2
    return many or any(n_numbers(value) > LEAST_PIXELS for value in values)


class _Table:
    """One file, and what its columns are."""

    def __init__(self, path: Path, reading: Reading) -> None:
        self.path = path
        self.file = delimited(path, reading.delimiter)
        role = role_of(path.stem)
        self.part, self.rest = role.part, role.rest
        self.is_labels = role.kind == "labels" and self.file.n_columns <= 2 + len(LABEL_NAMES)
        self.is_images = role.kind == "images"
        self.shape = reading.shape
        self.columns = columns_of(self.file, reading)

    @property
    def skip(self) -> int:
        """How many lines stand before the rows."""
        return 1 if self.columns.header else 0

    @property
    def n_pixels(self) -> int:
        """How many pixels a row has."""
        if self.columns.inside is None:
            return self.file.n_columns - len(self.columns.others)
        return self.columns.n_inside

    @property
    def between(self) -> str:
        """What stands between the pixels of a row."""
        return self.file.delimiter if self.columns.inside is None else " "


def _files(path: Path) -> list[Path]:
    """Return the tables that belong together."""
    if path.is_dir():
        return in_one_folder(files_below(path, _belongs), path)
    if not path.exists():
        raise DataError(f"{str(path)[:200]!r} is no file; give the path of a table")
    role = role_of(path.stem)
    if not role.kind and not role.part:
        return [path]
    beside = [
        file
        for file in sorted(path.parent.iterdir())
        if file != path and file.suffix == path.suffix and file.is_file() and role_of(file.stem).rest == role.rest
    ]
    same_kind = [file for file in beside if role.kind or not role_of(file.stem).kind]
    return [path, *(file for file in same_kind if role_of(file.stem).kind or role_of(file.stem).part)]


def _guessed_label(table: _Table) -> tuple[int | None, str]:
    """Say which column of a table without names is the label: the first or the last, or none where all are pixels."""
    n_columns = table.file.n_columns
    if table.is_images or (squared(n_columns) and not squared(n_columns - 1) and not table.shape):
        return None, ""  # all are pixels
    ends: dict[int, list[str]] = {0: [], n_columns - 1: []}
    for line in table.file.lines(table.skip):
        values = table.file.values(line.text)
        ends[0].append(values[0])
        ends[n_columns - 1].append(values[-1])
        if len(ends[0]) >= _FEW:
            break
    if not ends[0]:
        return None, ""
    words = [end for end, values in ends.items() if not all(map(is_number, values))]
    if len(words) == 1:
        return words[0], ""
    likely = {end: how for end, values in ends.items() if (how := _as_labels(values))}
    if not likely:
        return None, ""
    chosen = min(likely, key=lambda end: (*likely[end], end))
    which = "first" if chosen == 0 else "last"
    return chosen, f"No column is named a label, and the {which} was taken for it."


def _as_labels(values: Sequence[str]) -> tuple[bool, int] | None:
    """Say how little values are like labels: whether some are left out between them, and how many there are."""
    numbers = {float(value.replace(",", ".")) if is_number(value) else 0.5 for value in values}
    if not all(number.is_integer() and number >= 0 for number in numbers) or len(numbers) < min(len(values), 2):
        return None
    return max(numbers) - min(numbers) >= len(numbers) or min(numbers) > 1, len(numbers)


# --- one table, or one for each part ----------------------------------------------------------------------------


def _of_whole(tables: Sequence[_Table], reading: Reading) -> tuple[list[Block], Found]:
    blocks: list[Block] = []
    notes: list[str] = []
    groups: list[str] = []
    skipped: list[str] = []
    if len(tables) > 1 and len({table.part for table in tables}) < len(tables):
        raise DataError(
            f"{tables[0].path.parent} holds {', '.join(table.path.name for table in tables[:5])}, and which is for "
            "training and which for testing cannot be told; name them train.csv and test.csv, or give one"
        )
    for table in tables:
        columns = table.columns
        if columns.label is None:
            label, note = _only_words(table) if columns.words else _guessed_label(table)
            if label is None:
                raise DataError(_no_label(table))
            words = tuple(number for number in columns.words if number != label)
            columns = replace(columns, label=label, words=words)
            notes += [note] if note and note not in notes else []
            if columns.last_pixel and label == table.file.n_columns - 1:
                columns = replace(columns, last_pixel=columns.names[label - 1])
        table.columns = columns
        read = _read(table)
        others = dict(zip(columns.others, zip(*read.others, strict=True), strict=True))
        labels = np.array(others[columns.label], np.str_)  # type: ignore[index]
        divided = _divided(others[columns.part], table, read) if columns.part is not None else None
        blocks += _blocks_of_read(table, read, labels, divided)
        if columns.group is not None:
            own = np.array(others[columns.group], np.str_)
            order = np.argsort([_PARTS.index(part) for part in divided], kind="stable") if divided else slice(None)
            groups += own[order].tolist()
        if columns.words:
            of_words = _listed(columns.names[number] for number in columns.words)
            notes.append(
                f"{of_words}, of words, {'was' if len(columns.words) == 1 else 'were'} left out; what belongs together "
                "can be named by such a column, or the label."
            )
        if columns.passed_over:
            left_out = ", ".join(repr(columns.names[number]) for number in columns.passed_over)
            notes.append(f"The column {left_out} counts rows and was left out.")
    first = tables[0]
    found = Found(
        f"a table with a row an image, its values divided by {first.file.in_words}",
        notes=tuple(notes),
        skipped=tuple(skipped),
        columns=_shown_columns(first.columns),
        last_pixel=first.columns.last_pixel,
        groups=np.array(groups, np.str_) if len(groups) == sum(block.images.shape[0] for block in blocks) else None,
    )
    return one_part(blocks), found


def _only_words(table: _Table) -> tuple[int | None, str]:
    """Take the only column of words for the label, where none is named so."""
    columns = table.columns
    if len(columns.words) > 1:
        return None, ""
    name = columns.names[columns.words[0]]
    return columns.words[0], f"No column is named a label, and {name[:40]!r}, of words, was taken for it."


def _listed(names: Iterable[str]) -> str:
    shown = [repr(name[:40]) for name in names]
    return f"The column {shown[0]}" if len(shown) == 1 else f"The columns {', '.join(shown[:-1])} and {shown[-1]}"


def _no_label(table: _Table) -> str:
    columns = table.columns
    if columns.words:
        return (
            f"{table.path} has no column that is named label, class or target; its columns of words are "
            f"{', '.join(repr(columns.names[number][:40]) for number in columns.words)}: say which of them is the label"
            ", and which says what belongs together, if one does"
        )
    return (
        f"{table.path} has no column of labels: none is named label, class or target, and neither the first nor the "
        "last holds labels; name the column, or put the labels beside it, as labels.csv is beside input.csv"
    )


def _shown_columns(columns: Columns) -> tuple[str, ...]:
    if len(columns.names) <= 2 * _SHOWN_COLUMNS:
        return columns.names
    shown = {0, len(columns.names) - 1, *columns.others}
    return tuple(columns.names[number] for number in sorted(shown))


def _divided(values: Sequence[str], table: _Table, read: _Read) -> list[Part]:
    parts: list[Part] = []
    for value, number in zip(values, read.numbers, strict=True):
        part = _PART_VALUES.get(re.sub(r"[^a-z0-9]", "", value.casefold()))
        if part is None:
            raise DataError(
                f"row {number:,} of {table.path} says that it is for {value[:40]!r}, expected train, validation or test"
            )
        parts.append(part)
    return parts


def _blocks_of_read(
    table: _Table, read: _Read, labels: NDArray[np.str_], divided: Sequence[Part] | None
) -> list[Block]:
    rows = read.rows
    assert rows is not None  # `_read` made them
    if divided is None:
        return [Block(table.part, rows, labels, table.path.name, _row_name(table, read.numbers))]
    blocks = []
    said = np.array(divided)
    for part in _PARTS:
        places = np.flatnonzero(said == part)
        if len(places):
            names = _row_name(table, [read.numbers[place] for place in places])
            blocks.append(Block(part, _Chosen(rows, places), labels[places], table.path.name, names))
    return blocks


def _row_name(table: _Table, numbers: Sequence[int]) -> Callable[[int], str]:
    return lambda position: f"row {numbers[position]:,} of {table.path.name}"


class _Chosen:
    """Some of the rows of a table."""

    def __init__(self, rows: FileRows, places: NDArray[np.int64]) -> None:
        self._rows, self._places = rows, places
        self.shape, self.dtype = (len(places), *rows.shape[1:]), rows.dtype

    def __getitem__(self, key: slice) -> NDArray[np.generic]:
        places = self._places[key].tolist()
        return np.concatenate([self._rows[place : place + 1] for place in places])


# --- pixels in one file, labels in another ----------------------------------------------------------------------


def _of_pairs(path: Path, tables: Sequence[_Table], reading: Reading) -> tuple[list[Block], Found]:
    """Pair `input.csv` with `labels.csv`, and `input_test.csv` with `labels_test.csv`."""
    blocks: list[Block] = []
    skipped: list[str] = []
    for part in _PARTS:
        images = [table for table in tables if table.part == part and not table.is_labels]
        labels = [table for table in tables if table.part == part and table.is_labels]
        if len(images) == 1 and len(labels) == 1:
            blocks.append(_paired(images[0], labels[0]))
        elif images and labels:
            raise DataError(
                f"{path} holds {', '.join(table.path.name for table in [*images, *labels])}, and which labels belong "
                "to which images cannot be told; name them input.csv and labels.csv"
            )
        else:
            skipped += [f"{table.path.name} has no {'images' if table.is_labels else 'labels'} beside it"
                        for table in [*images, *labels]]  # fmt: skip
    if not blocks:
        raise DataError(f"{path} has no images with labels ({'; '.join(skipped)}); put both files into one folder")
    first = next(table for table in tables if not table.is_labels)
    form = f"tables of pixels and of labels, a row an image, its values divided by {first.file.in_words}"
    return one_part(blocks), Found(form, skipped=tuple(skipped), last_pixel=first.columns.last_pixel)


def _paired(images: _Table, labels: _Table) -> Block:
    images.columns = replace(images.columns, label=None)
    read = _read(images)
    column = labels.columns.label
    if column is None:
        column = labels.file.n_columns - 1  # behind a number of the row
    values = [labels.file.values(line.text)[column] for line in labels.file.lines(labels.skip)]
    if len(values) != len(read.numbers):
        raise DataError(
            f"{images.path.name} has {len(read.numbers):,} images and {labels.path.name} {len(values):,} labels; give "
            "one label for each image"
        )
    return _blocks_of_read(images, read, np.array(values, np.str_), None)[0]


# --- values -----------------------------------------------------------------------------------------------------


class _NotBytesError(Exception):
    """Some values are no whole numbers from 0 to 255."""


def _read(table: _Table) -> _Read:
    """Read a table: as bytes as long as all values are some, else anew as floating-point numbers."""
    try:
        return _read_as(table, np.uint8)
    except _NotBytesError:
        return _read_as(table, np.float32)


def _read_as(table: _Table, dtype: type[np.generic]) -> _Read:
    others, n_pixels = table.columns.others, table.n_pixels
    if n_pixels < LEAST_PIXELS:
        raise DataError(
            f"{table.path} has {n_pixels} columns beside its labels, expected one for each pixel; if it lists "
            "the files of pictures, give the folder that holds both"
        )
    read = _Read(scratch_file(), dtype, n_pixels)
    try:
        waiting: list[tuple[int, str]] = []
        size = 0
        for line in table.file.lines(table.skip):
            own, pixels = _cut(table.file, line, others)
            if table.columns.inside is not None and len(pixels.split()) != n_pixels:
                raise DataError(
                    f"row {line.number:,} of {table.path} has {len(pixels.split()):,} pixels and the first row "
                    f"{n_pixels:,}; give each row as many"
                )
            read.others.append(own)
            read.numbers.append(line.number)
            waiting.append((line.number, pixels))
            size += len(pixels)
            if size > _LINES_TEXT:
                _keep(table, read, waiting)
                waiting, size = [], 0
        _keep(table, read, waiting)
        if not read.numbers:
            raise DataError(f"{table.path} holds a header and no rows; give a row for each image")
        with storage_errors(table.path):
            read.pixels.flush()
        shape = (len(read.numbers), n_pixels)
        read.rows = FileRows(read.pixels, 0, shape, np.dtype(dtype), str(table.path))
    except BaseException:
        read.pixels.close()
        raise
    return read


def _cut(file: Delimited, line: Line, others: Sequence[int]) -> tuple[tuple[str, ...], str]:
    """Return the values of a line that are no pixels, and what is left of it."""
    before = sum(1 for position, column in enumerate(others) if column == position)
    behind = len(others) - before
    at_the_ends = behind == 0 or list(others[before:]) == list(range(file.n_columns - behind, file.n_columns))
    if '"' in line.text or file.delimiter == " " or not at_the_ends:
        values = file.values(line.text)
        own = tuple(values[column] for column in others)
        left_out = set(others)
        return own, file.delimiter.join(value for number, value in enumerate(values) if number not in left_out)
    first = line.text.split(file.delimiter, before)
    last = first[-1].rsplit(file.delimiter, behind) if behind else [first[-1]]
    own = tuple(value.strip() for value in (*first[:before], *last[1:]))
    return own, last[0]


def _keep(table: _Table, read: _Read, waiting: Sequence[tuple[int, str]]) -> None:
    if not waiting:
        return
    try:
        numbers = numbers_of([text for _, text in waiting], table.between, read.n_pixels)
    except ValueError:
        raise DataError(_wrong_value(table, read, waiting)) from None
    if read.dtype is np.uint8:
        if numbers.dtype.kind == "f" and not np.isfinite(numbers).all():
            raise DataError(_wrong_value(table, read, waiting))
        if (numbers < 0).any() or (numbers > 255).any() or (numbers.dtype.kind == "f" and (numbers % 1).any()):
            raise _NotBytesError
        if numbers.dtype.kind == "f" and numbers.max() <= 1:
            raise _NotBytesError  # 0.0 and 1.0 stand for black and white
    elif not np.isfinite(numbers).all():
        raise DataError(_wrong_value(table, read, waiting))
    with storage_errors(table.path):
        read.pixels.write(numbers.astype(read.dtype).tobytes())


def _wrong_value(table: _Table, read: _Read, waiting: Sequence[tuple[int, str]]) -> str:
    """Say which value of which row is no number."""
    pixels = [number for number in range(table.file.n_columns) if number not in table.columns.others]
    for number, text in waiting:
        values = text.split() if table.between == " " else text.split(table.between)
        columns = pixels if table.columns.inside is None else pixels * len(values)
        for column, value in zip(columns, values, strict=True):
            shown = value.strip().strip('"')
            try:
                if np.isfinite(float(shown.replace(",", "."))):
                    continue
                what = f"holds {shown[:40]}"
            except ValueError:
                what = f"holds {shown[:40]!r}, which is no number," if shown else "holds nothing"
            name = table.columns.names[column]
            where = f"the column {name[:40]!r}" if table.columns.header else f"column {column + 1:,}"
            return f"row {number:,} of {table.path} {what} in {where}; give each pixel a finite number"
    return f"{table.path} holds values that are no numbers; give each pixel a finite number"
