"""What a figure is called when somebody saves it: the file's name, and the line below it that says what it is of."""

import re
from dataclasses import dataclass
from typing import Any, Self

from cnnviz.runs import Weights

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

    @classmethod
    def of(cls, weights: Weights, what: str, image: str = "", explained: str = "") -> Self:
        """Name a figure of a network.

        Args:
            weights: the network's.
            what: the figure, in a few words, such as "conv2d_1 kernels".
            image: which image it looks at, in words; empty for none.
            explained: the class that it explains; empty for none.
        """
        run, when = weights.run, weights.moment
        if explained:
            what = f"{what.replace('++', ' plus plus')} for {explained}"
        name = [run.name, when if weights.snapshot is not None else "", what, image]
        source = [f"{run.name} on {run.spec.data.name}", when, image, f"run {run.id}"]
        source.append(f"explained: {explained}" if explained else "")
        return cls(" ".join(filter(None, name)), " · ".join(filter(None, source)))


def saving_data(saving: Saving | None) -> dict[str, Any] | None:
    """Return what `saveButtons` in kit/save.js is told; None for a figure that is not saved.

    Args:
        saving: what the figure is of.
    """
    if saving is None:
        return None
    file = _NOT_IN_A_FILE.sub("-", saving.name.lower()).strip("-")[:_LONGEST].strip("-")
    return {"file": file or "figure", "source": saving.source}
