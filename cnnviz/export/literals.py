"""Values as Python code, as a person would write them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

__all__ = ["beside_or_there", "dict_literal", "literal", "path_literal", "tuple_literal"]

_LONGEST_LINE = 120


def literal(value: str | int) -> str:
    """Return a text or a number as code, a text in double quotes as the rest of the code has them."""
    readable = isinstance(value, str) and value.isprintable()
    return json.dumps(value, ensure_ascii=False) if readable else repr(value)


def tuple_literal(values: Sequence[str | int]) -> str:
    """Return a tuple of two or more as code, in lines of at most 100 characters."""
    return _between("(", [literal(value) for value in values], ")")


def dict_literal(values: Mapping[str, float]) -> str:
    """Return a table of numbers as code, in single precision and in lines of at most 100 characters."""
    numbers = {key: np.float32(value).astype(str).removesuffix(".0") for key, value in values.items()}
    return _between("{", [f"{literal(key)}: {number}" for key, number in numbers.items()], "}")


def _between(opening: str, items: Sequence[str], closing: str) -> str:
    short = f"{opening}{', '.join(items)}{closing}"
    if len(short) <= 100:
        return short
    lines: list[str] = []
    line = "   "
    for item in items:
        if len(line) + len(item) > 98:
            lines, line = [*lines, line], "   "
        line += f" {item},"
    return "\n".join([opening, *lines, line, closing])


def path_literal(path: Path) -> str:
    """Return a path as code, from the user's own folder where it is in there."""
    try:
        parts = path.relative_to(Path.home()).parts
    except (ValueError, RuntimeError):
        return f"Path({literal(str(path))})"
    return " / ".join(["Path.home()", *map(literal, parts)])


def beside_or_there(name: str, path: Path, holds: str, *, folder: bool) -> list[str]:
    """Return the lines that find a file or folder: beside the script, else where it is on this machine.

    Args:
        name: of the variable that says where it is.
        path: where it is here.
        holds: what is in it, for a comment.
        folder: whether it is a folder.
    """
    there = f"    {name} = {path_literal(path)}"
    if len(there) > _LONGEST_LINE:
        there = f"    {name} = (\n        {path_literal(path)}\n    )"
    return [
        f"{name} = HERE / {literal(path.name)}  # {holds}",
        f"if not {name}.{'is_dir' if folder else 'is_file'}():",
        there,
    ]
