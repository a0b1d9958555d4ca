"""Values as Python code, as a person would write them."""

import json
from collections.abc import Sequence
from pathlib import Path

__all__ = ["beside_or_there", "literal", "path_literal", "rows_of", "tuple_literal"]


def literal(value: str | int | float) -> str:
    """Return a text or a number as code, a text in double quotes as the rest of the code has them."""
    readable = isinstance(value, str) and value.isprintable()
    return json.dumps(value, ensure_ascii=False) if readable else repr(value)


def tuple_literal(values: Sequence[str | int]) -> str:
    """Return a tuple of two or more as code, in lines of at most 100 characters."""
    items = [literal(value) for value in values]
    short = f"({', '.join(items)})"
    return short if len(short) <= 100 else f"(\n{rows_of(items)}\n)"


def rows_of(items: Sequence[str]) -> str:
    """Return items as indented lines of at most 100 characters, a comma behind each."""
    lines: list[str] = []
    line = "   "
    for item in items:
        if len(line) + len(item) > 98:
            lines, line = [*lines, line], "   "
        line += f" {item},"
    return "\n".join([*lines, line])


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
    return [
        f"{name} = HERE / {literal(path.name)}  # {holds}",
        f"if not {name}.{'is_dir' if folder else 'is_file'}():",
        f"    {name} = {path_literal(path)}",
    ]
