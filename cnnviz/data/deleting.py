"""Removing a data set of one's own; runs that learned from it keep what they hold."""

import os
import secrets
import shutil
from collections.abc import Sequence
from os.path import lexists
from pathlib import Path

from cnnviz.data.about import about_path
from cnnviz.data.catalogue import checked_name, list_datasets
from cnnviz.data.corrections import corrections_path
from cnnviz.data.findings.kept import findings_path
from cnnviz.data.known import KNOWN
from cnnviz.data.large import is_large
from cnnviz.data.originals import originals_path
from cnnviz.errors import CnnvizError, DataError
from cnnviz.files import storage_errors
from cnnviz.home import datasets_folder
from cnnviz.runs import Run, RunStore

__all__ = ["delete_dataset", "is_deletable", "runs_with", "used_by_in_words"]

_MOST_NAMED = 10  # runs; the rest are counted


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


def used_by_in_words(run_ids: Sequence[str]) -> str:
    """Say which runs used a data set, and what becomes of them.

    Args:
        run_ids: one at least, as they are to be named.
    """
    n_runs = len(run_ids)
    named = ", ".join(run_ids[:_MOST_NAMED]) + (f" and {n_runs - _MOST_NAMED:,} more" if n_runs > _MOST_NAMED else "")
    runs, keep = ("1 run", "keeps what it holds") if n_runs == 1 else (f"{n_runs:,} runs", "keep what they hold")
    return f"{runs} used it and {keep}: {named}"


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
    path, large = _path_of(name, home), folder / name
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
        for said in (
            about_path(name, home),
            findings_path(name, home),
            originals_path(name, home),
            corrections_path(name, home),
        ):
            said.unlink(missing_ok=True)


def is_deletable(name: str, home: str | Path | None = None) -> bool:
    """Say whether a data set is in the home, so that there is something to delete."""
    return _path_of(name, home) is not None


def _path_of(name: str, home: str | Path | None) -> Path | None:
    """Return the file or the folder of a data set in the home; None where there is none."""
    folder = datasets_folder(home)
    file, large = folder / f"{checked_name(name)}.npz", folder / name
    return file if lexists(file) else large if name not in KNOWN and _may_go(large) else None


def _may_go(folder: Path) -> bool:
    """Say whether a folder is a data set, or a link in the place of one; links are not followed."""
    return folder.is_symlink() or is_large(folder)
