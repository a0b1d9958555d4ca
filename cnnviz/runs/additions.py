"""What is added to a run after it was trained: marks, tags, notes, and what was computed from it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from os.path import lexists
from pathlib import Path
from typing import Any

from filelock import FileLock

from cnnviz.errors import RunError
from cnnviz.files import read_json, storage_errors, write_atomically
from cnnviz.home import resolve_home
from cnnviz.runs.locks import take

__all__ = ["Additions"]

_PATIENCE_S = 5.0


@dataclass(frozen=True)
class Additions:
    """What is added to one run: files in a folder of their own, or in the run's. `Run.additions` makes them.

    Attributes:
        run: the run's folder.
        bundled: whether that is read-only, so that they lie in the home.
        home: the home.
    """

    run: Path
    bundled: bool
    home: Path

    @classmethod
    def of(cls, run: Path, *, bundled: bool, home: str | Path | None) -> "Additions":
        """Return those of a run.

        Args:
            run: its folder.
            bundled: whether that is read-only.
            home: the home folder; None for the usual one.

        Raises:
            StorageError: the home has a name that no system takes.
        """
        return cls(run, bundled, resolve_home(home) if bundled else run.parent.parent)

    @property
    def folder(self) -> Path:
        """The run's own folder, or `<home>/additions/<run_id>` of a read-only one, which need not exist yet.

        What is in the run's own goes with it when it is deleted.
        """
        return self.home / "additions" / self.run.name if self.bundled else self.run

    def write(self, name: str, content: bytes) -> None:
        """Add a file, or replace it, in one step; a run that was deleted meanwhile does not come back.

        Args:
            name: the file's path within the folder.
            content: the whole new content.

        Raises:
            StorageError: the disk is full, read-only or refuses, or the run is gone.
        """
        folder = self.folder
        if self.bundled:
            with storage_errors(folder):
                folder.mkdir(parents=True, exist_ok=True)
        write_atomically(folder / name, content, within=folder)

    def read(self, name: str) -> dict[str, Any]:
        """Read a JSON object.

        Returns:
            The object; an empty one where there is none yet.

        Raises:
            RunError: the file is damaged; it is left as it is.
        """
        path = self.folder / name
        values = read_json(path)
        if values is None and lexists(path):
            raise RunError(f"the file {path} is damaged; mend it, or move it away to begin anew")
        return values or {}

    def change(self, name: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        """Change a JSON object; of two who do so at once, neither loses the other's change.

        Args:
            name: the file's path within the folder.
            change: told the present object, gives the new one.

        Raises:
            RunError: the file is damaged, or somebody else has been changing it for seconds.
            StorageError: as for `write`.
        """
        lock = FileLock(self.folder.parent / ".locks" / "additions.lock")  # inside it would bring the folder back
        if not take(lock, _PATIENCE_S):
            raise RunError(f"the file {name} of the run {self.run.name} is being changed by another process; try again")
        try:
            self.write(name, (json.dumps(change(self.read(name)), indent=1, allow_nan=False) + "\n").encode())
        finally:
            lock.release()
