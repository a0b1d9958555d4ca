"""The names of a run's classes, kept with it: its data set may be renamed, changed or gone when somebody looks."""

from collections.abc import Sequence
from pathlib import Path

from cnnviz.files import read_json, write_json

__all__ = ["CLASSES", "read_class_names", "write_class_names"]

CLASSES = "classes.json"

_LONGEST = 200  # characters


def read_class_names(folder: Path) -> tuple[str, ...]:
    """Return the names of the classes by label; none where the run kept none, or the file makes no sense.

    Args:
        folder: the run's folder.
    """
    names = (read_json(folder / CLASSES) or {}).get("class_names")
    if not isinstance(names, list) or not all(isinstance(name, str) and 0 < len(name) <= _LONGEST for name in names):
        return ()
    return tuple(names) if len(set(names)) == len(names) else ()


def write_class_names(folder: Path, names: Sequence[str]) -> None:
    """Keep the names of the classes with a run.

    Args:
        folder: the run's folder.
        names: by label.

    Raises:
        StorageError: the disk is full or refuses, or the run was deleted.
    """
    write_json(folder / CLASSES, {"class_names": list(names)}, within=folder)
