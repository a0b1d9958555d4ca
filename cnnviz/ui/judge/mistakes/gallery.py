"""The test images that the URL asks for, chosen and ordered by the library, as one gallery, and words about them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.evaluation import Judged, LearningOrder, Mark, Suspects, find_suspects, pairs, select
from cnnviz.evaluation.marks import VERDICTS
from cnnviz.runs.words import moments_in_words
from cnnviz.ui.address import go
from cnnviz.ui.components.image_grid import FORGOTTEN, Format, GridImages, Group, image_grid
from cnnviz.ui.copies import tell_missing
from cnnviz.ui.judge.bar import JudgedRun
from cnnviz.ui.judge.mistakes.place import MistakesPlace
from cnnviz.ui.judge.readings import learning, pictures_of, state_of
from cnnviz.words import images_in_words

__all__ = ["GalleryImages", "chosen_images", "chosen_of", "gallery", "lead", "nothing"]

_BRIEF = "Dashed with a cross is a mistake, solid with a check is right; point at an image to read what it is."
_NOT_WHOLE = " Orders by loss and margin need the probabilities of all classes: choose the trained model for these."


@dataclass(frozen=True, eq=False)
class GalleryImages:
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
) -> GalleryImages:
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
        return GalleryImages(suspects.indices[kept], suspects.doubt[kept], "number")
    groups = _groups(judged, found) if view.by_pair else ()
    values, written = _values(judged, view, order)
    return GalleryImages(found, values[found], written, groups)


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


def chosen_of(shown: JudgedRun, view: MistakesPlace) -> GalleryImages:
    """Return the images that the URL asks for; the last choices are kept, for all sessions.

    Raises:
        CnnvizError: the view asks for what this run did not keep.
    """
    order = learning(shown.run) if view.order.sort == "learned" else None
    suspects = _suspects(shown.judged, state_of(shown.run, shown.snapshot)) if view.show == "suspects" else None
    return chosen_images(shown.judged, view, order, suspects)


@st.cache_resource(max_entries=16, show_spinner=False)
def _suspects(_judged: Judged, state: str) -> Suspects:
    return find_suspects(_judged)


# --- drawn ----------------------------------------------------------------------------------------------------------


def gallery(shown: JudgedRun, view: MistakesPlace, chosen: GalleryImages, marks: Mapping[int, Mark]) -> None:
    """Draw the gallery; a click opens an image by way of the URL.

    Args:
        shown: what is judged.
        view: what the URL asks for.
        chosen: its images.
        marks: what people say of labels, by the image's number.
    """
    judged, indices = shown.judged, chosen.indices
    source = pictures_of(shown.run)
    if source is None:
        tell_missing(shown.run)
    moments = moments_in_words(shown.run, learning(shown.run).snapshots) if chosen.format == "moment" else []
    verdicts = np.zeros(len(judged), np.uint8)
    for mark in marks.values():
        if mark.index < len(judged):
            verdicts[mark.index] = 1 + VERDICTS.index(mark.verdict)
    image_grid(
        GridImages(
            indices,
            judged.labels[indices],
            judged.predicted[indices],
            judged.confidence[indices],
            chosen.values,
            chosen.format,
            moments,
            verdicts[indices],
            ("", *VERDICTS),
        ),
        source,
        judged.class_names,
        key="mistakes-gallery",
        lead=lead(judged, view, len(indices)),
        caption=_caption(view) + ("" if shown.complete else _NOT_WHOLE),
        brief=_BRIEF,
        nothing=nothing(judged, view),
        truth="label" if view.show == "suspects" else "is",
        groups=chosen.groups,
        chosen=view.image,
        on_choice=lambda number: go(image=number),
    )


def _caption(view: MistakesPlace) -> str:
    if view.show == "suspects":
        return (
            "Below each image: the class that the network believes in instead, how much more, and the label. Open one "
            "and say what you see."
        )
    behind = {
        "loss": "loss (how surprising the true class is, in nats)",
        "margin": "margin (the true class's probability less the best other one's)",
        "learned": "since when it stays right",
    }.get(view.order.sort, "confidence")
    return (
        f"Below each image: predicted class, {behind}, true class; dashed with a cross is a mistake, solid with "
        "a check is right."
    )


# --- words ----------------------------------------------------------------------------------------------------------


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
