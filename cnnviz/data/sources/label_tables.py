"""Tables beside pictures: a file's name and its label in each row, in whatever columns.

Read are CSV and its kin with any delimiter, with or without a header, and JSON lines. Which column names the pictures
is found by comparing its values with the files that are there.
"""

import csv
import io
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cnnviz.data.photo_formats import SUFFIXES
from cnnviz.data.sources.layouts import Layout, Place, part_of
from cnnviz.data.sources.trees import Entry, Skips, Tree
from cnnviz.data.sources.understood import Part, Reading
from cnnviz.errors import DataError

__all__ = ["Labelled", "column_of_tables", "labelled_by_tables", "unmatched"]

_SUFFIXES = (".csv", ".tsv", ".tab", ".txt", ".jsonl", ".ndjson")
_METADATA = ("metadata.csv", "metadata.jsonl")  # as the library `datasets` has them
_LARGEST = 16 * 2**20  # bytes; 200,000 rows have 80 each
_MOST_TABLES, _MOST_COLUMNS = 20, 200
_LOOKED_AT = 200  # rows that tell the delimiter and the columns
_LABELS = (
    "label", "labels", "class", "classes", "class_name", "classname", "class_label", "category", "category_name",
    "target", "species", "breed", "diagnosis", "dx", "y", "expression", "emotion", "finding_labels", "type", "class_id",
    "label_name", "annotation", "tag", "gt",
)  # fmt: skip
_PARTS = ("split", "part", "subset", "set", "partition", "fold", "usage", "mode", "phase")
_DELIMITERS = ",;\t|"


@dataclass(frozen=True)
class _Table:
    """A table.

    Attributes:
        path: the file.
        columns: their names; "1", "2", ... where it has no header.
        rows: the values, as many in each as there are columns.
        uneven: how many rows had another number of values and were left out.
    """

    path: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]
    uneven: int = 0

    @property
    def folder(self) -> str:
        folder = self.path.rpartition("/")[0]
        return f"{folder}/" if folder else ""

    def values(self, column: int) -> list[str]:
        return [row[column] for row in self.rows]

    def column(self, name: str | None, usual: Sequence[str] = ()) -> int | None:
        """Return where a column is: the one that is asked for, or the first of those that are usual."""
        folded = [column.casefold().strip().replace(" ", "_") for column in self.columns]
        if name is not None:
            return self.columns.index(name) if name in self.columns else None
        return next((folded.index(one) for one in usual if one in folded), None)


@dataclass(frozen=True)
class Labelled:
    """What tables said.

    Attributes:
        tables: the paths of those that were used.
        columns: which there are.
        image: the column of names, and the one of labels ("" where each class has its own).
        label: see `image`.
        doubts: what is probably not meant, in sentences.
    """

    tables: tuple[str, ...]
    columns: tuple[str, ...]
    image: str
    label: str
    doubts: tuple[str, ...] = ()


def labelled_by_tables(
    tree: Tree, others: Iterable[Entry], layout: Layout, reading: Reading, skips: Skips, *, metadata: bool = False
) -> Labelled | None:
    """Take the labels from tables that name the pictures.

    Args:
        tree: where the files are.
        others: the files that are no pictures; tables among them are used.
        layout: its places get their labels, and their parts where a column or a table's name says so.
        reading: which columns, where that was said.
        skips: rows without a picture and pictures without a row are added.
        metadata: whether only tables called metadata.csv or metadata.jsonl are looked at.

    Returns:
        What the tables said; None where none names pictures.

    Raises:
        DataError: a table that names the pictures does not have a column that was asked for.
    """
    index = _Index(layout.places)
    tables = _tables(tree, others, reading, skips)
    if metadata:
        tables = [table for table in tables if table.path.rpartition("/")[2].lower() in _METADATA]
    used = [one for table in tables if (one := _match(table, index, reading))]
    if not used:
        return None
    return _apply(used, layout, index, reading, skips)


