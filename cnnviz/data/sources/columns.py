"""Which columns of a table are pixels, labels, parts and groups."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from cnnviz.data.sources.delimited import Delimited
from cnnviz.data.sources.understood import Reading
from cnnviz.errors import DataError

__all__ = ["LABEL_NAMES", "LEAST_PIXELS", "Columns", "columns_of", "is_number", "n_numbers"]

LABEL_NAMES = ("label", "labels", "class", "target", "y", "classes", "category", "digit", "emotion", "diagnosis")
_PART_NAMES = ("split", "usage", "part", "subset", "set", "partition")
_GROUP_NAMES = ("patient", "patient_id", "patientid", "subject", "subject_id", "group", "group_id")
_MOST_WORDS = 20  # columns of words
_ROW_NAMES = ("", "id", "index", "unnamed: 0", "image_id", "imageid", "row")
LEAST_PIXELS = 4


@dataclass(frozen=True)
class Columns:
    """Which columns of a table are what; positions from 0, None where there is no such column."""

    names: tuple[str, ...]
    header: bool
    label: int | None = None
    part: int | None = None
    group: int | None = None
    passed_over: tuple[int, ...] = ()
    words: tuple[int, ...] = ()  # columns of words that nobody said anything of
    last_pixel: str = ""
    inside: int | None = None  # a single column that holds all pixels, divided by blanks
    n_inside: int = 0  # how many it holds

    @property
    def others(self) -> tuple[int, ...]:
        """The columns that are no pixels."""
        if self.inside is not None:
            return tuple(number for number in range(len(self.names)) if number != self.inside)
        known = (self.label, self.part, self.group)
        return tuple(sorted({*(column for column in known if column is not None), *self.passed_over, *self.words}))


def columns_of(file: Delimited, reading: Reading) -> Columns:
    """Say which columns are what, by their names or by what the person says of them.

    Args:
        file: the table.
        reading: what the person says.

    Raises:
        DataError: a column that the person names is not there.
    """
    header = reading.header if reading.header is not None else _has_header(file)
    names = file.first if header else tuple(str(number) for number in range(1, file.n_columns + 1))
    folded = [name.casefold() for name in names]
    label = _named(reading.label, names, file)
    part, group = _named(reading.part, names, file), _named(reading.group, names, file, strict=False)
    passed_over: tuple[int, ...] = ()
    if header:
        label = _first(folded, LABEL_NAMES) if label is None else label
        part = _first(folded, _PART_NAMES) if part is None else part
        group = _first(folded, _GROUP_NAMES) if group is None else group
        passed_over = tuple(
            number for number, name in enumerate(folded) if name in _ROW_NAMES and number not in (label, part, group)
        )
    values = file.second if len(file.second) == file.n_columns else file.first
    known = {label, part, group, *passed_over}
    words = _of_words(names, values, known) if header else ()
    known |= {*words}
    pixels = [number for number in range(file.n_columns) if number not in known]
    last_pixel = names[pixels[-1]] if header and pixels else ""
    inside = next((number for number in pixels if n_numbers(values[number]) > LEAST_PIXELS), None)
    n_inside = 0 if inside is None else n_numbers(values[inside])
    return Columns(tuple(names), header, label, part, group, passed_over, words, last_pixel, inside, n_inside)


def _of_words(names: Sequence[str], values: Sequence[str], known: Collection[int | None]) -> tuple[int, ...]:
    """Return the columns whose values are words, and whose names are not numbered as those of pixels are."""
    found = tuple(
        number
        for number, (name, value) in enumerate(zip(names, values, strict=True))
        if number not in known and value and not any(map(is_number, value.split())) and not name[-1:].isdigit()
    )
    return found if len(found) <= _MOST_WORDS else ()


def n_numbers(text: str) -> int:
    """Say how many numbers stand in one value, divided by blanks; none where something else does."""
    numbers = text.split()
    return len(numbers) if len(numbers) > 1 and all(map(is_number, numbers)) else 0


def _has_header(file: Delimited) -> bool:
    """Say whether the first line names the columns: fewer of its values are numbers than of the second's."""
    first = [is_number(value) for value in file.first]
    if all(first):
        return False
    known = {*LABEL_NAMES, *_PART_NAMES, *_GROUP_NAMES, *_ROW_NAMES} - {""}
    if any(value.casefold() in known for value in file.first):
        return True
    if not any(first) and not any(map(is_number, file.second)):  # words over words
        return False
    if not file.second:  # a single line: of names, if several values are none
        return sum(first) <= len(first) // 2
    return sum(first) < sum(map(is_number, file.second))


def _named(said: str | None, names: Sequence[str], file: Delimited, *, strict: bool = True) -> int | None:
    if said is None:
        return None
    for number, name in enumerate(names):
        if said == name or said.casefold() == name.casefold():
            return number
    if not strict:
        return None
    shown = ", ".join(names[:5])
    raise DataError(f"{file.path} has no column {said[:40]!r}; it has {shown}{', ...' if len(names) > 5 else ''}")


def _first(names: Sequence[str], wanted: Sequence[str]) -> int | None:
    return next((names.index(name) for name in wanted if name in names), None)


def is_number(text: str) -> bool:
    """Say whether a value is a number, with a point or a comma for decimals."""
    try:
        float(text.replace(",", "."))
    except ValueError:
        return False
    return True
