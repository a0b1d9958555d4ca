"""The confusion matrix, the most confused pairs in words, and the images of a cell."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.errors import CnnvizError
from cnnviz.evaluation import Query, most_confused, select
from cnnviz.figures.guesses import percent
from cnnviz.figures.tiles import photo_tiles
from cnnviz.ui.components.confusion import confusion_matrix as matrix_to_click
from cnnviz.ui.components.gallery import shrunk
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.copies import tell_copies
from cnnviz.ui.judge.bar import JudgedRun, switch_snapshot
from cnnviz.ui.judge.links import mistakes_link
from cnnviz.ui.judge.report.cells import Cell, choose_cell
from cnnviz.ui.judge.report.moments import Moments
from cnnviz.ui.judge.report.saving import figure_of
from cnnviz.ui.look.images import test_split
from cnnviz.ui.messages import plain, sentence
from cnnviz.ui.styles import style

__all__ = ["show_images", "show_matrix", "show_pairs"]

MISTAKES = "pages/judge/mistakes.py"

_MOST_IMAGES = 18
_MOST_PAIRS = 5
_ROOM = 430  # pixels: what a projector of 720 lines leaves below the headline
_THUMBNAIL = 64  # pixels
_INSPECT = "cnnviz.report.inspect"  # session state: the image that was clicked just now
_ENDS = ("true", "predicted")
_COLOURS = {"all": "all images", "mistakes": "mistakes only"}


def show_matrix(now: JudgedRun, moments: Moments, cell: Cell) -> None:
    """Draw the confusion matrix; a click looks at a cell, the slider at another snapshot."""
    place = moments.place_of(now.judged) or 0
    colours = st.segmented_control(
        "Colours for", list(_COLOURS), default="all", required=True, key="colours", bind="query-params",
        format_func=_COLOURS.__getitem__, label_visibility="collapsed",
    )  # fmt: skip
    matrix_to_click(
        moments.counts,
        now.judged.class_names,
        moments.names,
        key="report-matrix",
        caption="Rows are true classes, columns predicted ones; the number counts test images, the colour is their "
        "share of the row. Click a cell to see its images.",
        at=place,
        chosen=cell,
        mistakes_only=colours == "mistakes",
        room=_ROOM,
        saved=figure_of(now, "confusion matrix"),
        on_pick=choose_cell,
        on_move=lambda at: switch_snapshot(moments.numbers[at]),
    )


def show_pairs(now: JudgedRun, matrix: NDArray[np.int64]) -> None:
    """Say in words what is confused most; a click on a sentence looks at its images."""
    pairs = most_confused(matrix, now.judged.class_names, _MOST_PAIRS)
    if not pairs:
        st.markdown(f"**No mistakes:** all {len(now.judged):,} test images are recognised.")
        return
    st.markdown("**Most confused**")
    with st.container(gap=None, key="report-pairs"):
        st.html(style(__file__))
        for pair in pairs:
            st.button(
                plain(pair.sentence), type="tertiary", key=f"report-pair-{pair.true}-{pair.predicted}",
                on_click=choose_cell, args=((pair.true, pair.predicted),),
            )  # fmt: skip


def show_images(now: JudgedRun, cell: Cell) -> None:
    """Draw the images of a cell, the most confident first, and the way to all of them."""
    _choosers(now, cell)
    true, predicted = cell
    query = Query(true=true, predicted=predicted, shown="all", sort="confidence")
    found = select(now.judged, query)
    if not len(found):
        st.caption("No test image lies in this cell; choose another one.")
        return
    shown = found[:_MOST_IMAGES]
    images = _images(now)
    if images is not None:
        _thumbnails(now, images, shown, len(found), cell)
        tell_copies(now.run)
    st.page_link(
        MISTAKES, label=_all_in_words(len(found), true == predicted), icon=":material/grid_on:",
        query_params=_link(now, cell),
    )  # fmt: skip


def _images(now: JudgedRun) -> NDArray[np.uint8] | None:
    """Return the test images; where there are none, or others, say why."""
    try:
        images = test_split(now.run).images
        if len(images) == len(now.judged):
            return images
        name = plain(now.run.spec.data.name)
        why = f"The data set {name} has {len(images):,} test images now; put it back as it was."
    except CnnvizError as error:
        why = plain(sentence(error))
    st.caption(f"The numbers stand, but the images cannot be shown. {why}")
    return None


def _choosers(now: JudgedRun, cell: Cell) -> None:
    """Name the cell; the names are lists to choose from, for the keyboard and for small fingers."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for word, label in zip(_ENDS, cell, strict=True):
            _chooser(word, label, now.judged.class_names)


def _chooser(word: str, label: int, names: tuple[str, ...]) -> None:
    st.session_state[f"report-{word}"] = label  # the URL decides, at every run of the page
    st.selectbox(
        f"{word} class", range(len(names)), key=f"report-{word}", format_func=lambda at: f"{word}: {names[at]}",
        label_visibility="collapsed", width=180, on_change=_choose,
    )  # fmt: skip


def _choose() -> None:
    true, predicted = (st.session_state[f"report-{word}"] for word in _ENDS)
    choose_cell((true, predicted))


def _thumbnails(now: JudgedRun, images: NDArray[np.uint8], shown: NDArray[np.int64], count: int, cell: Cell) -> None:
    confidence = [percent(float(now.judged.confidence[index])) for index in shown]
    name = now.judged.class_names[cell[1]]
    which = "The one image" if count == 1 else f"All {count:,}" if count == len(shown) else (
        f"The {len(shown)} of which it is surest, of {count:,}"
    )  # fmt: skip
    tiles(
        photo_tiles(shrunk(images[shown], _THUMBNAIL)),
        key="report-images",
        caption=f"{which}; below each the confidence in {name}. Click one to inspect it.",
        ids=[int(index) for index in shown],
        names=[f"test image {index}: {told} {name}" for index, told in zip(shown, confidence, strict=True)],
        labels=confidence,
        on_pick=lambda index: st.session_state.update({_INSPECT: index}),
        smallest=48,
        largest=_THUMBNAIL,
        room=230,
    )
    index = st.session_state.pop(_INSPECT, None)
    if index is not None:
        st.switch_page(MISTAKES, query_params=_link(now, cell, index))


def _all_in_words(count: int, right: bool) -> str:
    what = "image that is right" if right else "mistake"
    return (
        f"Show this {what}"
        if count == 1
        else f"Show all {count:,} " + (what.replace("image that is", "images that are") if right else "mistakes")
    )


def _link(now: JudgedRun, cell: Cell, image: int | None = None) -> dict[str, str]:
    true, predicted = (now.judged.class_names[label] for label in cell)
    return mistakes_link(now.run.id, now.snapshot, true=true, predicted=predicted, image=image)
