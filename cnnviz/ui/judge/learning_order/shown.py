"""The page: how far learning had come at each snapshot, and the images by when they were learned."""

from functools import partial

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.evaluation import LearningOrder, groups_by_class, images_of_group, stages_of
from cnnviz.evaluation.learning import GROUPS, Group
from cnnviz.figures.learning_order import class_groups, draw_class_groups, draw_stages, stages_caption
from cnnviz.figures.tiles import photo_tiles
from cnnviz.runs import Run
from cnnviz.ui.address import go, leave, page_link, read
from cnnviz.ui.components.drawing import drawing
from cnnviz.ui.components.gallery import shrunk
from cnnviz.ui.components.image_grid import GridImages, image_grid
from cnnviz.ui.components.image_grid import Group as Head
from cnnviz.ui.components.saving import Saving
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.copies import tell_copies, tell_missing
from cnnviz.ui.judge.bar import judge_bar
from cnnviz.ui.judge.learning_order import words
from cnnviz.ui.judge.learning_order.choices import TITLES, OrderPlace, controls
from cnnviz.ui.judge.loaders import learning
from cnnviz.ui.judge.moments import moments_in_words, tell_left_out
from cnnviz.ui.judge.pictures import pictures_of
from cnnviz.ui.messages import plain
from cnnviz.ui.network import test_split
from cnnviz.ui.pages import MISTAKES
from cnnviz.ui.place import Known
from cnnviz.ui.words import images_in_words

__all__ = ["show_learning_order"]

_SHOWN = 12  # images of each group, side by side
_SIDE = 64


def show_learning_order() -> None:
    """Draw the page for what the URL asks for.

    Raises:
        CnnvizError: it asks for a run, a group or a class that there is not.
    """
    run = judge_bar(snapshot=False).run
    if run.spec.model.foreign:
        st.info(
            f"{plain(run.name)} came from elsewhere as it is, without snapshots, so nobody knows in which order it "
            "learned the images. The Mistakes page has what it gets wrong.",
            icon=":material/stairs:",
        )
        page_link(MISTAKES, "Show its mistakes", run=run.id)
        return
    order = learning(run)
    view = read(OrderPlace, Known(order.class_names))
    found = {group: images_of_group(order, group, view.label) for group in GROUPS}
    controls(view, order.class_names, {group: len(indices) for group, indices in found.items()})
    tell_left_out(run, order)
    tell_copies(run)
    if view.group is None:
        _charts(run, order, view)
        _side_by_side(run, order, found)
        st.caption(words.SOURCE)
    else:
        _one_group(run, order, view.group, found[view.group])


def _charts(run: Run, order: LearningOrder, view: OrderPlace) -> None:
    stages, names = stages_of(order, view.label), moments_in_words(run, order)
    left, right = st.columns(2, gap="medium")
    with left:
        drawing(
            draw_stages(stages, names, words.ticks(order)), key="order-stages", caption=stages_caption(stages, names),
            largest=620, saved=_saving(run, "learning by snapshot"),
        )  # fmt: skip
    with right:
        groups = class_groups(groups_by_class(order), order.class_names)
        drawing(
            draw_class_groups(groups, view.label), key="order-classes", caption=groups.caption, largest=620,
            saved=_saving(run, "learning by class"),
        )  # fmt: skip


def _saving(run: Run, what: str) -> Saving:
    return Saving(f"{run.name} {what}", f"{run.name} on {run.spec.data.name}, {what}")


def _side_by_side(run: Run, order: LearningOrder, found: dict[Group, NDArray[np.int64]]) -> None:
    """The four groups from left to right, the most telling images of each."""
    stages, names = stages_of(order), moments_in_words(run, order)
    images = test_split(run).images if pictures_of(run) else None
    if images is None:
        tell_missing(run)
    for column, (group, indices) in zip(st.columns(len(GROUPS), gap="medium"), found.items(), strict=True):
        with column:
            st.markdown(f"**{TITLES[group]}** · {len(indices):,}")
            told = words.sentence(group, stages, names)
            if not len(indices) or images is None:
                st.caption(told if len(indices) else "No test image is among these.")
                continue
            shown = indices[:_SHOWN]
            tiles(
                photo_tiles(shrunk(images[shown], _SIDE)),
                key=f"order-{group}",
                caption=told,
                ids=shown.tolist(),
                names=[_told(order, index) for index in shown.tolist()],
                on_pick=partial(_open, run, order),
                smallest=48,
                largest=_SIDE,
            )
            if len(indices) > _SHOWN:
                st.button(
                    f"See all {len(indices):,}", key=f"order-all-{group}", type="tertiary",
                    icon=":material/arrow_forward:", on_click=go, kwargs={"group": group},
                )  # fmt: skip


def _told(order: LearningOrder, index: int) -> str:
    label, guess = order.class_names[order.labels[index]], order.class_names[order.predicted[-1][index]]
    forgotten = int(order.forgotten[index])
    times = f", forgotten {forgotten} times" if forgotten > 1 else ", forgotten once" if forgotten else ""
    return f"test image {index}, {label}" + ("" if label == guess else f", predicted {guess}") + times


def _one_group(run: Run, order: LearningOrder, group: Group, indices: NDArray[np.int64]) -> None:
    """All images of a group, by class."""
    stages, names = stages_of(order), moments_in_words(run, order)
    source = pictures_of(run)
    if source is None:
        tell_missing(run)
    indices, heads = _by_class(order, indices)
    moment = group in ("first", "late")
    image_grid(
        GridImages(
            indices,
            order.labels[indices],
            order.predicted[-1][indices],
            order.confidence[-1][indices],
            order.learned[indices] if moment else order.confidence[-1][indices],
            "moment" if moment else "percent",
            names,
        ),
        source,
        order.class_names,
        key=f"order-grid-{group}",
        lead=f"{TITLES[group]}: {images_in_words(len(indices))}",
        caption=f"{words.sentence(group, stages, names)} Below each image the class predicted at the last snapshot, "
        + ("and from when on it was right." if moment else "and its confidence."),
        nothing="No test image is among these; choose another group or class.",
        groups=heads,
        on_choice=partial(_open, run, order),
    )


def _by_class(order: LearningOrder, indices: NDArray[np.int64]) -> tuple[NDArray[np.int64], tuple[Head, ...]]:
    """Put the images of a class together, the class with the largest share in the group first."""
    classes = len(order.class_names)
    counts = np.bincount(order.labels[indices], minlength=classes)
    totals = np.bincount(order.labels, minlength=classes)
    shares = counts / np.maximum(totals, 1)
    ranked = np.argsort(-shares, kind="stable")
    rank = np.empty(classes, np.int64)
    rank[ranked] = np.arange(classes)
    sorted_ = indices[np.argsort(rank[order.labels[indices]], kind="stable")]
    heads = (
        Head(order.class_names[label], f"{counts[label]:,} of {totals[label]:,}", int(counts[label]))
        for label in ranked.tolist()
        if counts[label]
    )
    return sorted_, tuple(heads)


def _open(run: Run, order: LearningOrder, number: int | None) -> None:
    if number is not None:
        leave(MISTAKES, run=run.id, image=f"test-{number}", show="correct" if order.right[-1][number] else None)
