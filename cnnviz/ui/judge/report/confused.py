"""The confusion matrix, the most confused pairs in words, and the images of a cell."""

from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.errors import CnnvizError
from cnnviz.evaluation import Query, most_confused, select
from cnnviz.figures.guesses import percent
from cnnviz.figures.tiles import photo_tiles
from cnnviz.ui.address import bind, go, leave, page_link
from cnnviz.ui.choosers import segments
from cnnviz.ui.components.confusion import confusion_matrix as matrix_to_click
from cnnviz.ui.components.gallery import shrunk
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.copies import tell_copies
from cnnviz.ui.judge.bar import JudgedRun
from cnnviz.ui.judge.report.cells import COLOURS, Cell, ReportPlace
from cnnviz.ui.judge.report.moments import Moments
from cnnviz.ui.judge.report.saving import figure_of
from cnnviz.ui.messages import plain
from cnnviz.ui.network.images import test_split
from cnnviz.ui.pages import MISTAKES
from cnnviz.ui.styles import style

__all__ = ["show_images", "show_matrix", "show_pairs"]

_MOST_IMAGES = 18
_MOST_PAIRS = 5
_ROOM = 430  # pixels: what a projector of 720 lines leaves below the headline
_THUMBNAIL = 64  # pixels
_ENDS = ("true", "predicted")


def show_matrix(now: JudgedRun, moments: Moments, place: ReportPlace, cell: Cell) -> None:
    """Draw the confusion matrix; a click looks at a cell, the slider at another snapshot."""
    segments("Colours for", "colours", place.colours, COLOURS)
    matrix_to_click(
        moments.counts,
        now.judged.class_names,
        moments.names,
        key="report-matrix",
        caption="Rows are true classes, columns predicted ones; the number counts test images, the colour is their "
        "share of the row. Click a cell to see its images.",
        at=moments.place_of(now.judged) or 0,
        chosen=cell,
        mistakes_only=place.colours == "mistakes",
        room=_ROOM,
        saved=figure_of(now, "confusion matrix"),
        on_pick=lambda picked: go(cell=picked),
        on_move=lambda at: go(snapshot=moments.numbers[at]),
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
                on_click=go, kwargs={"cell": (pair.true, pair.predicted)},
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
    page_link(MISTAKES, _all_in_words(len(found), true == predicted), icon=":material/grid_on:", **_of_cell(now, cell))


def _images(now: JudgedRun) -> NDArray[np.uint8] | None:
    """Return the test images; where there are none, or others, say why."""
    try:
        images = test_split(now.run).images
        if len(images) == len(now.judged):
            return images
        name = plain(now.run.spec.data.name)
        why = f"The data set {name} has {len(images):,} test images now; put it back as it was."
    except CnnvizError as error:
        why = plain(error.sentence)
    st.caption(f"The numbers stand, but the images cannot be shown. {why}")
    return None


def _choosers(now: JudgedRun, cell: Cell) -> None:
    """Name the cell; the names are lists to choose from, for the keyboard and for small fingers."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for end, word in enumerate(_ENDS):
            _chooser(end, word, cell, now.judged.class_names)


def _chooser(end: int, word: str, cell: Cell, names: tuple[str, ...]) -> None:
    st.selectbox(
        f"{word} class", range(len(names)), format_func=lambda at: f"{word}: {names[at]}",
        label_visibility="collapsed", width=180,
        **bind("cell", cell[end], key=f"report-{word}",
               change=lambda at: {"cell": (at, cell[1]) if end == 0 else (cell[0], at)}),
    )  # fmt: skip


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
        on_pick=lambda index: leave(MISTAKES, image=f"test-{index}", **_of_cell(now, cell)),
        smallest=48,
        largest=_THUMBNAIL,
        room=230,
    )


def _all_in_words(count: int, right: bool) -> str:
    what = "image that is right" if right else "mistake"
    return (
        f"Show this {what}"
        if count == 1
        else f"Show all {count:,} " + (what.replace("image that is", "images that are") if right else "mistakes")
    )


def _of_cell(now: JudgedRun, cell: Cell) -> dict[str, Any]:
    """Where the images of a cell are shown: among the mistakes, or among what is right."""
    true, predicted = (now.judged.class_names[label] for label in cell)
    show = "correct" if true == predicted else None
    return {"run": now.run.id, "snapshot": now.snapshot, "true": true, "predicted": predicted, "show": show}
