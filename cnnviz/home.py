"""Where cnnviz keeps data sets and runs: the home folder."""

import os
from pathlib import Path

__all__ = ["HOME_VARIABLE", "datasets_folder", "resolve_home", "runs_folder"]

HOME_VARIABLE = "CNNVIZ_HOME"


def resolve_home(home: str | Path | None = None) -> Path:
    """Say which folder is the home.

    Args:
        home: a folder, or None for `$CNNVIZ_HOME`, or `~/.cnnviz` where that is not set.

    Returns:
        An absolute path; the folder need not exist yet.
    """
    chosen = home or os.environ.get(HOME_VARIABLE) or Path.home() / ".cnnviz"
    return Path(chosen).expanduser().absolute()


def datasets_folder(home: str | Path | None = None) -> Path:
    """Return the folder of cached and imported data sets."""
    return resolve_home(home) / "datasets"


def runs_folder(home: str | Path | None = None) -> Path:
    """Return the folder of the runs trained here."""
    return resolve_home(home) / "runs"
