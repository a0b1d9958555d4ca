"""What people add to a run after it was trained: marks, tags, notes, and what was computed from it."""

import json
from collections.abc import Callable
from os.path import lexists
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from cnnviz.errors import RunError
from cnnviz.files import read_json, storage_errors, write_atomically
from cnnviz.home import resolve_home
from cnnviz.runs.locks import take

if TYPE_CHECKING:
    from cnnviz.runs.run import Run

__all__ = ["additions", "change_addition", "read_addition", "write_addition"]

_PATIENCE_S = 5.0


def additions(run: "Run", home: str | Path | None = None) -> Path:
    """Return the folder of what is added to a run: the run's own, or `<home>/additions/<run_id>` of a read-only one.

    What is in the run's own goes with it when it is deleted. The other need not exist yet.

    Args:
        run: the run.
        home: the home folder; None for the run's own.

    Raises:
        StorageError: the home has a name that no system takes.
    """
    if not run.bundled:
        return run.folder
    return (run.home if home is None else resolve_home(home)) / "additions" / run.id


def write_addition(run: "Run", name: str, content: bytes, home: str | Path | None = None) -> None:
    """Add a file to a run, or replace it, in one step.

    Args:
        run: the run; one that was deleted meanwhile does not come back.
        name: the file's path within `additions(run, home)`.
        content: the whole new content.
        home: as for `additions`.

    Raises:
        StorageError: the disk is full, read-only or refuses, or the run is gone.
    """
    write_atomically(_made(run, home) / name, content, within=additions(run, home))


def read_addition(run: "Run", name: str, home: str | Path | None = None) -> dict[str, Any]:
    """Read a JSON object that was added to a run.

    Returns:
        The object; an empty one where there is none yet.

    Raises:
        RunError: the file is damaged; it is left as it is.
    """
    path = additions(run, home) / name
    values = read_json(path)
    if values is None and lexists(path):
        raise RunError(f"the file {path} is damaged; mend it, or move it away to begin anew")
    return values or {}


def change_addition(
    run: "Run", name: str, change: Callable[[dict[str, Any]], dict[str, Any]], home: str | Path | None = None
) -> None:
    """Change a JSON object that is added to a run; of two who do so at once, neither loses the other's change.

    Args:
        run: as for `write_addition`.
        name: as for `write_addition`.
        change: told the present object, gives the new one.
        home: as for `additions`.

    Raises:
        RunError: the file is damaged, or somebody else has been changing it for seconds.
        StorageError: as for `write_addition`.
    """
    lock = FileLock(additions(run, home).parent / ".locks" / "additions.lock")  # inside it would bring the folder back
    if not take(lock, _PATIENCE_S):
        raise RunError(f"the file {name} of the run {run.id} is being changed by another process; try again")
    try:
        content = (json.dumps(change(read_addition(run, name, home)), indent=1, allow_nan=False) + "\n").encode()
        write_addition(run, name, content, home)
    finally:
        lock.release()


def _made(run: "Run", home: str | Path | None) -> Path:
    """Return the folder, made where it is not the run's own."""
    folder = additions(run, home)
    if run.bundled:
        with storage_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
    return folder
