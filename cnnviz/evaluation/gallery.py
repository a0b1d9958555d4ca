"""The images of a gallery: what stands on each tile, under which heads, and what is said of all of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cnnviz.evaluation.judged import Judged
from cnnviz.evaluation.learning import LearningOrder
from cnnviz.evaluation.mistakes import Query, Sort, pairs, select
from cnnviz.evaluation.suspects import Suspects
from cnnviz.words import images_in_words

__all__ = [
    "FORGOTTEN",
    "Format",
    "GalleryImages",
    "Head",
    "by_class",
    "gallery_caption",
    "gallery_images",
    "lead",
    "nothing",
]

Format = Literal["percent", "number", "moment"]
FORGOTTEN = -2  # in place of a moment; -1 is never

_ORDERS: dict[tuple[Sort, bool], str] = {
    ("confidence", True): "the most confident first",
    ("confidence", False): "the least confident first",
    ("loss", True): "the highest loss first",
    ("loss", False): "the lowest loss first",
    ("margin", True): "the highest margin first",
    ("margin", False): "the lowest margin first",
    ("learned", True): "the latest learned first",
    ("learned", False): "the earliest learned first",
    ("index", True): "by number, the last first",
    ("index", False): "by number",
}


@dataclass(frozen=True)
class Head:
    """What stands above images that stand together.

    Attributes:
        label: in words.
        note: a quieter word behind it.
        count: how many images, of those that follow the head before.
    """

    label: str
    note: str
    count: int


@dataclass(frozen=True, eq=False)
class GalleryImages:
    """The images of a gallery, in order.

    Attributes:
        indices: (k,) int64, numbers of test images.
        values: (k,) float64, what stands on each tile: confidence, loss, margin, doubt, or when it was learned.
        format: how these numbers are written; moments are positions among the snapshots, FORGOTTEN, or -1 for never.
        heads: of pairs, in order; none where the images are not grouped.
    """

    indices: NDArray[np.int64]
    values: NDArray[np.float64]
    format: Format = "percent"
    heads: tuple[Head, ...] = ()


def gallery_images(
    judged: Judged, query: Query, order: LearningOrder | None = None, suspects: Suspects | None = None
) -> GalleryImages:
    """Choose and order test images.

    Args:
        judged: predictions and true classes.
        query: which images, in which order.
        order: when each was learned; needed only to sort by it.
        suspects: where only these are to be shown, in their own order.

    Raises:
        CnnvizError: the query asks for what this run did not keep.
    """
    found = select(judged, query, order)
    if suspects is not None:
        kept = np.isin(suspects.indices, found)
        return GalleryImages(suspects.indices[kept], suspects.doubt[kept], "number")
    values, written = _values(judged, query.sort, order)
    return GalleryImages(found, values[found], written, _heads(judged, found) if query.by_pair else ())


def _values(judged: Judged, sort: Sort, order: LearningOrder | None) -> tuple[NDArray[np.float64], Format]:
    """(n,) what stands on the tiles; `select` has refused what is not there."""
    match sort:
        case "loss" if judged.losses is not None:
            return judged.losses, "number"
        case "margin" if judged.margins is not None:
            return judged.margins, "number"
        case "learned" if order is not None:
            forgotten = (order.learned < 0) & (order.first_right >= 0)
            return np.where(forgotten, FORGOTTEN, order.learned).astype(np.float64), "moment"
        case _:
            return judged.confidence, "percent"


def _heads(judged: Judged, indices: NDArray[np.int64]) -> tuple[Head, ...]:
    names = judged.class_names
    return tuple(
        Head(_pair(names[pair.true], names[pair.predicted]), images_in_words(pair.count), pair.count)
        for pair in pairs(judged, indices)
    )


def _pair(true: str, predicted: str) -> str:
    return f"{true}, recognised" if true == predicted else f"{true} taken for {predicted}"


def by_class(
    indices: NDArray[np.int64],
    labels: NDArray[np.int64],
    class_names: Sequence[str],
    rank: NDArray[np.number],
    note: Callable[[int], str],
) -> tuple[NDArray[np.int64], tuple[Head, ...]]:
    """Put the images of a class together under a head; within a class they stay in their order.

    Args:
        indices: (k,) numbers of test images.
        labels: (n,) the true classes of all test images.
        class_names: by label.
        rank: (classes,) the class with the largest comes first.
        note: says something of a class, by its label.

    Returns:
        The numbers in their new order, and a head for each class that has images.
    """
    ranked = np.argsort(-rank, kind="stable")
    counts = np.bincount(labels[indices], minlength=len(class_names))
    place = np.argsort(ranked)  # (classes,) where each stands
    found = indices[np.argsort(place[labels[indices]], kind="stable")]
    shown = [label for label in ranked.tolist() if counts[label]]
    return found, tuple(Head(class_names[label], note(label), int(counts[label])) for label in shown)


# --- words ----------------------------------------------------------------------------------------------------------


def gallery_caption(query: Query, *, suspects: bool = False) -> str:
    """Say what stands below each image."""
    if suspects:
        return (
            "Below each image: the class that the network believes in instead, how much more, and the label. Open one "
            "and say what you see."
        )
    values: dict[Sort, str] = {
        "loss": "loss (how surprising the true class is, in nats)",
        "margin": "margin (the true class's probability less the best other one's)",
        "learned": "since when it stays right",
    }
    return (
        f"Below each image: predicted class, {values.get(query.sort, 'confidence')}, true class; dashed with a cross "
        "is a mistake, solid with a check is right."
    )


def lead(judged: Judged, query: Query, count: int, *, suspects: bool = False) -> str:
    """Say what a gallery shows, in one sentence.

    Args:
        judged: predictions and true classes.
        query: which images were chosen.
        count: how many there are.
        suspects: whether these are those of them with a suspect label.
    """
    kinds = {"mistakes": "mistake", "correct": "correct image", "all": "test image"}
    what = ("suspect label" if suspects else kinds[query.shown]) + ("" if count == 1 else "s")
    every = query.shown == "all" and not query.filtered and not suspects
    told = f"{what}{'' if every else f' of {images_in_words(len(judged))}'}{_filters(judged, query)}"
    if not count:
        return f"No {told}"
    order = "the most doubtful first" if suspects else _ORDERS[query.sort, query.descending]
    return f"{count:,} {told}, {order}"


def _filters(judged: Judged, query: Query) -> str:
    names = judged.class_names
    said = [f"true class {names[query.true]}"] if query.true is not None else []
    said += [f"predicted {names[query.predicted]}"] if query.predicted is not None else []
    if (query.least, query.most) != (0, 1):
        said.append(f"confidence {100 * query.least:.0f} to {100 * query.most:.0f} %")
    said += ["also in training"] if query.leaked else []
    return f" ({', '.join(said)})" if said else ""


def nothing(judged: Judged, query: Query, *, suspects: bool = False) -> str:
    """Say why a gallery has no image, kindly, and what to do; as `lead`."""
    right, images = int(judged.right.sum()), images_in_words(len(judged))
    if query.filtered:
        return "No test image fits these filters. Clear them to see all again."
    if suspects:
        return "The network doubts no label: wherever it is sure, it agrees with the label. Show the mistakes instead."
    if query.shown == "mistakes" and right == len(judged):
        return f"Not a single mistake: all {images} are recognised. Show the correct ones to see what was easy."
    if query.shown == "correct":
        return f"None of the {images} is recognised at this moment. Show the mistakes, or choose a later snapshot."
    return "There is no image to show."
