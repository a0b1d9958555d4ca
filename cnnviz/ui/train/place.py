"""What the URL of the Train page says beside the run: what a new one is to begin with."""

from dataclasses import dataclass

from cnnviz.ui.place import Place, param, text

__all__ = ["TrainPlace"]


@dataclass(frozen=True)
class TrainPlace(Place):
    """What a link to a new run names.

    Attributes:
        data: the data set.
        preset: the network and how it learns.
    """

    data: str | None = param(text)
    preset: str | None = param(text)
