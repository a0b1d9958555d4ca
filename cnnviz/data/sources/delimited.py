"""Reading text that is divided by commas, semicolons, tabs or blanks: its encoding, its delimiter, its lines, numbers.

Lines are read one after another, and of a line only what is no pixel is taken apart, so that gigabytes pass through
little memory. Every line must have as many values as the first: nothing is shifted or filled up.
"""

import codecs
import csv
import io
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.photo_formats import format_of
from cnnviz.data.sources.rows import plain_file
from cnnviz.errors import DataError

__all__ = ["DELIMITERS", "Delimited", "Line", "delimited", "numbers_of", "second_values"]

DELIMITERS = (",", ";", "\t", " ")
LONGEST_LINE = 64 * 1024**2  # characters
MOST_COLUMNS = 4_000_000

_LOOKED_AT = 4096
_LINES = 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_IN_WORDS = {",": "commas", ";": "semicolons", "\t": "tabs", " ": "blanks"}


@dataclass(frozen=True)
class Line:
    """A line of a table.

    Attributes:
        number: of the line in the file, from 1, as editors and spreadsheets count.
        text: without what ends it.
    """

    number: int
    text: str


@dataclass(frozen=True)
class Delimited:
    """A file of values, as far as its first lines tell.

    Attributes:
        path: the file.
        encoding: of its text.
        delimiter: between values.
        n_columns: how many values each line has.
        first: the values of the first line.
        second: of the second; none where there is only one.
    """

    path: Path
    encoding: str
    delimiter: str
    n_columns: int
    first: tuple[str, ...]
    second: tuple[str, ...]

    def lines(self, skip: int = 0) -> Iterator[Line]:
        """Go through the lines with something in them.

        Args:
            skip: how many of these to leave out, such as a header.

        Raises:
            DataError: a line has more or fewer values than the first, is endless, or is no text.
        """
        for line in _lines(self.path, self.encoding):
            if skip:
                skip -= 1
                continue
            count = _count(line.text, self.delimiter, self.path, line.number)
            if count != self.n_columns:
                raise DataError(
                    f"row {line.number:,} of {self.path} has {count:,} values and the first row {self.n_columns:,}; "
                    "give each row as many"
                )
            yield line

    def values(self, text: str) -> list[str]:
        """Take a line apart."""
        return _values(text, self.delimiter)

    @property
    def in_words(self) -> str:
        """What its values are divided by."""
        return _IN_WORDS.get(self.delimiter, repr(self.delimiter))


def delimited(path: Path, delimiter: str | None = None) -> Delimited:
    """Look at the first lines of a table.

    Args:
        path: the file.
        delimiter: between its values; None to find it out.

    Raises:
        DataError: it is empty, no text, or has a single column of something that is no table.
    """
    with plain_file(path) as file:
        encoding = _encoding(file.read(_LOOKED_AT), str(path))
    lines = []
    for line in _lines(path, encoding):
        lines.append(line)
        if len(lines) == 2:
            break
    if not lines:
        raise DataError(f"{path} is empty; give a table with a row for each image")
    if delimiter is not None and len(delimiter) != 1:
        raise DataError(f"the delimiter is {delimiter!r:.40}, expected one character, such as ',' or ';'")
    chosen = delimiter or _delimiter([line.text for line in lines])
    for line in lines:
        _count(line.text, chosen, path, line.number)  # an open quote
    first, *second = (tuple(_values(line.text, chosen)) for line in lines)
    if len(first) > MOST_COLUMNS:
        raise DataError(f"{path} has {len(first):,} columns, expected at most {MOST_COLUMNS:,}")
    return Delimited(path, encoding, chosen, len(first), first, second[0] if second else ())


def second_values(start: bytes) -> list[str]:
    """Return the values of the second line of a table, or of the first where there is one; none where it is no text.

    Args:
        start: the first bytes of the file; the last value may be cut.
    """
    try:
        encoding = _encoding(start, "it")
    except DataError:
        return []
    lines = [line for line in start.decode(encoding, "replace").splitlines()[:_LINES] if line.strip()][:2]
    if not lines or any(line.count('"') % 2 for line in lines):
        return []
    return _values(lines[-1], _delimiter(lines[:1] if len(lines) > 1 else lines))


