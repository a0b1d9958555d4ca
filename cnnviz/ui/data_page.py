"""The Data page: the images of a data set by class, how many, how bright, and what augmentation makes of one."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.data import (
    ChannelStatistics,
    ClassCounts,
    Dataset,
    DatasetInfo,
    Split,
    are_characters,
    channel_statistics,
    class_counts,
    examples,
    load_dataset,
)
from cnnviz.data.download import DownloadError
from cnnviz.errors import CnnvizError
from cnnviz.spec import Augmentation
from cnnviz.ui.address import arrived, bind, go, read
from cnnviz.ui.choosers import dropdown, segments
from cnnviz.ui.components.gallery import GalleryRow, gallery
from cnnviz.ui.guard import permitted
from cnnviz.ui.loaders import SAMPLE, datasets, home
from cnnviz.ui.loaders import dataset as load
from cnnviz.ui.messages import plain, problem, reported
from cnnviz.ui.place import Place, choice, param, text

__all__ = ["DataPlace", "balance_in_words", "show_data"]

_CLASSES = 10  # rows on a page
_IN_A_ROW = 20
_OF_ONE_CLASS = 160
_CLASS, _THIN_CLASS = 24, 8  # pixels of height for the two bars of a class
_READABLE = 40  # classes whose names all fit beside their bars
_UNEVEN = 1.5  # times as many images as another class has
_BARS = ("#6272EC", "#8A93A8")  # training and test, readable in both themes
_VERSIONS, _SIDE = 14, 96  # augmented versions of an image, and pixels of their side


@dataclass(frozen=True)
class DataPlace(Place):
    """Which images of which data set are shown.

    Attributes:
        data: the data set's name.
        split: "train" or "test".
        label: the name of a class; None for all.
    """

    data: str = param(text, SAMPLE)
    split: str = param(choice("split", ("train", "test")), "train", kept=True, lenient=True)
    label: str | None = param(text, name="class", per="data", kept=True)


def show_data() -> None:
    """Draw the page, or the way to a data set that is not on this machine."""
    info = _choose_dataset()
    if not info.available:
        _offer_dataset(info)
        return
    chosen = load(info.name)
    picked = _show_images(chosen)
    _describe(chosen)
    _show_augmentation(picked, chosen.class_names)
    _show_statistics(chosen)


# --- choosing a data set, and getting one that is not on this machine yet --------------------------------------


def _choose_dataset() -> DatasetInfo:
    """Draw the choice of data sets, `?data=NAME` in the URL; a name that does not exist is said, the sample shown."""
    known = {info.name: info for info in datasets()}
    asked = read(DataPlace).data
    if asked not in known:
        st.warning(
            f"There is no data set called {plain(repr(asked[:80]))}; choose one of these. Below is {plain(SAMPLE)}.",
            icon=":material/link_off:",
        )
    shown = asked if asked in known else SAMPLE
    name = st.segmented_control(
        "Data set",
        list(known),
        required=True,
        format_func=lambda name: plain(name) + ("" if known[name].available else " :material/download:"),
        label_visibility="collapsed",
        **bind("data", shown, key="data-set"),
    )
    return known.get(name or SAMPLE, known[SAMPLE])


def _offer_dataset(info: DatasetInfo) -> None:
    """Say why a data set cannot be shown yet and what to do; get it on request."""
    if info.problem:
        problem(CnnvizError(info.problem), way_back=None)
        _offer_sample()
        return
    st.subheader(f"{plain(info.name)} is not on this machine yet")
    st.markdown(
        f"{_extent(info.n_train, info.n_test, len(info.classes), info.shape)}. Get it once; afterwards it needs no "
        "network. A download that stops goes on where it was."
    )
    with st.container(horizontal=True):
        asked = st.button(f"Get {plain(info.name)}", key="data-get", type="primary", icon=":material/download:")
        _offer_sample()
    if asked and permitted(f"get {info.name}"):
        _get(info.name)
    st.caption(
        f"Without a network: copy {plain(info.name)}.npz, or the archive its authors publish, into "
        f"{plain(str(home() / 'datasets'))}. {plain(info.source)}."
    )


def _offer_sample() -> None:
    st.button(
        "Look at the sample meanwhile",
        key="data-sample",
        on_click=go,
        kwargs={"data": SAMPLE},
        icon=":material/photo_library:",
    )


def _get(name: str) -> None:
    """Download a data set into the home, then show it."""
    bar = st.progress(0.0, text="Asking for it")
    try:
        load_dataset(name, home(), on_progress=_reporter(bar.progress))
    except CnnvizError as error:
        bar.empty()
        if isinstance(error.__cause__, DownloadError):  # what else can be done stands on this page already
            what = f"the data set {name} could not be downloaded"
            error = CnnvizError(f"{what}: {error.__cause__}; try again, or do as said below")
        problem(error, way_back=None)
    else:
        st.rerun()


def _reporter(draw: Callable[..., object]) -> Callable[[int, int | None], None]:
    """Make a function that draws progress, at most once a per cent."""
    drawn = -1

    def report(done: int, total: int | None) -> None:
        nonlocal drawn
        share = min(done / total, 1.0) if total else 0.0
        step = int(100 * share) if total else done // 1_000_000
        if step == drawn:
            return
        drawn = step
        of = f" of {total / 1e6:,.0f}" if total else ""
        draw(share, text="Checking and unpacking" if share == 1 else f"{done / 1e6:,.0f}{of} MB")

    return report


# --- its images, their number, and how bright they are ---------------------------------------------------------


def _describe(dataset: Dataset) -> None:
    """Say in one line what the data set is, and whose."""
    extent = _extent(len(dataset.train), len(dataset.test), dataset.n_classes, dataset.shape)
    st.caption(f"{extent}. Source: {plain(dataset.source)}.")


def _extent(n_train: int, n_test: int, classes: int, shape: tuple[int, int, int]) -> str:
    height, width, channels = shape
    colour = "colour" if channels == 3 else "grey"
    return f"{n_train:,} training and {n_test:,} test images in {classes} classes, {width}×{height} pixels, {colour}"


def _show_images(dataset: Dataset) -> NDArray[np.uint8]:
    """Draw images by class, with the controls to choose which."""
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


def _show_statistics(dataset: Dataset) -> None:
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


# --- what augmentation makes of one image: the first time, TensorFlow is imported for it -----------------------


def _show_augmentation(image: NDArray[np.uint8], class_names: Sequence[str]) -> None:
    """Draw changed versions of an image, in a fold that works when it is opened."""
    fold = st.expander(
        "Augmentation: the same image, changed at random",
        icon=":material/auto_fix_high:",
        key="data-augmentation",
        on_change="rerun",
    )
    if fold.open:
        with fold:
            st.fragment(_draw_augmentation, key="augmentation")(image, mirrors=not are_characters(class_names))


@reported(way_back=None)
def _draw_augmentation(image: NDArray[np.uint8], *, mirrors: bool) -> None:
    pictures, controls = st.columns([2, 1], gap="large")  # on a phone the pictures come first
    with controls:
        augmentation = _choose_augmentation(mirrors)
        seed = st.session_state.get("data-seed", 0)
        st.button("Show others", key="data-others", icon=":material/casino:", on_click=_next_seed)
    with pictures:
        waits = "One moment: TensorFlow is imported once" if "tensorflow" not in sys.modules else "Drawing"
        with st.spinner(waits):
            versions = _versions(image, augmentation, seed)
        names = ["the image itself", *(f"changed version {n}" for n in range(1, len(versions)))]
        gallery(
            versions,
            [GalleryRow(range(len(versions)))],
            key="data-versions",
            side=_SIDE,
            lines=3,
            names=names,
            alt="an image and changed versions of it",
        )
        st.caption(
            "First the image you picked, then what a network may be given in its place, new in every epoch: "
            "it should learn that these are all the same thing. What moves out of the picture is mirrored back in."
        )


def _choose_augmentation(mirrors: bool) -> Augmentation:
    # A key for each kind of data set: what fits photographs is not carried over to digits.
    key = "data-flip" if mirrors else "data-flip-characters"
    flip = st.toggle("Mirror left and right", value=mirrors, key=key, help="Half of the time.")
    if not mirrors:
        st.caption("Off to begin with: a mirrored 2 is no 2.")
    shift = st.slider("Shift (% of the side)", 0, 50, 12, key="data-shift")
    rotation = st.slider("Rotation (degrees)", 0, 180, 10, key="data-rotation")
    zoom = st.slider("Zoom (%)", 0, 50, 10, key="data-zoom")
    contrast = st.slider("Contrast (%)", 0, 90, 20, key="data-contrast")
    return Augmentation(flip=flip, shift=shift / 100, rotation=rotation, zoom=zoom / 100, contrast=contrast / 100)


def _next_seed() -> None:
    st.session_state["data-seed"] = st.session_state.get("data-seed", 0) + 1


def _versions(image: NDArray[np.uint8], augmentation: Augmentation, seed: int) -> NDArray[np.uint8]:
    """The image and its versions; nothing of this is imported before somebody asks."""
    from cnnviz.training.augment import preview

    return np.concatenate([image[None], preview(image, augmentation, _VERSIONS, seed)])