def column_of_tables(
    tree: Tree, others: Iterable[Entry], layout: Layout, reading: Reading, column: str
) -> dict[str, str] | None:
    """Return what a column says of the pictures, by path; None where no table that names pictures has it.

    Args:
        tree: where the files are.
        others: the files that are no pictures.
        layout: where the pictures lie.
        reading: which column names them, where that was said.
        column: the name of the column.
    """
    index, found = _Index(layout.places), False
    values: dict[str, str] = {}
    for table in _tables(tree, others, reading, Skips()):
        at, image = table.column(column), _image_column(table, index, reading)
        if at is None or image is None:
            continue
        found = True
        for row in table.rows:
            if place := index.find(row[image], table):
                values[place.path] = row[at].strip()
    return values if found else None


def unmatched(tree: Tree, others: Iterable[Entry], reading: Reading) -> str:
    """Say which table names pictures that are not here, as it goes on behind "and"; empty where none does.

    Args:
        tree: where the files are.
        others: the files that are no pictures.
        reading: the delimiter, where that was said.
    """
    for table in _tables(tree, others, reading, Skips()):
        for column in range(len(table.columns)):
            values = [value for value in table.values(column)[:_LOOKED_AT] if value.strip().lower().endswith(SUFFIXES)]
            if len(values) > len(table.rows[:_LOOKED_AT]) / 2:
                named = ", ".join(repr(value[:60]) for value in values[:2])
                return f"{table.path!r} names others ({named}, ...); give it the names of these pictures"
    return ""


def _tables(tree: Tree, others: Iterable[Entry], reading: Reading, skips: Skips) -> list[_Table]:
    """Read the tables, those that lie highest first."""
    found = [entry for entry in others if entry.path.lower().endswith(_SUFFIXES)]
    chosen = sorted(found, key=lambda one: (one.path.count("/"), one.path))[:_MOST_TABLES]
    return [table for entry in chosen if (table := _read(tree, entry, reading, skips))]


class _Index:
    """Finds pictures by what a table calls them: a path, a name, a name without its ending."""

    def __init__(self, places: Sequence[Place]) -> None:
        self._paths = {place.path: place for place in places}
        self._names: dict[str, list[Place]] = defaultdict(list)
        for place in places:
            self._names[place.name].append(place)
            stem = place.name.rpartition(".")[0]
            if stem and stem != place.name:
                self._names[stem].append(place)

    def find(self, value: str, table: _Table) -> Place | None:
        """Return the picture that a value names; None where there is none, or more than one."""
        value = value.strip().replace("\\", "/").removeprefix("./")
        if not value:
            return None
        for path in (table.folder + value, value):
            if path in self._paths:
                return self._paths[path]
        some = self._names.get(value.rpartition("/")[2], ())
        if len(some) > 1:
            part = _part_of_table(table)
            some = [
                place
                for place in some
                if place.path.startswith(table.folder)
                and (not part or place.part == part)
                and ("/" not in value or place.path.rpartition(".")[0].endswith(value) or place.path.endswith(value))
            ] or some
        return some[0] if len(some) == 1 else None


@dataclass(frozen=True)
class _Used:
    table: _Table
    image: int
    label: int | None  # None where each class has a column
    doubt: str = ""


def _part_of_table(table: _Table) -> Part:
    name = table.path.rpartition("/")[2].rpartition(".")[0]
    words = [part_of(word) for word in re.split(r"[\W_]+", name)]
    return part_of(name) or next((word for word in words if word), "")


