"""What every command has in common."""

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["AsJson", "Home", "RunName", "home_flag"]


def _folder(text: str) -> Path:
    """Read a --home; an empty one, as from a variable that is not set, must not mean the present folder."""
    if not text:
        raise typer.BadParameter("it is empty; give a folder, or leave --home out")
    return Path(text)


Home = Annotated[
    Path | None, typer.Option("--home", metavar="DIR", help="Where runs and data sets are kept.", parser=_folder)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output.")]
RunName = Annotated[str, typer.Argument(metavar="RUN", help="A run's id, a unique beginning of it, or: latest.")]


def home_flag(home: Path | None) -> str:
    """Return the flag that a suggested command needs for the same home, with a space before it."""
    import shlex

    return f" --home {shlex.quote(str(home))}" if home is not None else ""
