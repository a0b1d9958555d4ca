"""The confusion matrix at every moment of a run, the most confused pairs in words, and the images of a cell."""

from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.errors import CnnvizError, RunError
from cnnviz.evaluation import Query, confusion_matrix, most_confused, select
from cnnviz.evaluation.confusion import MatrixMoments, matrix_moments
from cnnviz.figures.guesses import percent
from cnnviz.figures.pictures import shrunk
from cnnviz.figures.tiles import photo_tiles
from cnnviz.runs import Run
from cnnviz.runs.weights import TRAINED_MODEL
from cnnviz.runs.words import moments_in_words
from cnnviz.ui.address import bind, go, leave, page_link
from cnnviz.ui.choosers import segments
from cnnviz.ui.components.confusion import confusion_matrix as matrix_to_click
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.copies import tell_copies
from cnnviz.ui.judge.bar import JudgedRun
from cnnviz.ui.judge.readings import judged, learning, state_of
from cnnviz.ui.judge.report.place import COLOURS, MatrixCell, ReportPlace
from cnnviz.ui.messages import plain
from cnnviz.ui.network.images import test_split
from cnnviz.ui.pages import MISTAKES
from cnnviz.ui.styles import style

__all__ = ["moments_of", "show_images", "show_matrix", "show_pairs"]

_MOST_IMAGES = 18
_MOST_PAIRS = 5
_ROOM = 430  # pixels: what a projector of 720 lines leaves below the headline
_THUMBNAIL = 64  # pixels


def moments_of(now: JudgedRun) -> MatrixMoments:
    """Return the confusion matrices of the run that is judged; that of its pinned moment alone where others fail."""
    found = _moments(now.run, state_of(now.run))
    if found is not None and found.place_of(now.judged) is not None:
        return found
    name = now.moment or TRAINED_MODEL
    return MatrixMoments((now.judged.snapshot,), (name,), confusion_matrix(now.judged)[None])


@st.cache_resource(max_entries=16, show_spinner=False)
def _moments(_run: Run, state: str) -> MatrixMoments | None:
    try:
        order = learning(_run)
    except RunError:  # a damaged snapshot takes nothing from the others' report
        return None
    names = moments_in_words(_run, order.snapshots)
    return matrix_moments(order, names, judged(_run) if _run.has_final_predictions else None)


# --- drawn ----------------------------------------------------------------------------------------------------------


def show_matrix(now: JudgedRun, moments: MatrixMoments, place: ReportPlace, cell: MatrixCell) -> None:
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
        saved=now.saving("confusion matrix"),
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
                plain(pair.sentence),
                type="tertiary",
                key=f"report-pair-{pair.true}-{pair.predicted}",
                on_click=go,
                kwargs={"cell": (pair.true, pair.predicted)},
            )


def show_images(now: JudgedRun, cell: MatrixCell) -> None:
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


def _choosers(now: JudgedRun, cell: MatrixCell) -> None:
    """Name the cell; the names are lists to choose from, for the keyboard and for small fingers."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        _chooser("true", cell[0], now.judged.class_names, lambda label: (label, cell[1]))
        _chooser("predicted", cell[1], now.judged.class_names, lambda label: (cell[0], label))


def _chooser(end: str, label: int, names: tuple[str, ...], cell_with: Callable[[int], MatrixCell]) -> None:
    st.selectbox(
        f"{end} class",
        range(len(names)),
        format_func=lambda at: f"{end}: {names[at]}",
        label_visibility="collapsed",
        width=180,
        **bind("cell", label, key=f"report-{end}", change=lambda at: {"cell": cell_with(at)}),
    )


def _thumbnails(
    now: JudgedRun, images: NDArray[np.uint8], shown: NDArray[np.int64], count: int, cell: MatrixCell
) -> None:
    confidence = [percent(float(now.judged.confidence[index])) for index in shown]
    name = now.judged.class_names[cell[1]]
    surest = f"The {len(shown)} of which it is surest, of {count:,}"
    which = "The one image" if count == 1 else f"All {count:,}" if count == len(shown) else surest
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
    if count == 1:
        return f"Show this {'image that is right' if right else 'mistake'}"
    return f"Show all {count:,} {'images that are right' if right else 'mistakes'}"


def _of_cell(now: JudgedRun, cell: MatrixCell) -> dict[str, Any]:
    """Where the images of a cell are shown: among the mistakes, or among what is right."""
    true, predicted = (now.judged.class_names[label] for label in cell)
    show = "correct" if true == predicted else None
    return {"run": now.run.id, "snapshot": now.snapshot, "true": true, "predicted": predicted, "show": show}
