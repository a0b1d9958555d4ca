"""Removing a data set of one's own; runs that learned from it keep what they hold."""

import os
import secrets
import shutil
from os.path import lexists
from pathlib import Path

from cnnviz.data.about import about_path
from cnnviz.data.catalogue import checked_name, list_datasets
from cnnviz.data.findings.kept import findings_path
from cnnviz.data.known import KNOWN
from cnnviz.data.large import is_large
from cnnviz.errors import CnnvizError, DataError
from cnnviz.files import storage_errors
from cnnviz.home import datasets_folder
from cnnviz.runs import Run, RunStore

__all__ = ["delete_dataset", "runs_with"]


def runs_with(name: str, home: str | Path | None = None) -> tuple[Run, ...]:
    """Return the runs whose data set this is, the newest first; one whose settings cannot be read is passed over.

    Args:
        name: of the data set.
        home: the home folder; see `cnnviz.home.resolve_home`.
    """
    found = []
    for run in RunStore(home).runs():
        try:
            if run.spec.data.name == name:
                found.append(run)
        except CnnvizError:
            continue
    return tuple(found)


def delete_dataset(name: str, home: str | Path | None = None) -> None:
    """Delete a data set's file or folder and what is said about it. Ask first, and say which runs used it: `runs_with`.

    Their reports, mistakes, snapshots and class names stay, since they lie in the runs' folders; test images can be
    shown, and the training continued, only once a data set of that name with the same images is there again. A training
    that is under way goes on: it has what it needs open, or in memory.

    Args:
        name: of the data set. A published one that was got is deleted here and can be got again.
        home: the home folder; see `cnnviz.home.resolve_home`.

    Raises:
        DataError: there is none in the home: it came with cnnviz, or does not exist.
        StorageError: it cannot be deleted.
    """
    folder = datasets_folder(home)
    file, large = folder / f"{checked_name(name)}.npz", folder / name
    path = file if lexists(file) else large if name not in KNOWN and _may_go(large) else None
    if path is None:
        if name in KNOWN:
            raise DataError(f"the data set {name} is not in the home, so there is nothing to delete; choose another")
        names = ", ".join(info.name for info in list_datasets(home) if info.name not in KNOWN) or "none is there"
        raise DataError(f"there is no data set {name!r} to delete; choose one of your own ({names})")
    with storage_errors(path):
        if path == large and not path.is_symlink():
            gone = folder / f".{name}.{secrets.token_hex(4)}.deleted"  # nobody finds half of one
            os.rename(path, gone)
            shutil.rmtree(gone)
        else:
            path.unlink()
        for said in (about_path(name, home), findings_path(name, home)):
            said.unlink(missing_ok=True)


def _may_go(folder: Path) -> bool:
    """Say whether a folder is a data set, or a link in the place of one; links are not followed."""
    return folder.is_symlink() or is_large(folder)
