"""What is wrong with a data set: a finding, with the images that show it."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from cnnviz.data.records import Dataset, Split

__all__ = ["Finding", "Kind", "Place", "SplitName", "numbers_of", "places_of", "splits_of"]

SplitName = Literal["train", "validation", "test"]
Kind = Literal[
    "leak",
    "duplicate",
    "turned",
    "contradiction",
    "blank",
    "dark",
    "bright",
    "blurred",
    "grey",
    "odd-sized",
    "tiny",
    "orientation",
    "few",
    "uneven",
    "shortcut",
    "size",
]


class Place(NamedTuple):
    """An image of a data set: its split, and its position there from 0."""

    split: SplitName
    position: int


@dataclass(frozen=True)
class Finding:
    """Something that is probably not meant.

    Attributes:
        kind: which of the things that are looked for.
        title: a few words.
        sentence: what was found, why it matters, and what to do; for people.
        images: that show it, the plainest first.
        beside: for each of them another that it is to be compared with; none where there is nothing to compare.
        leave_out: the images without which the finding is gone; none where leaving out does not mend it.
    """

    kind: Kind
    title: str
    sentence: str
    images: tuple[Place, ...] = ()
    beside: tuple[Place, ...] = ()
    leave_out: tuple[Place, ...] = ()


def splits_of(dataset: Dataset) -> dict[SplitName, Split]:
    """Return the splits of a data set that hold images, by name."""
    named: dict[SplitName, Split | None] = {
        "train": dataset.train,
        "validation": dataset.validation,
        "test": dataset.test,
    }
    return {name: split for name, split in named.items() if split is not None and len(split)}


def numbers_of(dataset: Dataset) -> dict[Place, int]:
    """Return where each image of a data set stands among all of them, in the order of `places_of`."""
    return {place: number for number, place in enumerate(places_of(dataset))}


def places_of(dataset: Dataset) -> tuple[Place, ...]:
    """Return every image of a data set: training, then validation, then test images."""
    return tuple(Place(name, at) for name, split in splits_of(dataset).items() for at in range(len(split)))