def numbers_of(texts: Sequence[str], delimiter: str, n_columns: int) -> NDArray[np.int64] | NDArray[np.float64]:
    """Read lines of numbers.

    Args:
        texts: lines of pixels, all with `n_columns` values.
        delimiter: between the values.
        n_columns: how many.

    Returns:
        (lines, n_columns): int64 where all are whole and written so, else float64; what is missing is NaN.

    Raises:
        ValueError: something is no number.
    """
    import pandas as pd

    joined = delimiter.join(texts)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            whole = np.fromstring(joined, np.int64, sep=delimiter)
        if whole.size == len(texts) * n_columns:
            rows: NDArray[np.int64] = whole.reshape(-1, n_columns)
            return rows
    except (ValueError, DeprecationWarning):
        pass
    if '"' in joined:
        joined = joined.replace('"', "")
    if delimiter != "," and "," in joined:
        joined = joined.replace(",", ".")  # decimals as much of Europe writes them
    column = io.StringIO(joined.replace(delimiter, "\n"))
    settings: dict[str, Any] = {"skip_blank_lines": False, "skipinitialspace": True, "quoting": csv.QUOTE_NONE}
    frame = pd.read_csv(column, header=None, sep="\x1f", dtype=np.float64, **settings)
    numbers: NDArray[np.float64] = frame.to_numpy(np.float64)[:, 0]
    if numbers.size < len(texts) * n_columns:  # blank values at the end
        numbers = np.append(numbers, np.full(len(texts) * n_columns - numbers.size, np.nan))
    return numbers.reshape(-1, n_columns)


def _encoding(start: bytes, what: str) -> str:
    """Return what a text is written in, by its first bytes."""
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return encoding
    if len(start) >= 4 and start[1] == 0 and start[3] == 0:
        return "utf-16-le"
    if len(start) >= 4 and start[0] == 0 and start[2] == 0:
        return "utf-16-be"
    if b"\0" in start or format_of(start) not in ("text", "something unknown"):
        raise DataError(f"{what} holds {format_of(start)}, expected a table of text (CSV)")
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _lines(path: Path, encoding: str) -> Iterator[Line]:
    with io.TextIOWrapper(plain_file(path), encoding=encoding, errors="replace") as file:
        number = 0
        while text := _line(file, path, number + 1):
            number += 1
            stripped = text.rstrip("\r\n")
            if stripped.strip():
                yield Line(number, stripped)


def _line(file: IO[str], path: Path, number: int) -> str:
    text = file.readline(LONGEST_LINE + 1)
    if len(text) > LONGEST_LINE:
        raise DataError(f"row {number:,} of {path} has more than {LONGEST_LINE:,} characters; give an image a row")
    return text


def _count(text: str, delimiter: str, path: Path, number: int) -> int:
    """Count the values of a line."""
    if '"' not in text:
        return len(text.split()) if delimiter == " " else text.count(delimiter) + 1
    if text.count('"') % 2:
        raise DataError(f'row {number:,} of {path} has a quote (") that is not closed; close or remove it')
    return len(_values(text, delimiter))


def _values(text: str, delimiter: str) -> list[str]:
    if '"' in text:
        csv.field_size_limit(LONGEST_LINE)
        return [value.strip() for value in next(csv.reader([text.strip()], delimiter=delimiter, skipinitialspace=True))]
    return text.split() if delimiter == " " else [value.strip() for value in text.split(delimiter)]


def _delimiter(texts: Sequence[str]) -> str:
    """Return what divides the first lines into most values, and all of them into as many."""
    counts = {}
    for delimiter in DELIMITERS:
        found = {len(_values(text, delimiter)) for text in texts if not text.count('"') % 2}
        counts[delimiter] = (len(found) == 1, max(found, default=1))
    if counts["\t"][1] > 1 or counts[";"][1] > 1:
        counts[" "] = (False, 0)
        if counts[";"][0] and counts[";"][1] > 1:
            counts[","] = (False, 0)  # commas in "0,5;0,7" are decimal points
    best = max(DELIMITERS, key=lambda delimiter: (counts[delimiter][1] > 1, *counts[delimiter]))
    return best if counts[best][1] > 1 else ","
