"""From labels as people have them (numbers from 1, words, one-hot rows) to classes that are counted from 0."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.records import Labels
from cnnviz.data.validation import LONGEST_NAME, MOST_CLASSES
from cnnviz.errors import DataError

__all__ = ["Classes", "classes_of", "one_row", "texts_of"]

_LARGEST = 2**53  # whole numbers that floating-point ones hold
_SHOWN = 5
_MANY = 100  # pictures from which on a class for nearly each of them is strange


@dataclass(frozen=True, eq=False)
class Classes:
    """What labels mean.

    Attributes:
        labels: (n,) int64, positions in `names`.
        names: of the classes.
        notes: what was converted, whole sentences.
        doubts: what is probably not meant, whole sentences with the cure.
    """

    labels: Labels
    names: tuple[str, ...]
    notes: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


def classes_of(
    values: NDArray[Any],
    what: str,
    place: Callable[[int], str],
    names: Sequence[str] | None = None,
    renamed: Mapping[str, str] | None = None,
) -> Classes:
    """Say which class each picture has.

    Args:
        values: (n,) numbers, truth values or text; or (n, 1); or (n, classes) with a single 1 in each row.
        what: what to call the labels in messages.
        place: names the place of a label, such as "row 17".
        names: of the classes by label, where the files say so; else as many classes as there are labels, named by them.
        renamed: what classes are to be called, by what they are called in the files; two of one name become one.

    Raises:
        DataError: labels that are no classes: fractions, infinities, none, too many; or beside the names.
    """
    notes: list[str] = []
    row = one_row(values, what, place, notes)
    if row.dtype.kind in "US":
        row = texts_of(row)
        numbers = _numbers(row)
        found = _of_words(row, place) if numbers is None else _of_numbers(numbers, what, place, names, notes)
    else:
        found = _of_numbers(row, what, place, names, notes)
    labels, named = _renamed(*found, renamed or {})
    _check(named, what)
    doubts = []
    if len(labels) >= _MANY and len(named) > len(labels) // 2:
        doubts.append(
            f"There are {len(named):,} classes for {len(labels):,} pictures, so {what} may hold something else than "
            "classes; name the label column."
        )
    return Classes(labels, named, tuple(notes), tuple(doubts))


def one_row(values: NDArray[Any], what: str, place: Callable[[int], str], notes: list[str]) -> NDArray[Any]:
    """Return labels (n,) of labels (n,), (n, 1) or one-hot (n, classes); what that changed is added to `notes`.

    Raises:
        DataError: another shape, or a row without its single 1.
    """
    if values.ndim == 2 and values.shape[1] == 1:
        column: NDArray[Any] = values[:, 0]
        return column
    if values.ndim == 1:
        return values
    if values.ndim != 2 or values.dtype.kind not in "buif" or values.shape[1] > MOST_CLASSES:
        raise DataError(
            f"{what} has the shape {values.shape!s:.80}, expected one label for each image, or a row with a single 1"
        )
    wrong = ((values != 0) & (values != 1)).any(axis=1) | (values.sum(axis=1) != 1)
    if wrong.any():
        raise DataError(
            f"{place(int(wrong.argmax()))} has no single 1 among the {values.shape[1]} values of its label; give one "
            "class for each image"
        )
    notes.append(f"The labels were rows with a single 1 (one-hot) for {values.shape[1]} classes.")
    places: NDArray[Any] = values.argmax(axis=1)
    return places


def texts_of(values: NDArray[Any]) -> NDArray[np.str_]:
    """Return text or bytes (n,) as text without blanks around it."""
    if values.dtype.kind == "S":
        values = np.char.decode(values, "utf-8", "replace")
    return np.char.strip(values.astype(np.str_))


def _numbers(texts: NDArray[np.str_]) -> NDArray[np.float64] | None:
    """Return texts as numbers where all are; else None."""
    try:
        return texts.astype(np.float64)
    except ValueError:
        return None


def _of_words(texts: NDArray[np.str_], place: Callable[[int], str]) -> tuple[Labels, tuple[str, ...]]:
    empty = texts == ""
    if empty.any():
        raise DataError(f"{place(int(empty.argmax()))} has no label; give one, or remove it")
    names, labels = np.unique(texts, return_inverse=True)
    return labels.astype(np.int64), tuple(names.tolist())


def _of_numbers(
    numbers: NDArray[Any], what: str, place: Callable[[int], str], names: Sequence[str] | None, notes: list[str]
) -> tuple[Labels, tuple[str, ...]]:
    if numbers.dtype.kind not in "buif":
        raise DataError(f"{what} holds {numbers.dtype!s:.40} values, expected whole numbers or words; convert it")
    if numbers.dtype.kind == "f":
        with np.errstate(invalid="ignore"):
            wrong = ~((numbers == np.floor(numbers)) & (np.abs(numbers) <= _LARGEST))
        if wrong.any():
            first = int(wrong.argmax())
            raise DataError(
                f"{place(first)} has the label {numbers[first]:g}, expected a whole number or a word; correct it, or "
                "name the column that holds the labels"
            )
    whole = numbers.astype(np.int64)
    values, labels = np.unique(whole, return_inverse=True)
    if names is not None:
        return _named(whole, values, names, what, place, notes)
    if len(values) and not np.array_equal(values, np.arange(len(values))):
        shown = ", ".join(map(str, values[:_SHOWN].tolist())) + (", ..." if len(values) > _SHOWN else "")
        how = "begin with 1" if np.array_equal(values, np.arange(1, len(values) + 1)) else "are not 0, 1, 2, ..."
        notes.append(f"The labels {how} ({shown}), so there are {len(values)} classes of these names.")
    return labels.astype(np.int64), tuple(map(str, values.tolist()))


def _named(
    whole: Labels,
    values: Labels,
    names: Sequence[str],
    what: str,
    place: Callable[[int], str],
    notes: list[str],
) -> tuple[Labels, tuple[str, ...]]:
    if len(values) and values[0] == 1 and values[-1] == len(names):
        notes.append(f"The labels begin with 1, which is taken for the first name, {names[0]}.")
        whole = whole - 1
    outside = (whole < 0) | (whole >= len(names))
    if outside.any():
        first = int(outside.argmax())
        raise DataError(
            f"{place(first)} has the label {whole[first]} and {what} comes with {len(names)} names, for 0 to "
            f"{len(names) - 1}; give a name for each class"
        )
    return whole, tuple(names)


def _renamed(labels: Labels, names: tuple[str, ...], renamed: Mapping[str, str]) -> tuple[Labels, tuple[str, ...]]:
    if not renamed:
        return labels, names
    called = [renamed.get(name, name) for name in names]
    kept = list(dict.fromkeys(called))
    places = np.array([kept.index(name) for name in called], np.int64)
    return places[labels], tuple(kept)


def _check(names: tuple[str, ...], what: str) -> None:
    if len(names) > MOST_CLASSES:
        raise DataError(
            f"{what} holds {len(names):,} different labels, expected at most {MOST_CLASSES:,}; name the label column"
        )
    if len(names) < 2:
        raise DataError(
            f"{what} holds {'the single class ' + repr(names[0][:40]) if names else 'no label'}; give images of at "
            "least two classes, or name the label column"
        )
    for name in names:
        if not 1 <= len(name) <= LONGEST_NAME:
            raise DataError(f"{what} holds the class {name[:40]!r}; give names of 1 to {LONGEST_NAME} characters")
