"""What can happen to a file of a run's folder; used by `damages.py` and by the tests."""

import json
import os
import pickle
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Damage = Callable[[Path, random.Random], None]


def _cut(path: Path, chance: random.Random) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: chance.randrange(len(content) + 1)])


def _flip(path: Path, chance: random.Random) -> None:
    content = bytearray(path.read_bytes() or b"\0")
    for _ in range(chance.choice((1, 1, 4, 40))):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)


def _overwrite(path: Path, chance: random.Random) -> None:
    content = bytearray(path.read_bytes())
    at = chance.randrange(len(content) + 1)
    content[at : at + 64] = chance.randbytes(64)
    path.write_bytes(content)


def _repeat(path: Path, chance: random.Random) -> None:
    path.write_bytes(path.read_bytes() * chance.randrange(2, 4))


def _empty(path: Path, _: random.Random) -> None:
    path.write_bytes(b"")


def _delete(path: Path, _: random.Random) -> None:
    path.unlink()


def _folder(path: Path, _: random.Random) -> None:
    path.unlink()
    path.mkdir()


def _pipe(path: Path, _: random.Random) -> None:
    path.unlink()
    os.mkfifo(path)


def _link(path: Path, chance: random.Random) -> None:
    target = chance.choice((path, Path("/dev/zero"), Path("/etc/hostname"), path.parent, path.parent / "nothing"))
    path.unlink()
    path.symlink_to(target)


def _other_file(path: Path, chance: random.Random) -> None:
    others = sorted(other for other in path.parent.rglob("*") if other.is_file() and other != path)
    path.write_bytes(chance.choice(others).read_bytes() if others else b"")


def _parent(path: Path, chance: random.Random) -> None:
    """The file's folder is a file, or gone; of the run's own only the file itself."""
    folder = path.parent
    if (folder / "spec.json").exists():
        path.unlink()
        return
    shutil.rmtree(folder)
    if chance.random() < 0.5:
        folder.write_bytes(b"a file")


def _pickle(path: Path, _: random.Random) -> None:
    path.write_bytes(pickle.dumps(_Planted(path.parent / PLANTED)))


def _value(path: Path, chance: random.Random) -> None:
    """Another value in JSON, or in a line of a log; another array in an archive; else a flipped bit."""
    if path.suffix == ".json":
        path.write_text(json.dumps(_other(json.loads(path.read_text()), chance)))
    elif path.suffix == ".jsonl":
        lines = path.read_text().splitlines()
        at = chance.randrange(len(lines))
        lines[at] = json.dumps(_other(json.loads(lines[at]), chance))
        path.write_text("\n".join(lines) + "\n")
    elif path.suffix == ".npz":
        with np.load(path) as archive:
            arrays = dict(archive)
        name = chance.choice(sorted(arrays))
        arrays[name] = _other_array(arrays[name], path.parent / PLANTED, chance)
        np.savez(path, **(arrays if chance.random() < 0.9 else {name: arrays[name]}))
    else:
        _flip(path, chance)


PLANTED = "carried-out"  # a file that a planted pickle would make

DAMAGE: dict[str, Damage] = {
    "cut off": _cut,
    "bits flipped": _flip,
    "overwritten": _overwrite,
    "repeated": _repeat,
    "emptied": _empty,
    "deleted": _delete,
    "a folder in its place": _folder,
    "a pipe in its place": _pipe,
    "a link in its place": _link,
    "another file in its place": _other_file,
    "its folder gone": _parent,
    "a pickle in its place": _pickle,
    "another value": _value,
}
WEIGHTS = {"another value": 8, "bits flipped": 3, "cut off": 2}

_VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1,
    2**31,
    2**63,
    10**400,
    -(10**400),
    1e308,
    -0.0,
    0.5,
    float("nan"),
    float("inf"),
    "",
    "x",
    "\0",
    "\ud800",
    "<script>",
    "x" * 100_000,
    "../../etc/passwd",
    [],
    {},
    [[]],
    [None],
    {"": 0},
    [0] * 1000,
)


def _other(value: Any, chance: random.Random) -> Any:
    """The same JSON with one value somewhere in it changed, left out, or added."""
    if isinstance(value, dict) and value and chance.random() < 0.85:
        key = chance.choice(sorted(value))
        rest = {name: kept for name, kept in value.items() if name != key}
        return rest if chance.random() < 0.1 else {**rest, key: _other(value[key], chance)}
    if isinstance(value, list) and value and chance.random() < 0.7:
        at = chance.randrange(len(value))
        return [*value[:at], _other(value[at], chance), *value[at + 1 :]]
    if chance.random() < 0.05:
        return json.loads("[" * 400 + "]" * 400)
    return chance.choice(_VALUES)


def _other_array(array: Any, mark: Path, chance: random.Random) -> Any:
    """An array of another kind, shape or range."""
    return chance.choice(
        (
            lambda: array[:0] if array.ndim else array,
            lambda: array[::-1] if array.ndim else array[None],
            lambda: array[None],
            lambda: array.ravel()[:1],
            lambda: array.astype(str),
            lambda: array.astype(np.complex128) if array.dtype.kind in "biuf" else array,
            lambda: np.full(array.shape, np.nan),
            lambda: np.full(array.shape, np.inf, np.float32),
            lambda: np.full(array.shape, -1),
            lambda: np.full(array.shape, 2**62),
            lambda: np.zeros(array.shape, bool),
            lambda: np.zeros(array.shape, "M8[s]"),
            lambda: np.array(7),
            lambda: np.array([_Planted(mark)], object),
            lambda: np.zeros(array.shape, [("a", "i4"), ("b", "f4")]),
        )
    )()


class _Planted:
    """A pickle that leaves a file behind when it is opened."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.mark,)
