"""What a data set of one's own was made of, kept beside it in `<home>/datasets/NAME.about.json`."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cnnviz.files import read_json, write_json
from cnnviz.home import datasets_folder

__all__ = ["AboutDataset", "about_dataset", "about_path", "write_about"]

_MOST_SKIPPED = 1_000  # sentences that are kept; the others are counted


@dataclass(frozen=True)
class AboutDataset:
    """Where a data set of one's own came from and how it was made; shown, and not used for anything.

    Attributes:
        path: the file or folder it was made of.
        form: what that was understood as.
        made: when, an ISO date and time with its zone.
        size: height and width that the pictures were brought to.
        fit: how: "crop", "fit" or "stretch".
        seed: of what was drawn.
        left_out: how many pictures were left out on purpose.
        notes: what was converted or supposed, whole sentences.
        doubts: what is probably not meant, whole sentences.
        skipped: what was passed over, a sentence each, the first thousand.
        n_skipped: how many there were.
    """

    path: str = ""
    form: str = ""
    made: str = ""
    size: tuple[int, int] = (0, 0)
    fit: str = ""
    seed: int = 0
    left_out: int = 0
    notes: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    n_skipped: int = 0


def about_path(name: str, home: str | Path | None = None) -> Path:
    """Return where it is said."""
    return datasets_folder(home) / f"{name}.about.json"


def about_dataset(name: str, home: str | Path | None = None) -> AboutDataset | None:
    """Return what a data set was made of; None where nobody wrote it down, or it cannot be read.

    Args:
        name: of the data set.
        home: the home folder; see `cnnviz.home.resolve_home`.
    """
    said = read_json(about_path(name, home))
    if said is None or said.get("format") != 1:
        return None
    plain = AboutDataset()
    return AboutDataset(**{key: _like(said.get(key), usual) for key, usual in asdict(plain).items()})


def write_about(about: AboutDataset, name: str, home: str | Path | None = None) -> None:
    """Write it down.

    Raises:
        StorageError: the home cannot be written.
    """
    said = {**asdict(about), "skipped": about.skipped[:_MOST_SKIPPED]}
    write_json(about_path(name, home), {"format": 1, **said})


def _like(value: Any, usual: Any) -> Any:
    """Return a value where it is of the kind of the usual one, which it is else: anybody may have written the file."""
    if isinstance(usual, tuple):
        kind = int if usual else str
        return tuple(value) if isinstance(value, list) and all(type(one) is kind for one in value) else usual
    return value if type(value) is type(usual) else usual
