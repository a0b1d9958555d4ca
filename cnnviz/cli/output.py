"""What goes to standard output and standard error."""

import io
import json
import math
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, TextIO

__all__ = [
    "complain",
    "complain_of",
    "count",
    "emit",
    "forget",
    "in_line",
    "of_images",
    "pairs",
    "percent",
    "printable",
    "say",
    "table",
]

_MOST_NAMED = 20  # things that were passed over; the rest are counted
_NO_TERMINAL_WIDTH = 400  # a file or a pipe has no edge: each row stays on its line, for grep and awk


def printable(text: str) -> str:
    """Return a text as one line that cannot steer a terminal."""
    joined = " ".join(text.split())
    return "".join(character if character.isprintable() else f"\\x{ord(character):02x}" for character in joined)


def in_line(sentence: str) -> str:
    """Return a sentence as a part of another: without capital and full stop."""
    text = sentence.strip().removesuffix(".")
    return text[:1].lower() + text[1:]


def say(text: str) -> None:
    """Write a line to standard output."""
    sys.stdout.write(f"{text}\n")


def complain(text: str) -> None:
    """Write one line to standard error; where that is closed or full, nothing can be said and nothing is."""
    try:
        sys.stderr.write(f"{printable(text)}\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        forget(sys.stderr)


def complain_of(passed_over: Sequence[str]) -> None:
    """Write to standard error what was passed over, a line each; of many the first."""
    if passed_over:
        complain(f"{len(passed_over):,} passed over:")
    for sentence in passed_over[:_MOST_NAMED]:
        complain(f"- {sentence}")
    if len(passed_over) > _MOST_NAMED:
        complain(f"- and {len(passed_over) - _MOST_NAMED:,} more")


def forget(stream: TextIO) -> None:
    """Point a stream nowhere, so that Python does not complain when it writes what is left at the end."""
    with suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def emit(value: Any) -> None:
    """Write one JSON document to standard output; what is not a finite number becomes null."""
    say(json.dumps(_plain(value), allow_nan=False))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def percent(share: float | None) -> str:
    """Return a share in [0, 1] for people."""
    return "" if share is None else f"{100 * share:.1f} %"


def count(number: int, thing: str) -> str:
    """Return `1 epoch`, `2 epochs`."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def of_images(values: Mapping[str, Any]) -> str:
    """Return what follows a validation accuracy, ` of 4 images`, from an event or a report; empty where not known."""
    number = values.get("val_images")
    return f" of {count(number, 'image')}" if isinstance(number, int) else ""


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    right: Sequence[str] = (),
    whole: Sequence[str] = (),
    cut: Sequence[str] = (),
) -> None:
    """Print a table.

    Args:
        columns: its heads.
        rows: a text for every column.
        right: the columns of numbers.
        whole: the columns that are not broken while the others can give way.
        cut: the columns of which the first line is enough.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        drawn.add_column(
            column,
            justify="right" if column in right else "left",
            no_wrap=column in (*whole, *right),
            overflow="fold",
        )
    for row in rows:  # Text: names are never markup
        cells = zip(columns, map(printable, row), strict=True)
        drawn.add_row(
            *(Text(cell, no_wrap=True, overflow="ellipsis") if column in cut else Text(cell) for column, cell in cells)
        )
    if sys.stdout.isatty():
        Console(file=sys.stdout).print(drawn)
        return
    text = io.StringIO()
    Console(file=text, width=_NO_TERMINAL_WIDTH).print(drawn)
    for line in text.getvalue().splitlines():
        say(line.rstrip())


def pairs(rows: Iterable[tuple[str, str]]) -> None:
    """Print names and values, one pair a line, the values below each other; empty values are left out."""
    shown = [(name, value) for name, value in rows if value]
    width = max((len(name) for name, _ in shown), default=0)
    for name, value in shown:
        say(f"{name:<{width}}  {printable(value)}")
