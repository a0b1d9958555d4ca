"""How many images each class has, and how bright they are."""

from typing import Any

import streamlit as st

from cnnviz.data import ChannelStatistics, ClassCounts, Dataset, channel_statistics, class_counts
from cnnviz.ui.loaders import dataset as load
from cnnviz.ui.messages import plain

__all__ = ["balance_in_words", "show_statistics"]

_CLASS, _THIN_CLASS = 24, 8  # pixels of height for the two bars of a class
_READABLE = 40  # classes whose names all fit beside their bars
_UNEVEN = 1.5  # times as many images as another class has
_BARS = ("#6272EC", "#8A93A8")  # training and test, readable in both themes


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
