"""What was found in a data set, kept beside it: looked for once, and again where the files are others."""

import json
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.catalogue import checked_name
from cnnviz.data.findings.examining import Examined, examine
from cnnviz.data.findings.records import Finding, Place, places_of
from cnnviz.data.originals import originals_of
from cnnviz.data.records import Dataset
from cnnviz.files import read_json, write_json
from cnnviz.home import datasets_folder

__all__ = [
    "AT_ONCE",
    "KNOWN_LEAKS",
    "findings_path",
    "keep_examined",
    "kept_examined",
    "known_leaks",
    "look_through",
]

KNOWN_LEAKS = Path(__file__).parent.parent.parent / "assets" / "leaks.json"  # see benchmarks/findings.py

AT_ONCE = 60_000  # images that are looked through without being asked to, since that takes no minutes

_VERSION = 2  # of what is looked for: raised where the same images would give other findings


def kept_examined(name: str, home: str | Path | None = None) -> Examined | None:
    """Return what was found in a data set, where it was looked for and its files are the same still.

    Args:
        name: of the data set.
        home: the home folder; see `cnnviz.home.resolve_home`.
    """
    kept = read_json(findings_path(name, home))
    if kept is None or kept.get("of") != _state(name, home):
        return None
    try:
        findings = tuple(
            Finding(**{**found, **{key: _places(found[key]) for key in ("images", "beside", "leave_out")}})
            for found in kept["findings"]
        )
        return Examined(findings, np.array(kept["leaked"], np.int64))
    except (KeyError, TypeError, ValueError):  # not what this version writes
        return None


def keep_examined(name: str, examined: Examined, home: str | Path | None = None) -> None:
    """Keep what was found in a data set.

    Args:
        name: of the data set.
        examined: what was found.
        home: the home folder; see `cnnviz.home.resolve_home`.

    Raises:
        StorageError: the home cannot be written.
    """
    file = findings_path(name, home)
    file.parent.mkdir(parents=True, exist_ok=True)
    findings = [vars(found) for found in examined.findings]
    write_json(file, {"of": _state(name, home), "findings": findings, "leaked": examined.leaked.tolist()})


def look_through(
    dataset: Dataset, home: str | Path | None = None, tell: Callable[[int, int], None] | None = None
) -> Examined:
    """Look for what is wrong with a data set of the home, and keep what is found.

    Args:
        dataset: whose.
        home: the home folder; see `cnnviz.home.resolve_home`.
        tell: called with the steps that are done and all of them; raises to stop.

    Raises:
        StorageError: the home cannot be written.
    """
    originals = originals_of(dataset.name, len(places_of(dataset)), home)
    examined = examine(dataset, tell, originals=originals)
    keep_examined(dataset.name, examined, home)
    return examined


def known_leaks(name: str, home: str | Path | None = None) -> NDArray[np.int64] | None:
    """Return which test images of a data set are among its training images, as far as that is known.

    Args:
        name: of the data set.
        home: the home folder; see `cnnviz.home.resolve_home`.

    Returns:
        (leaked,) int64, ascending; of a published set those that cnnviz knows, else those that were kept; None where
        nobody has looked yet.
    """
    published = _published().get(name)
    if published is not None:
        return np.array(published, np.int64)
    examined = kept_examined(name, home)
    return None if examined is None else examined.leaked


@cache
def _published() -> dict[str, list[int]]:
    return dict(json.loads(KNOWN_LEAKS.read_text()))


def findings_path(name: str, home: str | Path | None = None) -> Path:
    """Return where what was found in a data set is kept."""
    return datasets_folder(home) / f".{checked_name(name)}.findings.json"


def _state(name: str, home: str | Path | None) -> list[Any]:
    """Return what changes with a data set's images: sizes and times of its files; nothing for an embedded one."""
    folder = datasets_folder(home)
    files = [folder / f"{name}.npz", *sorted((folder / name).glob("*"))]
    states = [path.stat() for path in files if path.is_file()]
    return [_VERSION, *([state.st_size, state.st_mtime_ns] for state in states)]


def _places(pairs: Sequence[Sequence[Any]]) -> tuple[Place, ...]:
    return tuple(Place(split, int(position)) for split, position in pairs)
