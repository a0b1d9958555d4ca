"""The test images that the URL asks for, chosen and ordered by the library, as one gallery, and words about them."""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from cnnviz.evaluation import Judged, Mark, Suspects, find_suspects
from cnnviz.evaluation.gallery import GalleryImages, gallery_caption, gallery_images, lead, nothing
from cnnviz.evaluation.marks import VERDICTS
from cnnviz.runs.words import moments_in_words
from cnnviz.ui.address import go
from cnnviz.ui.components.image_grid import GridImages, image_grid
from cnnviz.ui.copies import tell_missing
from cnnviz.ui.judge.bar import JudgedRun
from cnnviz.ui.judge.mistakes.place import MistakesPlace
from cnnviz.ui.judge.readings import learning, pictures_of, state_of

__all__ = ["chosen_of", "gallery"]

_BRIEF = "Dashed with a cross is a mistake, solid with a check is right; point at an image to read what it is."
_NOT_WHOLE = " Orders by loss and margin need the probabilities of all classes: choose the trained model for these."


def chosen_of(shown: JudgedRun, view: MistakesPlace) -> GalleryImages:
    """Return the images that the URL asks for; the last choices are kept, for all sessions.

    Raises:
        CnnvizError: the view asks for what this run did not keep.
    """
    order = learning(shown.run) if view.order.sort == "learned" else None
    suspects = _suspects(shown.judged, state_of(shown.run, shown.snapshot)) if view.show == "suspects" else None
    return gallery_images(shown.judged, view.query(), order, suspects)


@st.cache_resource(max_entries=16, show_spinner=False)
def _suspects(_judged: Judged, state: str) -> Suspects:
    return find_suspects(_judged)


# --- drawn ----------------------------------------------------------------------------------------------------------


def gallery(shown: JudgedRun, view: MistakesPlace, chosen: GalleryImages, marks: Mapping[int, Mark]) -> None:
    """Draw the gallery of the chosen images; a click opens one by way of the URL."""
    judged, indices = shown.judged, chosen.indices
    query, suspects = view.query(), view.show == "suspects"
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
        lead=lead(judged, query, len(indices), suspects=suspects),
        caption=gallery_caption(query, suspects=suspects) + ("" if shown.complete else _NOT_WHOLE),
        brief=_BRIEF,
        nothing=nothing(judged, query, suspects=suspects),
        truth="label" if suspects else "is",
        groups=chosen.heads,
        chosen=view.image,
        on_choice=lambda number: go(image=number),
    )
