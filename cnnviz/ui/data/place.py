"""What the URL of the Data page says."""

from dataclasses import dataclass
from typing import cast, get_args

from cnnviz.data.findings import Place as Picked
from cnnviz.data.findings import SplitName
from cnnviz.errors import SpecError
from cnnviz.ui.loaders import SAMPLE
from cnnviz.ui.place import Codec, Known, Place, choice, param, text

__all__ = ["PARTS", "DataPlace"]

PARTS = {"look": ":material/photo_library: Look", "bring": ":material/upload: Bring your own"}


def _picked(said: str, known: Known) -> Picked:
    split, _, number = said.rpartition("-")
    if split not in get_args(SplitName) or not number.isdecimal() or len(number) > 8:
        raise SpecError(f"the link asks for the image {said[:40]!r}; give a split and a number, such as train-3")
    return Picked(cast("SplitName", split), int(number))


_PICKED: Codec[Picked] = Codec(_picked, lambda place, _: f"{place.split}-{place.position}")


@dataclass(frozen=True)
class DataPlace(Place):
    """Which images of which data set are shown, or what was brought.

    Attributes:
        data: the data set's name.
        split: "train", "validation" or "test".
        label: the name of a class; None for all.
        picked: an image that is shown large; None for none.
        part: what to do, a key of the parts.
        brought: the token of what is being brought in.
    """

    data: str = param(text, SAMPLE)
    split: str = param(choice("split", ("train", "validation", "test")), "train", kept=True, lenient=True)
    label: str | None = param(text, name="class", per="data", kept=True)
    picked: Picked | None = param(_PICKED, per="data", lenient=True)
    part: str = param(choice("part", tuple(PARTS)), "look", lenient=True)
    brought: str | None = param(text, kept=True)
