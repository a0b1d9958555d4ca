"""The image that is open: what the network says of it and why, when it was learned, and what it was mistaken for."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from html import escape

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.errors import CnnvizError
from cnnviz.evaluation import LearningOrder, Mark
from cnnviz.evaluation.gallery import GalleryImages
from cnnviz.evaluation.histories import history_in_words
from cnnviz.figures.guesses import percent
from cnnviz.figures.pictures import shrunk
from cnnviz.figures.saving import Saving
from cnnviz.figures.tiles import photo_tiles
from cnnviz.runs import Weights
from cnnviz.runs.words import snapshot_labels
from cnnviz.ui.address import go, page_link
from cnnviz.ui.components.heatmaps import heatmaps
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.judge.bar import JudgedRun
from cnnviz.ui.judge.mistakes.marking import mark_label
from cnnviz.ui.judge.mistakes.place import MistakesPlace
from cnnviz.ui.judge.readings import learning
from cnnviz.ui.messages import plain, problem
from cnnviz.ui.network import read_image, wait_for_keras
from cnnviz.ui.pages import ATTRIBUTION, CONVOLUTION, FEATURE_MAPS
from cnnviz.ui.question import Question
from cnnviz.ui.styles import style
from cnnviz.ui.training_images import neighbours

__all__ = ["MOST_BARS", "history_strip", "inspector", "probability_bars", "shown_classes"]

_LARGE = 192  # pixels of the image's longer side
MOST_BARS = 10
_MARKS = {True: "✓", False: "✕"}


def inspector(shown: JudgedRun, view: MistakesPlace, chosen: GalleryImages, marks: Mapping[int, Mark]) -> None:
    """Draw what is known of the open image; the chosen ones are there for the next and the previous one."""
    index = view.image
    assert index is not None
    st.html(style(__file__))
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


# --- its parts ------------------------------------------------------------------------------------------------------


def _head(shown: JudgedRun, index: int, chosen: GalleryImages) -> None:
    judged = shown.judged
    true, predicted = (plain(judged.class_names[labels[index]]) for labels in (judged.labels, judged.predicted))
    where = np.flatnonzero(chosen.indices == index)
    place = int(where[0]) if len(where) else None
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key="mistakes-head"):
        _step("previous", "Previous image", None if place is None else place - 1, chosen)
        _step("next", "Next image", None if place is None else place + 1, chosen)
        st.markdown(f"Test image {index}", width="stretch")
        st.button(
            "",
            key="mistakes-close",
            icon=":material/close:",
            help="Close (Escape)",
            type="tertiary",
            on_click=go,
            kwargs={"image": None},
        )
    share = percent(float(judged.confidence[index]))
    if judged.right[index]:
        st.markdown(f":material/check_circle: **{true}**, recognised with {share}")
    else:
        st.markdown(f":material/cancel: **{true}**, predicted **{predicted}** with {share}")


def _step(way: str, words: str, place: int | None, chosen: GalleryImages) -> None:
    target = int(chosen.indices[place]) if place is not None and 0 <= place < len(chosen.indices) else None
    st.button(
        "",
        key=f"mistakes-{way}",
        icon=f":material/chevron_{'left' if way == 'previous' else 'right'}:",
        help=words,
        disabled=target is None,
        on_click=go,
        kwargs={"image": target},
    )


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
                photo_tiles(shrunk(question.image[None], _LARGE)),
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
    if len(probabilities) > MOST_BARS:
        st.caption(f"The {MOST_BARS} most probable of {len(probabilities)} classes, and the true one.")


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
    order, moments = learning(shown.run), snapshot_labels(shown.run, "measured")
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


# --- its probabilities --------------------------------------------------------------------------------------------


def shown_classes(probabilities: NDArray[np.floating], label: int) -> list[int]:
    """Return the classes with a bar: all in their order, or the most probable of many and the true one."""
    if len(probabilities) <= MOST_BARS:
        return list(range(len(probabilities)))
    best = [int(one) for one in np.argsort(-probabilities, kind="stable")[:MOST_BARS]]
    return best if label in best else [*best[:-1], label]


def probability_bars(probabilities: NDArray[np.floating], label: int, class_names: Sequence[str]) -> str:
    """Draw the probabilities, (classes,) in [0, 1], as HTML in which names are escaped."""
    predicted = int(np.argmax(probabilities))
    rows = []
    for one in shown_classes(probabilities, label):
        share = float(probabilities[one])
        said = ' class="said"' if one == predicted else ""
        truth = "<em>true</em>" if one == label else ""
        name = escape(class_names[one], quote=True)
        rows.append(
            f'<b{said} title="{name}">{name}{truth}</b><i{said} style="--share:{100 * share:.1f}%"></i>'
            f'<u title="{share:.6g}">{percent(share)}</u>'
        )
    return f'<div class="mistakes-bars">{"".join(rows)}</div>'


# --- its history --------------------------------------------------------------------------------------------------


def history_strip(order: LearningOrder, index: int, moments: Mapping[int, str]) -> str:
    """Draw a bar a snapshot, as high as its prediction is confident; solid with a check where it is right.

    Returns HTML in which names are escaped; `moments` says what each snapshot is called, by its number.
    """
    cells = []
    for at, number in enumerate(order.snapshots):
        right, share = bool(order.right[at, index]), float(order.confidence[at, index])
        name = order.class_names[order.predicted[at, index]]
        when = moments.get(int(number), f"snapshot {number}")
        told = escape(f"{when}: predicted {name}, confidence {share:.4g}, {'right' if right else 'wrong'}", quote=True)
        cells.append(
            f'<div class="{"right" if right else "wrong"}" title="{told}"><div class="room"><div class="bar" '
            f'style="height:{100 * share:.0f}%"></div></div><b>{_MARKS[right]}</b>'
            f"<span>{_short(float(order.positions[at]))}</span></div>"
        )
    return f'<div class="mistakes-history" role="img" aria-label="Its predictions">{"".join(cells)}</div>'


def _short(position: float) -> str:
    """An epoch's number under its bar; nothing between two epochs."""
    return f"{position:.0f}" if abs(position - round(position)) < 1e-6 else "·"
