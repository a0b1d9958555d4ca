"""What people bring to the Data page: each in a folder of its own below `<home>/brought`, bounded, and tidied up.

It outlives the tab and the server, so that a page that is reloaded finds it by its token. What nobody looked at for a
day goes; where there is no room, what nobody looked at for an hour.
"""

import os
import re
import secrets
import shutil
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cnnviz.data.sources.understood import Reading
from cnnviz.errors import DataError
from cnnviz.files import read_json, storage_errors, write_json
from cnnviz.home import resolve_home

__all__ = ["Brought", "bring", "brought_folder", "find_brought", "let_go", "point_at", "read_reading", "write_reading"]

MOST_BYTES = 8 * 10**9  # of all that is kept
MOST_FILES = 50_000  # at once

_TOKEN = re.compile(r"[0-9a-f]{16}")
_DAY_S, _HOUR_S = 86_400.0, 3_600.0
_SPARE = 64_000_000  # bytes that are left on the disk
_LONGEST_PART, _DEEPEST = 200, 24
_RECORD, _READING, _FILES = "brought.json", "reading.json", "files"


@dataclass(frozen=True)
class Brought:
    """What somebody brought, or pointed at.

    Attributes:
        token: what tells it from every other.
        path: what is to be understood: the only file, or the folder of all.
        name: what its owner calls it.
        n_files: how many files came.
        n_bytes: of all together.
        kept: the folder in which its files lie; None where it was pointed at.
    """

    token: str
    path: Path
    name: str
    n_files: int = 0
    n_bytes: int = 0
    kept: Path | None = None

    @property
    def stem(self) -> str:
        """What a data set of it may be called; empty where several files came that are in no folder."""
        return Path(self.name).stem if self.kept is None or (self.kept / self.name).exists() else ""

    def in_words(self, sentence: str) -> str:
        """Return a sentence with names as their owner has them, without the folder in which they lie for a while."""
        if self.kept is None:
            return sentence
        return sentence.replace(f"{self.kept}{os.sep}", "").replace(str(self.kept), self.name)


def brought_folder(home: str | Path | None = None) -> Path:
    """Return the folder of all that was brought."""
    return resolve_home(home) / "brought"


def bring(
    files: Iterable[tuple[str, bytes | memoryview]], home: str | Path | None = None, token: str | None = None
) -> Brought:
    """Keep files for a while.

    Args:
        files: their names, with the folders that they came in, and what they hold.
        home: the home folder; see `cnnviz.home.resolve_home`.
        token: of what they are added to, or what tells something new from all else, 16 digits; None for any.

    Raises:
        DataError: a name cannot be one, two files have the same name, or there is no room.
        StorageError: the home cannot be written.
    """
    files = list(files)
    _check(files)
    _tidy(home, sum(len(content) for _, content in files))
    folder = brought_folder(home) / (token if token and _TOKEN.fullmatch(token) else secrets.token_hex(8))
    try:
        for name, content in files:
            path = folder.joinpath(_FILES, *_parts(name))
            with storage_errors(path):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        _note(folder)
    except BaseException:
        if not (folder / _RECORD).exists():
            shutil.rmtree(folder, ignore_errors=True)
        raise
    return _found(folder)


def point_at(path: str | Path, home: str | Path | None = None) -> Brought:
    """Remember a path of this machine, so that a page that is reloaded finds it.

    Raises:
        DataError: nothing is there.
        StorageError: the home cannot be written.
    """
    try:
        there = Path(path).expanduser().absolute()
        exists = there.exists()
    except (OSError, RuntimeError, ValueError):
        exists = False
    if not str(path).strip() or not exists:
        raise DataError(f"there is nothing at {str(path)!r:.200}; give the full path of a file or folder")
    _tidy(home, 0)
    folder = brought_folder(home) / secrets.token_hex(8)
    write_json(folder / _RECORD, {"path": str(there)}, durable=False)
    return _found(folder)


def find_brought(token: str, home: str | Path | None = None) -> Brought | None:
    """Return what was brought, which keeps it for longer; None where it is here no more.

    Args:
        token: as a link has it; anything.
        home: the home folder; see `cnnviz.home.resolve_home`.
    """
    folder = brought_folder(home) / token
    if not _TOKEN.fullmatch(token) or not (folder / _RECORD).is_file():
        return None
    with storage_errors(folder):
        os.utime(folder / _RECORD)
    return _found(folder)


def read_reading(brought: Brought, home: str | Path | None = None) -> Reading:
    """Return how a person said that it is to be read; the usual where nobody did, or what was kept is damaged.

    Args:
        brought: of `bring`, `point_at` or `find_brought`.
        home: the home folder; see `cnnviz.home.resolve_home`.
    """
    said = read_json(brought_folder(home) / brought.token / _READING) or {}
    try:
        return Reading(**{key: _of_reading(key, value) for key, value in said.items()})
    except (TypeError, ValueError):
        return Reading()


