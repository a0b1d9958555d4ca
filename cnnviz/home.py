"""Where cnnviz keeps data sets and runs: the home folder."""

import os
from pathlib import Path

from cnnviz.errors import StorageError

__all__ = ["HOME_VARIABLE", "datasets_folder", "resolve_home", "runs_folder"]

HOME_VARIABLE = "CNNVIZ_HOME"


def resolve_home(home: str | Path | None = None) -> Path:
    """Say which folder is the home.

    Args:
        home: a folder, or None for `$CNNVIZ_HOME`, or `~/.cnnviz` where that is not set.

    Returns:
        An absolute path; the folder need not exist yet.

    Raises:
        StorageError: a home such as "~name/x" of a user whom this machine does not know.
    """
    chosen = home or os.environ.get(HOME_VARIABLE) or "~/.cnnviz"
    try:
        return Path(chosen).expanduser().absolute()
    except RuntimeError as error:  # a ~name that this machine does not know
        raise StorageError(
            f"the home {str(chosen)!r:.80} cannot be found ({error}); give a folder's full path"
        ) from error


def datasets_folder(home: str | Path | None = None) -> Path:
    """Return the folder of cached and imported data sets."""
    return resolve_home(home) / "datasets"


def runs_folder(home: str | Path | None = None) -> Path:
    """Return the folder of the runs trained here."""
    return resolve_home(home) / "runs"
