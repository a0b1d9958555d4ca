"""The test images of a view as one gallery, with their pictures and what people have marked."""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from cnnviz.evaluation import Judged, Mark, Suspects, find_suspects
from cnnviz.evaluation.marks import VERDICTS
from cnnviz.ui.address import go
from cnnviz.ui.components.image_grid import GridImages, image_grid
from cnnviz.ui.copies import tell_missing
from cnnviz.ui.judge.bar import JudgedRun
from cnnviz.ui.judge.loaders import learning, state_of
from cnnviz.ui.judge.mistakes.chosen import Chosen, chosen_images, lead, nothing
from cnnviz.ui.judge.mistakes_place import MistakesPlace
from cnnviz.ui.judge.moments import moments_in_words
from cnnviz.ui.judge.pictures import pictures_of

__all__ = ["chosen_of", "gallery", "suspects_of"]

_BRIEF = "Dashed with a cross is a mistake, solid with a check is right; point at an image to read what it is."
_NOT_WHOLE = " Orders by loss and margin need the probabilities of all classes: choose the trained model for these."


def chosen_of(shown: JudgedRun, view: MistakesPlace) -> Chosen:
    """Return the images that the URL asks for; the last choices are kept, for all sessions.

    Raises:
        CnnvizError: the view asks for what this run did not keep.
    """
    order = learning(shown.run) if view.order.sort == "learned" else None
    suspects = suspects_of(shown) if view.show == "suspects" else None
    return chosen_images(shown.judged, view, order, suspects)


def suspects_of(shown: JudgedRun) -> Suspects:
    """Return the suspect labels of a run.

    Raises:
        RunError: only the winning class's probability was kept.
    """
    return _suspects(shown.judged, state_of(shown.run, shown.snapshot))


@st.cache_resource(max_entries=16, show_spinner=False)
def _suspects(_judged: Judged, state: str) -> Suspects:
    return find_suspects(_judged)


def gallery(shown: JudgedRun, view: MistakesPlace, chosen: Chosen, marks: Mapping[int, Mark]) -> None:
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
    moments = moments_in_words(shown.run, learning(shown.run)) if chosen.format == "moment" else []
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
