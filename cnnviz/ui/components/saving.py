"""What a figure is called when somebody saves it: the file's name, and the line below it that says what it is of."""

import re
from dataclasses import dataclass
from typing import Any

__all__ = ["Saving", "saving_data"]

_NOT_IN_A_FILE = re.compile(r"[^a-z0-9_]+")
_LONGEST = 100


@dataclass(frozen=True)
class Saving:
    """What a saved figure is of.

    Attributes:
        name: a few words, of which the file's name is made.
        source: one line for people: which run, which snapshot, which image.
    """

    name: str
    source: str = ""


def saving_data(saving: Saving | None) -> dict[str, Any] | None:
    """Return what `saveButtons` in kit/save.js is told; None for a figure that is not saved.

    Args:
        saving: what the figure is of.
    """
    if saving is None:
        return None
    file = _NOT_IN_A_FILE.sub("-", saving.name.lower()).strip("-")[:_LONGEST].strip("-")
    return {"file": file or "figure", "source": saving.source}
