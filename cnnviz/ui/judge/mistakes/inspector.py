"""The image that is open: what the network says of it and why, when it was learned, and what it was mistaken for."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np
import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.evaluation import Mark
from cnnviz.figures.guesses import percent
from cnnviz.figures.tiles import photo_tiles
from cnnviz.runs import Weights
from cnnviz.ui.address import go, page_link
from cnnviz.ui.components.heatmaps import heatmaps
from cnnviz.ui.components.saving import Saving
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.judge.bar import JudgedRun
from cnnviz.ui.judge.loaders import learning
from cnnviz.ui.judge.mistakes.bars import MOST, probability_bars
from cnnviz.ui.judge.mistakes.chosen import Chosen
from cnnviz.ui.judge.mistakes.history import history_in_words, history_strip
from cnnviz.ui.judge.mistakes.marking import mark_label
from cnnviz.ui.judge.mistakes.neighbours import neighbours
from cnnviz.ui.judge.mistakes_place import MistakesPlace
from cnnviz.ui.messages import plain, problem
from cnnviz.ui.network import read_image, wait_for_keras
from cnnviz.ui.network.moments import snapshot_labels
from cnnviz.ui.pages import ATTRIBUTION, CONVOLUTION, FEATURE_MAPS
from cnnviz.ui.question import Question

__all__ = ["inspector"]

_LARGE = 192  # pixels of the image's longer side


def inspector(shown: JudgedRun, view: MistakesPlace, chosen: Chosen, marks: Mapping[int, Mark]) -> None:
    """Draw what is known of the open image.

    Args:
        shown: what is judged.
        view: what the URL asks for.
        chosen: the images of the gallery, for the next and the previous one.
        marks: what people say of labels.
    """
    index = view.image
    assert index is not None
    _head(shown, index, chosen)
    question = _question(shown, index)
    _verdict(shown, index, question)
    if view.show == "suspects":
        mark_label(shown, index, marks)
    if question is not None:
        with _part("What speaks for each class"):
            _heatmaps(shown, index, question)
    with _part("At every snapshot"):
        _history(shown, index)
    if question is not None:
        with _part("Most alike among its training images"):
            neighbours(shown.run, shown.judged.snapshot, question.image)
    if view.show != "suspects":
        mark_label(shown, index, marks)
    _links(shown, index)


@contextmanager
def _part(title: str) -> Iterator[None]:
    """A part of the inspector under its title; what cannot be shown is said, and the others go on."""
    st.markdown(f"**{title}**")
    try:
        yield
    except CnnvizError as error:
        st.caption(plain(error.sentence))


# --- its parts --------------------------------------------------------------------------------------------------


def _head(shown: JudgedRun, index: int, chosen: Chosen) -> None:
    judged = shown.judged
    true, predicted = (plain(judged.class_names[labels[index]]) for labels in (judged.labels, judged.predicted))
    where = np.flatnonzero(chosen.indices == index)
    place = int(where[0]) if len(where) else None
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key="mistakes-head"):
        _step("previous", "Previous image", None if place is None else place - 1, chosen)
        _step("next", "Next image", None if place is None else place + 1, chosen)
        st.markdown(f"Test image {index}", width="stretch")
        st.button(
            "", key="mistakes-close", icon=":material/close:", help="Close (Escape)", type="tertiary",
            on_click=go, kwargs={"image": None},
        )  # fmt: skip
    if judged.right[index]:
        st.markdown(f":material/check_circle: **{true}**, recognised with {percent(float(judged.confidence[index]))}")
    else:
        share = percent(float(judged.confidence[index]))
        st.markdown(f":material/cancel: **{true}**, predicted **{predicted}** with {share}")


def _step(way: str, words: str, place: int | None, chosen: Chosen) -> None:
    there = place is not None and 0 <= place < len(chosen.indices)
    target = int(chosen.indices[place]) if there and place is not None else None
    st.button(
        "", key=f"mistakes-{way}", icon=f":material/chevron_{'left' if way == 'previous' else 'right'}:", help=words,
        disabled=not there, on_click=go, kwargs={"image": target},
    )  # fmt: skip


def _question(shown: JudgedRun, index: int) -> Question | None:
    """The image before the network; None where it is not on this machine, which is said."""
    try:
        image = read_image(shown.run, f"test-{index}")
    except CnnvizError as error:
        problem(error, way_back=None)
        return None
    return Question(Weights(shown.run, shown.judged.snapshot), image.image)


def _verdict(shown: JudgedRun, index: int, question: Question | None) -> None:
    """The image, large, and the probabilities beside it."""
    left, right = st.columns([1, 1], gap="small", vertical_alignment="center")
    if question is not None:
        height, width = question.image.shape[:2]
        with left:
            tiles(
                photo_tiles(question.image[None]),
                key="mistakes-image",
                caption=f"As the network sees it: {width}×{height} pixels.",
                smallest=96,
                largest=_LARGE,
            )
    with right:
        _probabilities(shown, index, question)


def _probabilities(shown: JudgedRun, index: int, question: Question | None) -> None:
    judged = shown.judged
    if judged.probabilities is not None:
        probabilities = judged.probabilities[index]
    elif question is None or not wait_for_keras("All probabilities", 180):
        return
    else:
        try:
            probabilities = question.probabilities()
        except CnnvizError as error:
            st.caption(plain(error.sentence))
            return
    st.html(probability_bars(probabilities, int(judged.labels[index]), judged.class_names))
    if len(probabilities) > MOST:
        st.caption(f"The {MOST} most probable of {len(probabilities)} classes, and the true one.")


def _heatmaps(shown: JudgedRun, index: int, question: Question) -> None:
    """Grad-CAM for the predicted and the true class; where these are one, for the next best class."""
    if not wait_for_keras("Grad-CAM for both classes", 240):
        return
    judged = shown.judged
    predicted, true = int(judged.predicted[index]), int(judged.labels[index])
    second = true if true != predicted else _runner_up(question, predicted)
    words = {predicted: "predicted", true: "true"} | ({predicted: "predicted, true"} if predicted == true else {})
    panels = [
        question.panel(f"{judged.class_names[one]} ({words.get(one, 'next best')})", "gradcam", one)
        for one in (predicted, second)
    ]
    how = "Grad-CAM over the image: bright yellow is what speaks most for the class, black nothing."
    heatmaps(
        question.image,
        panels,
        key="mistakes-heatmaps",
        caption=how if any(panel.values is not None and not panel.empty for panel in panels) else "",
        saved=Saving.of(
            question.weights,
            "Grad-CAM",
            f"{judged.class_names[true]}, test image {index}",
            explained=" and ".join(judged.class_names[one] for one in (predicted, second)),
        ),
    )


def _runner_up(question: Question, predicted: int) -> int:
    probabilities = question.probabilities().copy()
    probabilities[predicted] = -1
    return int(probabilities.argmax())


def _history(shown: JudgedRun, index: int) -> None:
    order, moments = learning(shown.run), snapshot_labels(shown.run, measured=True)
    st.html(history_strip(order, index, moments))
    st.markdown(plain(history_in_words(order, index, moments)))
    st.caption(
        "Each bar is a prediction, as high as it is confident, over the number of its epoch; solid with a check is "
        "right."
    )


def _links(shown: JudgedRun, index: int) -> None:
    """Links that pin this image under the network that is judged."""
    number = shown.judged.snapshot
    st.markdown("**Look inside with this image**")
    if number is not None and number not in snapshot_labels(shown.run):
        st.caption("This snapshot came with its predictions and without its weights: choose another above.")
        return
    with st.container(horizontal=True, gap="small"):
        for page in (FEATURE_MAPS, CONVOLUTION, ATTRIBUTION):
            page_link(page, page.title, run=shown.run.id, snapshot=number, image=f"test-{index}")
