"""A stranger's network, taken apart: numbers and words alone."""

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from cnnviz.explain.scores import Head

__all__ = ["Foreign"]


@dataclass(frozen=True, eq=False)
class Foreign:
    """A stranger's model, taken apart: what is needed to build it anew.

    Attributes:
        config: the architecture, on allowed layers only.
        weights: in Keras' order; finite. Read from a file as they are needed, not held in memory.
        takes: the shape of one of its images: (height, width, channels), or without channels.
        units: how many numbers it answers with.
        head: what these are, as `cnnviz.explain.answers.Answers.head`.
        independent: whether each number is a probability of its own.
        constant: whether it answers the same whatever it is shown.
        lowest: the smallest number that it answered with, of those that it was asked for.
        highest: the largest.
        keras_version: which Keras wrote it; empty where it does not say.
        class_names: as the file says them; empty where it does not, or where their number is another.
        turned: whether its channels were first.
    """

    config: dict[str, Any]
    weights: tuple[NDArray[Any], ...]
    takes: tuple[int, ...]
    units: int
    head: Head
    independent: bool
    constant: bool
    lowest: float
    highest: float
    keras_version: str = ""
    class_names: tuple[str, ...] = ()
    turned: bool = False

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """(height, width, channels) of the images that it is given here, channels 1 or 3."""
        height, width, channels = (*self.takes, 1)[:3]
        return height, width, 3 if channels == 4 else channels

    @property
    def classes(self) -> int:
        """How many classes it tells apart."""
        return max(self.units, 2)
