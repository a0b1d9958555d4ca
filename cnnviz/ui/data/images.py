"""The images of a data set by class, one of them picked, or one at random."""

import random
from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.data import ClassCounts, Dataset, DatasetInfo, Split, class_counts, examples
from cnnviz.data.corrections import label_of, read_corrections
from cnnviz.data.findings import Place, SplitName
from cnnviz.data.findings.records import splits_of
from cnnviz.training.draft import suggested_preset
from cnnviz.ui.address import arrived, go, leave, read
from cnnviz.ui.choosers import dropdown, segments
from cnnviz.ui.components.gallery import GalleryRow, gallery
from cnnviz.ui.data.labels import ask_label, offer_corrections
from cnnviz.ui.data.place import DataPlace
from cnnviz.ui.loaders import home
from cnnviz.ui.messages import plain
from cnnviz.ui.pages import TRAIN

__all__ = ["describe", "extent", "show_images"]

_CLASSES = 10  # rows on a page
_IN_A_ROW = 20
_OF_ONE_CLASS = 160
_LARGE = 256  # pixels of the side of a single image
_IN_WORDS = {"train": "training", "validation": "validation", "test": "test"}
_PICKED = "cnnviz.data.picked"  # session state: the pick of a gallery that was followed already


def describe(dataset: Dataset) -> None:
    """Say in one line what the data set is, and whose."""
    held = len(dataset.validation) if dataset.validation is not None else 0
    said = extent(len(dataset.train), len(dataset.test), dataset.n_classes, dataset.shape, held)
    st.caption(f"{said}. Source: {plain(dataset.source)}.")


def extent(n_train: int, n_test: int, classes: int, shape: tuple[int, int, int], n_validation: int = 0) -> str:
    """Say how large a data set is."""
    height, width, channels = shape
    colour = "colour" if channels == 3 else "grey"
    held = f", {n_validation:,} validation" if n_validation else ""
    return (
        f"{n_train:,} training{held} and {n_test:,} test images in {classes} classes, {width}×{height} pixels, {colour}"
    )


def show_images(dataset: Dataset, info: DatasetInfo) -> NDArray[np.uint8]:
    """Draw images by class, with the controls to choose which; returns the one that was picked."""
    splits = splits_of(dataset)
    name, chosen = _controls(dataset, info, list(splits))
    split: Split = splits.get(name, dataset.train)
    shown_large = _show_picked(dataset, splits)
    labels = split.labels
    if chosen is None:
        page = _page(dataset.n_classes)
        shown = range(page * _CLASSES, min((page + 1) * _CLASSES, dataset.n_classes))
        first_ones = examples(labels, dataset.n_classes, _IN_A_ROW)
        positions = [first_ones[label] for label in shown]
    else:
        shown = range(chosen, chosen + 1)
        positions = [np.flatnonzero(labels == chosen)[:_OF_ONE_CLASS]]
    order = np.concatenate([*positions, np.empty(0, np.int64)]).astype(np.int64)
    if not len(order):
        st.info("This split has no images of that class; choose another split or class.")
        first: NDArray[np.uint8] = dataset.train.images[0]
        return first if shown_large is None else shown_large
    images = split.images[order]
    key = f"data-gallery-{dataset.name}-{name}-{shown.start}-{len(shown)}"
    picked = gallery(
        images,
        _rows(dataset.class_names, shown, positions, class_counts(dataset)),
        key=key,
        alt=f"{len(order)} images of {plain(dataset.name)}",
        lines=1 if chosen is None else None,
        names=[dataset.class_names[labels[position]] for position in order],
        pickable=True,
    )
    what = "Each row is one class" if chosen is None else f"The first {len(order)} images of this class"
    st.caption(f"{what}, in the data set's own order; every pixel is drawn as a square. Click an image to pick it.")
    if picked is not None and st.session_state.get(_PICKED) != (key, picked):
        st.session_state[_PICKED] = (key, picked)
        go(picked=Place(name, int(order[picked])))
        st.rerun()
    image: NDArray[np.uint8] = images[0] if shown_large is None else shown_large
    return image


def _controls(dataset: Dataset, info: DatasetInfo, splits: Sequence[SplitName]) -> tuple[SplitName, int | None]:
    """Choose the split and the class, both in the URL; beside them what can be done with the data set."""
    place = read(DataPlace)
    name: SplitName = next((one for one in splits if one == place.split), "train")
    options = dataset.class_names
    chosen = place.label if place.label in options else None
    label = None if chosen is None else options.index(chosen)
    with st.container(horizontal=True, vertical_alignment="center", key="data-controls"):
        segments("Split", "split", name, ["train", *(one for one in splits if one != "train")])
        dropdown("Class", "label", chosen, options, every="all classes", width=220)
        st.button(
            "A random image",
            key="data-random",
            icon=":material/casino:",
            on_click=_draw,
            args=(name, splits_of(dataset)[name], label),
        )
        offer_corrections(dataset)
        st.space("stretch")
        st.button(
            "Train on it",
            key="data-train",
            type="primary",
            icon=TRAIN.icon,
            on_click=partial(leave, TRAIN, data=info.name, preset=suggested_preset(info)),
        )
    if arrived() and place.label is not None and place.label not in options:
        st.warning(
            f"{plain(dataset.name)} has no class called {plain(repr(place.label[:80]))}; choose one of these. "
            "Below are all classes.",
            icon=":material/link_off:",
        )
    return name, label


# --- one image ------------------------------------------------------------------------------------------------------


def _draw(name: SplitName, split: Split, label: int | None) -> None:
    """Pick one of the images that are shown at random: in a callback."""
    among = range(len(split)) if label is None else np.flatnonzero(split.labels == label).tolist()
    if among:
        go(picked=Place(name, random.choice(among)))


def _show_picked(dataset: Dataset, splits: Mapping[SplitName, Split]) -> NDArray[np.uint8] | None:
    """Draw the image that the URL names, with its label; returns it, or None where there is none."""
    picked = read(DataPlace).picked
    split = splits.get(picked.split) if picked else None
    if picked is None or split is None or picked.position >= len(split):
        return None
    image: NDArray[np.uint8] = split.images[picked.position]
    name = _IN_WORDS[picked.split]
    label = read_corrections(dataset, home()).get(picked) or label_of(dataset, picked)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="data-picked"):
        with st.container(width=_LARGE + 16):
            gallery(
                image[None],
                [GalleryRow([0])],
                key="data-picked-image",
                side=_LARGE,
                names=[label],
                alt=f"{name} image {picked.position} of {plain(dataset.name)}",
            )
        with st.container(width="content"):
            st.subheader(plain(label), anchor=False)
            st.caption(f"The label of {name} image {picked.position:,}.")
            ask_label(dataset, picked, "picked")
    return image


def _page(n_classes: int) -> int:
    pages = -(-n_classes // _CLASSES)
    return st.pagination(pages, key="data-page") - 1 if pages > 1 else 0


def _rows(
    names: tuple[str, ...], shown: range, positions: list[NDArray[np.int64]], counts: ClassCounts
) -> list[GalleryRow]:
    starts = np.concatenate([[0], np.cumsum([len(some) for some in positions])])
    return [
        GalleryRow(
            images=range(int(start), int(stop)),
            label=names[label],
            note=_note(counts, label),
        )
        for label, start, stop in zip(shown, starts[:-1], starts[1:], strict=True)
    ]


def _note(counts: ClassCounts, label: int) -> str:
    held = "" if counts.validation is None else f" + {counts.validation[label]:,} validation"
    return f"{counts.train[label]:,}{held} + {counts.test[label]:,} test"
