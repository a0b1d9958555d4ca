"""A shelf of files that are kept for a while, in a folder of its own."""

import shutil
import tempfile
import threading
import weakref
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnnviz.files import storage_errors

__all__ = ["FileShelf", "KeptFile"]


@dataclass(frozen=True)
class KeptFile:
    """A file on the shelf.

    Attributes:
        path: where it is.
        bytes: how large.
        value: what was told of it.
    """

    path: Path
    bytes: int
    value: Any


class FileShelf:
    """A few files, the ones asked for last; gone with the process. Any thread may use it.

    Args:
        name: a word for its folder.
        most: files at most.
        most_bytes: of all together; the newest stays, however large.
    """

    def __init__(self, name: str, most: int, most_bytes: int) -> None:
        with storage_errors(Path(tempfile.gettempdir())):
            self._folder = Path(tempfile.mkdtemp(prefix=f"cnnviz-{name}-"))
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self._most, self._most_bytes = most, most_bytes
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, KeptFile] = OrderedDict()

    def place(self, name: str) -> Path:
        """Return where a new file of that name may be written: in a folder of its own."""
        with storage_errors(self._folder):
            return Path(tempfile.mkdtemp(dir=self._folder)) / name

    def keep(self, key: str, path: Path, value: Any) -> None:
        """Keep a file that was written to its `place`; those that nobody asked for longest go.

        Args:
            key: what it is found by.
            path: from `place`.
            value: what to tell whoever finds it.
        """
        with storage_errors(path):
            size = path.stat().st_size
        with self._lock:
            gone = [self._kept.pop(key)] if key in self._kept else []
            self._kept[key] = KeptFile(path, size, value)
            while len(self._kept) > self._most or (self._total() > self._most_bytes and len(self._kept) > 1):
                gone.append(self._kept.popitem(last=False)[1])
        for old in gone:
            self.discard(old.path)

    def find(self, key: str) -> KeptFile | None:
        """Return a file that is still here, which keeps it here for longer."""
        with self._lock:
            found = self._kept.get(key)
            if found is None or not found.path.is_file():  # somebody tidied the temporary files
                return None
            self._kept.move_to_end(key)
            return found

    def discard(self, path: Path) -> None:
        """Delete what is at a `place`, whether it was kept or not."""
        shutil.rmtree(path.parent, ignore_errors=True)

    def _total(self) -> int:
        return sum(one.bytes for one in self._kept.values())
