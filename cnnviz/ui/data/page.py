"""The page: one part looks at a data set, the other brings one in."""

import streamlit as st

from cnnviz.data import Dataset, DatasetInfo
from cnnviz.ui.address import read
from cnnviz.ui.choosers import segments
from cnnviz.ui.data.augmentation import show_augmentation
from cnnviz.ui.data.bringing import show_bringing
from cnnviz.ui.data.choosing import choose_dataset
from cnnviz.ui.data.findings import show_findings
from cnnviz.ui.data.getting import offer_dataset
from cnnviz.ui.data.images import describe, show_images
from cnnviz.ui.data.news import tell_news
from cnnviz.ui.data.origin import show_origin
from cnnviz.ui.data.place import PARTS, DataPlace
from cnnviz.ui.data.statistics import show_statistics
from cnnviz.ui.loaders import dataset as load
from cnnviz.ui.styles import style

__all__ = ["show_data"]


def show_data() -> None:
    """Draw the page, or the way to a data set that is not on this machine."""
    st.html(style(__file__))
    part = read(DataPlace).part
    segments("What to do", "part", part, PARTS)
    if part == "bring":
        show_bringing()
        return
    info = choose_dataset()
    if not info.available:
        offer_dataset(info)
        return
    tell_news(info.name)
    _show(load(info.name), info)


def _show(chosen: Dataset, info: DatasetInfo) -> None:
    picked = show_images(chosen, info)
    describe(chosen)
    show_findings(chosen)
    show_augmentation(picked, chosen.class_names)
    show_statistics(chosen)
    show_origin(info)
