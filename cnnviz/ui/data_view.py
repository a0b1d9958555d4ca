"""A data set to look at: its images by class, their number, and how bright they are."""

from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.data import ChannelStatistics, ClassCounts, Dataset, Split, channel_statistics, class_counts, examples
from cnnviz.ui.address import arrived, read
from cnnviz.ui.choosers import dropdown, segments
from cnnviz.ui.components.gallery import GalleryRow, gallery
from cnnviz.ui.data_chooser import DataPlace
from cnnviz.ui.loaders import dataset as load
from cnnviz.ui.messages import plain

__all__ = ["balance_in_words", "describe", "show_images", "show_statistics"]

_CLASSES = 10  # rows on a page
_IN_A_ROW = 20
_OF_ONE_CLASS = 160
_CLASS, _THIN_CLASS = 24, 8  # pixels of height for the two bars of a class
_READABLE = 40  # classes whose names all fit beside their bars
_UNEVEN = 1.5  # times as many images as another class has
_BARS = ("#6272EC", "#8A93A8")  # training and test, readable in both themes


def describe(dataset: Dataset) -> None:
    """Say in one line what the data set is, and whose."""
    height, width, channels = dataset.shape
    colour = "colour" if channels == 3 else "grey"
    st.caption(
        f"{len(dataset.train):,} training and {len(dataset.test):,} test images in {dataset.n_classes} classes, "
        f"{width}×{height} pixels, {colour}. Source: {plain(dataset.source)}."
    )


def show_images(dataset: Dataset) -> NDArray[np.uint8]:
    """Draw images by class, with the controls to choose which.

    Returns:
        The image that was picked last, or the first one: uint8 (height, width, channels).
    """
    split, chosen = _controls(dataset)
    labels = split.labels
    if chosen is None:
        page = _page(dataset.n_classes)
        shown = range(page * _CLASSES, min((page + 1) * _CLASSES, dataset.n_classes))
        positions = [examples(labels, dataset.n_classes, _IN_A_ROW)[label] for label in shown]
    else:
        shown = range(chosen, chosen + 1)
        positions = [np.flatnonzero(labels == chosen)[:_OF_ONE_CLASS]]
    order = np.concatenate([*positions, np.empty(0, np.int64)]).astype(np.int64)
    if not len(order):
        st.info("This split has no images of that class; choose another split or class.")
        first: NDArray[np.uint8] = dataset.train.images[0]
        return first
    images = split.images[order]
    counts = class_counts(dataset)
    picked = gallery(
        images,
        _rows(dataset.class_names, shown, positions, counts),
        key=f"data-gallery-{dataset.name}-{'test' if split is dataset.test else 'train'}-{shown.start}-{len(shown)}",
        alt=f"{len(order)} images of {plain(dataset.name)}",
        lines=1 if chosen is None else None,
        names=[dataset.class_names[labels[position]] for position in order],
        pickable=True,
    )
    what = "Each row is one class" if chosen is None else f"The first {len(order)} images of this class"
    st.caption(f"{what}, in the data set's own order; every pixel is drawn as a square. Click an image to pick it.")
    image: NDArray[np.uint8] = images[picked or 0]
    return image


def _controls(dataset: Dataset) -> tuple[Split, int | None]:
    """Choose the split and the class; both are in the URL."""
    place = read(DataPlace)
    with st.container(horizontal=True, vertical_alignment="center"):
        segments("Split", "split", place.split, ("train", "test"))
        options = dataset.class_names
        chosen = place.label if place.label in options else None
        dropdown("Class", "label", chosen, options, every="all classes", width=220)
    if arrived() and place.label is not None and place.label not in options:
        st.warning(
            f"{plain(dataset.name)} has no class called {plain(repr(place.label[:80]))}; choose one of these. "
            "Below are all classes.",
            icon=":material/link_off:",
        )
    label = None if chosen is None else options.index(chosen)
    return (dataset.test if place.split == "test" else dataset.train), label


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
            note=f"{counts.train[label]:,} + {counts.test[label]:,} test",
        )
        for label, start, stop in zip(shown, starts[:-1], starts[1:], strict=True)
    ]


def show_statistics(dataset: Dataset) -> None:
    """Draw images per class, and mean and spread of each channel, in a fold that computes when it is opened."""
    fold = st.expander("Balance and brightness", icon=":material/bar_chart:", key="data-statistics", on_change="rerun")
    if not fold.open:
        return
    with fold:
        counts = class_counts(dataset)
        st.vega_lite_chart(_bars(counts), key="data-balance")
        st.caption(balance_in_words(counts))
        measured = _measured(dataset.name, len(dataset.train))
        names = ["Red", "Green", "Blue"] if len(measured.mean) == 3 else ["Grey"]
        with st.container(horizontal=True):
            for name, mean, spread, histogram in zip(
                names, measured.mean, measured.spread, measured.histogram, strict=True
            ):
                st.metric(
                    name,
                    f"{mean:.0f} ± {spread:.0f}",
                    border=True,
                    chart_data=histogram.reshape(64, 4).sum(axis=1).tolist(),
                    chart_type="area",
                    help=f"mean {mean:.4f}, spread {spread:.4f}",
                )
        st.caption(
            "Mean ± spread (standard deviation) of each channel over all training pixels, 0 black to 255 full; "
            "the area shows how many pixels have each brightness, dark on the left."
        )


def _bars(counts: ClassCounts) -> dict[str, Any]:
    """Images per class as lying bars, so that names are read without turning one's head, as Vega-Lite."""
    names = counts.class_names
    values = [
        {"class": names[label], "split": split, "images": int(number)}
        for split, numbers in (("train", counts.train), ("test", counts.test))
        for label, number in enumerate(numbers)
    ]
    most = max(int(counts.train.max()), int(counts.test.max()), 1)
    split = {"field": "split", "type": "nominal", "sort": ["train", "test"], "title": None}
    return {
        "data": {"values": values},
        "mark": {"type": "bar", "tooltip": True},
        "height": {"step": _CLASS if len(names) <= _READABLE else _THIN_CLASS, "for": "position"},
        "padding": {"top": 0, "bottom": 0, "left": 4, "right": 8},
        "encoding": {
            "y": {
                "field": "class",
                "type": "nominal",
                "sort": list(names),
                "title": None,
                "axis": {"labelLimit": 120, "labelOverlap": len(names) > _READABLE},
                "scale": {"paddingInner": 0.25},
            },
            "yOffset": split,
            "x": {
                "field": "images",
                "type": "quantitative",
                "scale": {"domain": [0, 1.05 * most], "nice": False},
                "title": None,  # the caption says it
                "axis": {"tickMinStep": 1, "tickCount": 5, "format": ",d"},
            },
            "color": {**split, "scale": {"range": [*_BARS]}, "legend": {"orient": "top", "offset": 4}},
        },
    }


def balance_in_words(counts: ClassCounts) -> str:
    """Say how evenly the training images are spread over the classes."""
    least, most = int(counts.train.min()), int(counts.train.max())
    if least == most:
        return f"Images per class: each has {most:,} training images, so guessing is right once in {len(counts.train)}."
    few, many = (plain(counts.class_names[int(index)]) for index in (counts.train.argmin(), counts.train.argmax()))
    matters = "rare classes are learned less well" if most > _UNEVEN * least else "that is nearly the same"
    return f"Images per class: from {least:,} ({few}) to {most:,} ({many}) training images; {matters}."


@st.cache_data(max_entries=8, show_spinner="Measuring every pixel")
def _measured(name: str, n_train: int) -> ChannelStatistics:
    return channel_statistics(load(name).train.images)