def write_reading(brought: Brought, reading: Reading, home: str | Path | None = None) -> None:
    """Keep it for as long as what was brought, so that a page that is reloaded reads it so again.

    Raises:
        StorageError: the home cannot be written.
    """
    usual = asdict(Reading())
    said = {key: value for key, value in asdict(reading).items() if value != usual[key]}
    write_json(brought_folder(home) / brought.token / _READING, said, durable=False)


def _of_reading(key: str, value: Any) -> Any:
    """Return a field of a `Reading` as JSON had it.

    Raises:
        TypeError, ValueError: it cannot be one.
    """
    if key in ("shape", "window"):
        number, count = (int, 3) if key == "shape" else (float, 2)
        if len(value) != count:
            raise ValueError(f"{key} has {len(value)} numbers")
        return tuple(map(number, value))
    if key == "names":
        return {str(old): str(new) for old, new in dict(value).items()}
    if not isinstance(value, bool if key in ("channels_first", "header", "invert") else str):
        raise TypeError(f"{key} is {value!r}")
    return value


def let_go(token: str, home: str | Path | None = None) -> None:
    """Delete what was brought; what was pointed at stays where it is."""
    if _TOKEN.fullmatch(token):
        shutil.rmtree(brought_folder(home) / token, ignore_errors=True)


def _note(folder: Path) -> None:
    """Write down what is there, so that whoever looks at it next need not look at thousands of files."""
    kept = folder / _FILES
    files = list(_plain_files(kept))
    first = {file.relative_to(kept).parts[0] for file in files}
    said = {
        "file": files[0].relative_to(kept).as_posix() if len(files) == 1 else "",
        "name": next(iter(first))
        if len(first) == 1
        else f"{len(files):,} files",  # one folder round all gives its name
        "n_files": len(files),
        "n_bytes": sum(file.stat().st_size for file in files),
    }
    write_json(folder / _RECORD, said, durable=False)


def _found(folder: Path) -> Brought:
    said: dict[str, Any] = read_json(folder / _RECORD) or {}
    if said.get("path"):
        path = Path(str(said["path"]))
        return Brought(folder.name, path, path.name or str(path))
    kept, file = folder / _FILES, str(said.get("file", ""))
    counts = (int(said.get("n_files", 0)), int(said.get("n_bytes", 0)))
    return Brought(folder.name, kept / file if file else kept, str(said.get("name", "")), *counts, kept)


def _plain_files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())


def _check(files: list[tuple[str, bytes | memoryview]]) -> None:
    """Refuse names that lead elsewhere, or stand for two files."""
    if len(files) > MOST_FILES:
        raise DataError(
            f"{len(files):,} files came at once, expected at most {MOST_FILES:,}; pack them into a zip archive"
        )
    seen: set[tuple[str, ...]] = set()
    for name, _ in files:
        parts = _parts(name)
        if parts in seen:
            raise DataError(
                f"two files are called {'/'.join(parts)!r:.200}, so their folders did not come with them; choose the "
                "whole folder, or pack it into a zip archive"
            )
        seen.add(parts)


def _parts(name: str) -> tuple[str, ...]:
    """Return the folders and the name of a file, which stay below the folder that they are put into."""
    parts = tuple(part for part in name.replace("\\", "/").split("/") if part not in ("", "."))
    usable = all(part != ".." and part.isprintable() and len(os.fsencode(part)) <= _LONGEST_PART for part in parts)
    if not parts or not usable or len(parts) > _DEEPEST:
        raise DataError(f"a file is called {name!r:.200}, which is no name that can be kept; rename it")
    return parts


def _tidy(home: str | Path | None, coming: int) -> None:
    """Make room for what comes.

    Raises:
        DataError: what others brought a moment ago leaves none, or the disk is full.
    """
    folder = brought_folder(home)
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        kept = sorted(((_used(one), one) for one in folder.iterdir() if _TOKEN.fullmatch(one.name)), reverse=True)
    total, now = coming, time.time()
    for used, one in kept:  # the newest first
        total += sum(file.stat().st_size for file in _plain_files(one))
        if now - used > (_HOUR_S if total > MOST_BYTES else _DAY_S):
            shutil.rmtree(one, ignore_errors=True)
    there = sum(file.stat().st_size for file in _plain_files(folder))
    if coming + there > MOST_BYTES:
        raise DataError(
            f"{coming / 1e9:.1f} GB came and {there / 1e9:.1f} GB are being looked at, expected at most "
            f"{MOST_BYTES / 1e9:.0f} GB together; import or remove what is there, or try again in an hour"
        )
    free = shutil.disk_usage(folder).free
    if coming + _SPARE > free:
        raise DataError(f"{coming / 1e9:.1f} GB came and the disk has {free / 1e9:.1f} GB free; free some space")


def _used(folder: Path) -> float:
    """Say when it was looked at last; long ago where it is not whole."""
    try:
        return (folder / _RECORD).stat().st_mtime
    except OSError:
        return max(0.0, folder.stat().st_mtime - _DAY_S + _HOUR_S)
