"""What the URL of the Data page says."""

from dataclasses import dataclass

from cnnviz.ui.loaders import SAMPLE
from cnnviz.ui.place import Place, choice, param, text

__all__ = ["PARTS", "DataPlace"]

PARTS = {"look": ":material/photo_library: Look", "bring": ":material/upload: Bring your own"}


@dataclass(frozen=True)
class DataPlace(Place):
    """Which images of which data set are shown, or what was brought.

    Attributes:
        data: the data set's name.
        split: "train", "validation" or "test".
        label: the name of a class; None for all.
        part: what to do, a key of the parts.
        brought: the token of what is being brought in.
    """

    data: str = param(text, SAMPLE)
    split: str = param(choice("split", ("train", "validation", "test")), "train", kept=True, lenient=True)
    label: str | None = param(text, name="class", per="data", kept=True)
    part: str = param(choice("part", tuple(PARTS)), "look", lenient=True)
    brought: str | None = param(text, kept=True)
