"""The Learning order page: what a run learned first, late, what it forgot, and what it never learned."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.evaluation import LearningOrder, groups_by_class, images_of_group, stages_of
from cnnviz.evaluation.gallery import by_class
from cnnviz.evaluation.learning import GROUPS, Group
from cnnviz.figures.learning_order import (
    class_groups,
    draw_class_groups,
    draw_stages,
    group_sentence,
    snapshot_ticks,
    stages_caption,
)
from cnnviz.figures.pictures import shrunk
from cnnviz.figures.saving import Saving
from cnnviz.figures.tiles import photo_tiles
from cnnviz.runs import Run
from cnnviz.runs.words import moments_in_words
from cnnviz.ui.address import go, leave, page_link, read
from cnnviz.ui.choosers import dropdown, segments
from cnnviz.ui.components.drawing import drawing
from cnnviz.ui.components.image_grid import GridImages, image_grid
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.copies import tell_copies, tell_missing
from cnnviz.ui.judge.bar import judge_bar
from cnnviz.ui.judge.readings import learning, pictures_of
from cnnviz.ui.messages import plain
from cnnviz.ui.network import test_split
from cnnviz.ui.pages import MISTAKES
from cnnviz.ui.place import Known, Place, choice, label, param
from cnnviz.ui.styles import style
from cnnviz.words import images_in_words

__all__ = ["OrderPlace", "show_learning_order"]

_SHOWN = 12  # images of each group, side by side
_SIDE = 64
_MOST_TOLD = 3  # snapshots that are left out
_TITLES: dict[Group, str] = {
    "first": "Learned first",
    "late": "Learned late",
    "forgotten": "Forgotten",
    "never": "Never learned",
}
_ALL = "all"
_SOURCE = (
    "Forgetting as in Toneva et al. 2019, “An empirical study of example forgetting during deep neural network "
    "learning”; there it is counted on training images, here on test images between two snapshots."
)


@dataclass(frozen=True)
class OrderPlace(Place):
    """What the URL says beside the run.

    Attributes:
        group: one group; None for all four.
        label: of the class that is shown; None for all.
    """

    group: Group | None = param(choice("group", GROUPS))
    label: int | None = param(label("class"), name="class", per="run")


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
    _controls(view, order.class_names, {group: len(indices) for group, indices in found.items()})
    _tell_left_out(run, order)
    tell_copies(run)
    if view.group is None:
        _charts(run, order, view)
        _side_by_side(run, order, found)
        st.caption(_SOURCE)
    else:
        _one_group(run, order, view.group, found[view.group])


def _controls(view: OrderPlace, class_names: tuple[str, ...], counts: dict[Group, int]) -> None:
    """Draw the choices; `counts` says how many images each group has, of the classes that are shown."""
    words = {_ALL: "All four"} | {group: f"{_TITLES[group]} · {counts[group]:,}" for group in GROUPS}
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="order-bar"):
        st.html(style(__file__))
        segments(
            "Group", "group", view.group or _ALL, words, change=lambda one: {"group": None if one == _ALL else one}
        )
        dropdown("Class", "label", view.label, dict(enumerate(class_names)), every="All classes", width=170)


def _tell_left_out(run: Run, order: LearningOrder) -> None:
    """Say which snapshots are left out because what they predicted cannot be read; nothing where all are there."""
    if not order.left_out:
        return
    told = moments_in_words(run, order.left_out[:_MOST_TOLD])
    more = len(order.left_out) - len(told)
    which = ", ".join([*told, *([f"and {more} more"] if more else [])])
    snapshots = "this snapshot" if len(order.left_out) == 1 else "these snapshots"
    what_to_do = "install cnnviz again" if run.bundled else "train the run again"
    st.caption(
        f":material/info: Left out: {which}. The predictions of {snapshots} cannot be read; {what_to_do} to have all."
    )


def _charts(run: Run, order: LearningOrder, view: OrderPlace) -> None:
    stages, names = stages_of(order, view.label), moments_in_words(run, order.snapshots)
    left, right = st.columns(2, gap="medium")
    with left:
        drawing(
            draw_stages(stages, names, snapshot_ticks(order)),
            key="order-stages",
            caption=stages_caption(stages, names),
            largest=620,
            saved=_saving(run, "learning by snapshot"),
        )
    with right:
        groups = class_groups(groups_by_class(order), order.class_names)
        drawing(
            draw_class_groups(groups, view.label),
            key="order-classes",
            caption=groups.caption,
            largest=620,
            saved=_saving(run, "learning by class"),
        )


def _saving(run: Run, what: str) -> Saving:
    return Saving(f"{run.name} {what}", f"{run.name} on {run.spec.data.name}, {what}")


def _side_by_side(run: Run, order: LearningOrder, found: dict[Group, NDArray[np.int64]]) -> None:
    """The four groups from left to right, the most telling images of each."""
    stages, names = stages_of(order), moments_in_words(run, order.snapshots)
    images = test_split(run).images if pictures_of(run) else None
    if images is None:
        tell_missing(run)
    for column, (group, indices) in zip(st.columns(len(GROUPS), gap="medium"), found.items(), strict=True):
        with column:
            st.markdown(f"**{_TITLES[group]}** · {len(indices):,}")
            told = group_sentence(group, stages, names)
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
                    f"See all {len(indices):,}",
                    key=f"order-all-{group}",
                    type="tertiary",
                    icon=":material/arrow_forward:",
                    on_click=go,
                    kwargs={"group": group},
                )


def _told(order: LearningOrder, index: int) -> str:
    label, guess = order.class_names[order.labels[index]], order.class_names[order.predicted[-1][index]]
    forgotten = int(order.forgotten[index])
    times = f", forgotten {forgotten} times" if forgotten > 1 else ", forgotten once" if forgotten else ""
    return f"test image {index}, {label}" + ("" if label == guess else f", predicted {guess}") + times


def _one_group(run: Run, order: LearningOrder, group: Group, indices: NDArray[np.int64]) -> None:
    """All images of a group, by class."""
    stages, names = stages_of(order), moments_in_words(run, order.snapshots)
    source = pictures_of(run)
    if source is None:
        tell_missing(run)
    counts, totals = (
        np.bincount(labels, minlength=len(order.class_names)) for labels in (order.labels[indices], order.labels)
    )
    indices, heads = by_class(
        indices,
        order.labels,
        order.class_names,
        counts / np.maximum(totals, 1),  # the class with the largest share in the group first
        lambda label: f"{counts[label]:,} of {totals[label]:,}",
    )
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
        lead=f"{_TITLES[group]}: {images_in_words(len(indices))}",
        caption=f"{group_sentence(group, stages, names)} Below each image the class predicted at the last snapshot, "
        + ("and from when on it was right." if moment else "and its confidence."),
        nothing="No test image is among these; choose another group or class.",
        groups=heads,
        on_choice=partial(_open, run, order),
    )


def _open(run: Run, order: LearningOrder, number: int | None) -> None:
    if number is not None:
        leave(MISTAKES, run=run.id, image=f"test-{number}", show="correct" if order.right[-1][number] else None)