def _read(tree: Tree, entry: Entry, reading: Reading, skips: Skips) -> _Table | None:
    """Read a table; None for a text that is none."""
    if entry.size > _LARGEST:
        skips.add(entry.path, f"is a table of more than {_LARGEST >> 20} MiB; give a smaller one")
        return None
    text = _decoded(tree.read(entry, _LARGEST))
    if entry.path.lower().endswith((".jsonl", ".ndjson")):
        return _json_lines(entry.path, text)
    lines = text.splitlines()[:_LOOKED_AT]
    delimiter = reading.delimiter or _delimiter(lines)
    if not delimiter:
        return None
    try:
        rows = [tuple(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(row)]
    except csv.Error:
        return None
    if not rows or not 2 <= len(rows[0]) <= _MOST_COLUMNS:
        return None
    width = len(rows[0])
    even = [row for row in rows if len(row) == width]
    header = _has_header(even) if reading.header is None else reading.header
    columns = tuple(value.strip() for value in even[0]) if header else tuple(str(at + 1) for at in range(width))
    return _Table(entry.path, columns, even[1:] if header else even, len(rows) - len(even))


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _delimiter(lines: Sequence[str]) -> str:
    """Return what stands equally often in most lines; "" where nothing does."""
    best, most = "", 0.0
    for delimiter in (*_DELIMITERS, " "):
        counts = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter) if row)
        width, times = counts.most_common(1)[0] if counts else (1, 0)
        if width > 1 and times > most:
            best, most = delimiter, times
    return best if most > 0.5 * len(lines) else ""


def _has_header(rows: Sequence[tuple[str, ...]]) -> bool:
    """Say whether the first row names columns: its values are words that stand nowhere below them."""
    first, rest = rows[0], rows[1:_LOOKED_AT]
    if any(re.search(r"\.(jpe?g|png|bmp|gif|webp|tiff?|dcm)$", value.strip().lower()) for value in first):
        return False
    if any(value.strip().replace(".", "", 1).isdigit() for value in first):
        return False
    return not any(value in {row[at] for row in rest} for at, value in enumerate(first) if value)


def _json_lines(path: str, text: str) -> _Table | None:
    rows: list[dict[str, str]] = []
    for line in text.splitlines():
        try:
            value = json.loads(line) if line.strip() else {}
        except (ValueError, RecursionError):
            return None
        if isinstance(value, dict) and value:
            rows.append({str(key): "" if one is None else str(one) for key, one in value.items()})
    columns = tuple(dict.fromkeys(key for row in rows for key in row))[:_MOST_COLUMNS]
    return _Table(path, columns, [tuple(row.get(key, "") for key in columns) for row in rows]) if rows else None


def _match(table: _Table, index: _Index, reading: Reading) -> _Used | None:
    """Find the columns; None where no column names pictures or none can be the labels."""
    image = _image_column(table, index, reading)
    if image is None:
        return None
    if reading.label is not None:
        label = table.column(reading.label)
        if label is None:
            raise DataError(
                f"{table.path!r} names the pictures and has no column {reading.label!r}; its columns are "
                f"{', '.join(map(repr, table.columns[:20]))}"
            )
        return _Used(table, image, label)
    named = table.column(None, _LABELS)
    if named is not None and named != image:
        return _Used(table, image, named)
    possible = [at for at in range(len(table.columns)) if at != image and _can_be_labels(table, at, reading)]
    if len(possible) > 1 and _one_hot(table, image):
        return _Used(table, image, None)
    if not possible:
        return None
    doubt = ""
    if len(possible) > 1:
        names = ", ".join(repr(table.columns[at]) for at in possible[1:6])
        doubt = f"The labels were taken from the column {table.columns[possible[0]]!r}; they may be in {names}."
    return _Used(table, image, possible[0], doubt)


def _image_column(table: _Table, index: _Index, reading: Reading) -> int | None:
    """Return the column that names the pictures; None where none does."""
    hits = [_hits(table, column, index) for column in range(len(table.columns))]
    image = max(range(len(hits)), key=hits.__getitem__) if reading.image is None else table.column(reading.image)
    return image if image is not None and hits[image] else None


def _hits(table: _Table, column: int, index: _Index) -> int:
    """How many of the first rows name a picture, in another way each."""
    values = dict.fromkeys(table.values(column)[:_LOOKED_AT])
    found = {id(place) for value in values if (place := index.find(value, table))}
    return len(found) if 2 * len(found) >= min(len(table.rows), _LOOKED_AT) or len(found) >= 10 else 0


