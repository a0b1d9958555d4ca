"""Where cnnviz keeps data sets and runs: the home folder, and the folder of the runs that came with it."""

import os
from pathlib import Path

from cnnviz.errors import StorageError

__all__ = [
    "BUNDLED_VARIABLE",
    "HOME_VARIABLE",
    "bundled_folder",
    "datasets_folder",
    "networks_folder",
    "presets_folder",
    "resolve_home",
    "runs_folder",
    "studies_folder",
]

HOME_VARIABLE = "CNNVIZ_HOME"
BUNDLED_VARIABLE = "CNNVIZ_BUNDLED"

_LONGEST_NAME, _LONGEST_PATH = 255, 3800  # bytes; most systems take 4,095 for the longest file inside


def resolve_home(home: str | Path | None = None) -> Path:
    """Say which folder is the home.

    Args:
        home: a folder, or None for `$CNNVIZ_HOME`, or `~/.cnnviz` where that is not set or empty.

    Returns:
        An absolute path; the folder need not exist yet.

    Raises:
        StorageError: a home such as "~name/x" of a user whom this machine does not know, an empty one, or one whose
            name no system takes.
    """
    if home is not None and not str(home).strip():
        raise StorageError("the home is empty; give a folder, or leave it out for the usual one")
    chosen = home or os.environ.get(HOME_VARIABLE) or "~/.cnnviz"
    try:
        path = Path(chosen).expanduser().absolute()
    except RuntimeError as error:  # a ~name that this machine does not know
        raise StorageError(
            f"the home {str(chosen)!r:.80} cannot be found ({error}); give a folder's full path"
        ) from error
    longest = max(len(os.fsencode(part)) for part in path.parts)
    if longest > _LONGEST_NAME or len(os.fsencode(path)) > _LONGEST_PATH or "\0" in str(path):
        raise StorageError(f"the home {str(chosen)!r:.80} has a name that is too long or no name; give a shorter path")
    return path


def datasets_folder(home: str | Path | None = None) -> Path:
    """Return the folder of cached and imported data sets."""
    return resolve_home(home) / "datasets"


def networks_folder(home: str | Path | None = None) -> Path:
    """Return the folder of the weights of published networks."""
    return resolve_home(home) / "networks"


def presets_folder(home: str | Path | None = None) -> Path:
    """Return the folder of one's own presets."""
    return resolve_home(home) / "presets"


def runs_folder(home: str | Path | None = None) -> Path:
    """Return the folder of the runs trained here."""
    return resolve_home(home) / "runs"


def studies_folder(home: str | Path | None = None) -> Path:
    """Return the folder of the searches for settings."""
    return resolve_home(home) / "studies"


def bundled_folder(bundled: str | Path | None = None) -> Path:
    """Return the folder of the read-only runs that are listed after one's own.

    Args:
        bundled: a folder, or None for `$CNNVIZ_BUNDLED`, or the package's own where that is not set or empty.

    Returns:
        An absolute path; where no folder is, there are no such runs.
    """
    chosen = bundled or os.environ.get(BUNDLED_VARIABLE)
    return Path(chosen).absolute() if chosen else Path(__file__).parent / "assets" / "runs"
