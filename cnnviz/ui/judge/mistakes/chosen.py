"""The test images that a view asks for, chosen and ordered by the library, and what is said about them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.evaluation import Judged, LearningOrder, Suspects, pairs, select
from cnnviz.ui.components.image_grid import FORGOTTEN, Format, Group
from cnnviz.ui.judge.mistakes_place import MistakesPlace
from cnnviz.ui.words import images_in_words

__all__ = ["Chosen", "chosen_images", "lead", "nothing"]


@dataclass(frozen=True, eq=False)
class Chosen:
    """The images of a view, in order.

    Attributes:
        indices: (k,) int64, numbers of test images.
        values: (k,) float64, what stands on each tile: confidence, loss, margin, doubt, or when it was learned.
        format: how these numbers are written.
        groups: heads of pairs, in order; none where the images are not grouped.
    """

    indices: NDArray[np.int64]
    values: NDArray[np.float64]
    format: Format = "percent"
    groups: tuple[Group, ...] = ()


def chosen_images(
    judged: Judged, view: MistakesPlace, order: LearningOrder | None, suspects: Suspects | None
) -> Chosen:
    """Choose and order test images as a view asks.

    Args:
        judged: predictions and true classes.
        view: from the URL.
        order: when each was learned; needed to sort by it.
        suspects: needed to show these.

    Raises:
        CnnvizError: the view asks for what this run did not keep.
    """
    found = select(judged, view.query(), order)
    if view.show == "suspects":
        assert suspects is not None
        kept = np.isin(suspects.indices, found)
        return Chosen(suspects.indices[kept], suspects.doubt[kept], "number")
    groups = _groups(judged, found) if view.by_pair else ()
    values, written = _values(judged, view, order)
    return Chosen(found, values[found], written, groups)


def _values(judged: Judged, view: MistakesPlace, order: LearningOrder | None) -> tuple[NDArray[np.float64], Format]:
    """(n,) what stands on the tiles; `select` has refused what is not there."""
    match view.order.sort:
        case "loss" if judged.losses is not None:
            return judged.losses, "number"
        case "margin" if judged.margins is not None:
            return judged.margins, "number"
        case "learned" if order is not None:
            forgotten = (order.learned < 0) & (order.first_right >= 0)
            return np.where(forgotten, FORGOTTEN, order.learned).astype(np.float64), "moment"
        case _:
            return judged.confidence, "percent"


def _groups(judged: Judged, indices: NDArray[np.int64]) -> tuple[Group, ...]:
    names = judged.class_names
    return tuple(
        Group(_pair(names[pair.true], names[pair.predicted]), images_in_words(pair.count), pair.count)
        for pair in pairs(judged, indices)
    )


def _pair(true: str, predicted: str) -> str:
    return f"{true}, recognised" if true == predicted else f"{true} taken for {predicted}"


# --- words ------------------------------------------------------------------------------------------------------


def lead(judged: Judged, view: MistakesPlace, count: int) -> str:
    """Say what the gallery shows, in one sentence.

    Args:
        judged: predictions and true classes.
        view: from the URL.
        count: how many images it has.
    """
    one = count == 1
    what = {
        "mistakes": "mistake" if one else "mistakes",
        "correct": "correct image" if one else "correct images",
        "all": "test image" if one else "test images",
        "suspects": "suspect label" if one else "suspect labels",
    }[view.show]
    of = "" if view.show == "all" and not view.filtered else f" of {images_in_words(len(judged))}"
    if not count:
        return f"No {what}{of}{_filters(judged, view)}"
    order = "the most doubtful first" if view.show == "suspects" else view.order.words
    return f"{count:,} {what}{of}{_filters(judged, view)}, {order}"


def _filters(judged: Judged, view: MistakesPlace) -> str:
    names = judged.class_names
    said = [f"true class {names[view.true]}"] if view.true is not None else []
    said += [f"predicted {names[view.predicted]}"] if view.predicted is not None else []
    said += ["confidence {} to {} %".format(*view.confidence)] if view.confidence != (0, 100) else []
    return f" ({', '.join(said)})" if said else ""


def nothing(judged: Judged, view: MistakesPlace) -> str:
    """Say why there is no image, kindly, and what to do."""
    right, images = int(judged.right.sum()), images_in_words(len(judged))
    if view.filtered:
        return "No test image fits these filters. Clear them to see all again."
    if view.show == "mistakes" and right == len(judged):
        return f"Not a single mistake: all {images} are recognised. Show the correct ones to see what was easy."
    if view.show == "correct":
        return f"None of the {images} is recognised at this moment. Show the mistakes, or choose a later snapshot."
    if view.show == "suspects":
        return "The network doubts no label: wherever it is sure, it agrees with the label. Show the mistakes instead."
    return "There is no image to show."