def _can_be_labels(table: _Table, column: int, reading: Reading) -> bool:
    """Say whether there are at least two values, each twice on the average, none of them a fraction."""
    name = table.columns[column]
    if name in (reading.group, reading.part) or name.casefold().strip() in _PARTS:
        return False
    values = Counter(value.strip() for value in table.values(column) if value.strip())
    if not 2 <= len(values) <= max(values.total() / 2, 2):
        return False
    return not all(re.fullmatch(r"-?\d*\.\d*[1-9]\d*", value) for value in values)


def _one_hot(table: _Table, image: int) -> bool:
    """Say whether each row has a single 1 among zeros, in the columns of the classes."""
    others = [at for at in range(len(table.columns)) if at != image]
    return len(others) > 1 and all(
        sorted(_number(row[at]) for at in others) == [0.0] * (len(others) - 1) + [1.0] for row in table.rows
    )


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return -1.0


def _apply(used: Sequence[_Used], layout: Layout, index: _Index, reading: Reading, skips: Skips) -> Labelled:
    said: dict[str, set[str]] = defaultdict(set)
    parted = False
    for one in used:
        table = one.table
        if table.uneven:
            skips.tell(
                f"{table.uneven:,} rows of {table.path!r} have not {len(table.columns)} values as the first has; "
                "correct them"
            )
        for name in _other_images(one, index):
            skips.tell(
                f"the column {name!r} of {table.path!r} names further pictures, which were passed over; give each "
                "picture a row of its own, or name that column as the one of the pictures"
            )
        missing: list[str] = []
        part_at = table.column(reading.part, _PARTS)
        if part_at is not None and not all(part_of(value) for value in table.values(part_at)):
            part_at = None
        own_part = "" if any(place.part for place in layout.places) else _part_of_table(table)
        for row in table.rows:
            place = index.find(row[one.image], table)
            if place is None:
                missing.append(row[one.image])
                continue
            label = _label(one, row)
            if label:
                said[place.path].add(label)
                place.label = label
            if part_at is not None:
                place.part, parted = part_of(row[part_at]), True
            elif own_part and len(used) > 1:
                place.part, parted = own_part, True
        for value in missing:
            skips.add(
                value[:100],
                f"stands in {table.path!r} and is no picture here",
                f"stand in {table.path!r} and are no pictures here",
            )
    for place in layout.places:
        if len(said[place.path]) > 1:
            place.label = None
            skips.add(place.path, "has several labels in the table", "have several labels in the table")
        elif place.label is None:
            skips.add(place.path, "has no label in a table", "have no label in a table")
    if parted:
        layout.division = layout.division or "parts said by a table"
    first = used[0]
    return Labelled(
        tuple(one.table.path for one in used),
        tuple(dict.fromkeys(name for one in used for name in one.table.columns)),
        first.table.columns[first.image],
        "" if first.label is None else first.table.columns[first.label],
        tuple(dict.fromkeys(one.doubt for one in used if one.doubt)),
    )


def _other_images(one: _Used, index: _Index) -> list[str]:
    """Return the columns that name pictures beside those of the column that is used: two pictures of a patient, say."""

    def named(column: int) -> set[str]:
        values = one.table.values(column)[:_LOOKED_AT]
        return {place.path for value in values if (place := index.find(value, one.table))}

    own = named(one.image)
    others = [at for at in range(len(one.table.columns)) if at not in (one.image, one.label)]
    return [one.table.columns[at] for at in others if _hits(one.table, at, index) and not own & named(at)]


def _label(one: _Used, row: tuple[str, ...]) -> str:
    if one.label is not None:
        return row[one.label].strip()
    return next(name for at, name in enumerate(one.table.columns) if at != one.image and _number(row[at]) == 1)
