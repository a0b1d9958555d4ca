"""Where the browser gets the pictures of a run's test images from."""

import streamlit as st

from cnnviz.home import datasets_folder
from cnnviz.runs import Run
from cnnviz.ui.components.image_grid import Source
from cnnviz.ui.loaders import datasets, home, modified
from cnnviz.ui.look import test_split
from cnnviz.ui.messages import plain
from cnnviz.ui.sheets import serve_images, thumbnail_shape

__all__ = ["pictures_of", "tell_missing"]

DATA = "pages/prepare/data.py"


def pictures_of(run: Run) -> Source | None:
    """Say where the pictures of a run's test images are; None where its data set is not on this machine."""
    data = run.spec.data
    info = next((info for info in datasets() if info.name == data.name and info.available), None)
    if info is None:
        return None
    changed = modified(datasets_folder(home()) / f"{data.name}.npz")
    height, width = thumbnail_shape(*info.shape[:2])
    key = f"test|{home()}|{data.name}|{data.classes}|{changed}"
    return Source(serve_images(key, lambda: test_split(run).images), height, width)


def tell_missing(run: Run) -> None:
    """Say that the pictures are not on this machine, and where to get them."""
    st.info(
        f"The data set {plain(run.spec.data.name)} is not on this machine, so the images stay empty; everything else "
        "is known.",
        icon=":material/image_not_supported:",
    )
    st.page_link(DATA, label="Get it on the Data page", icon=":material/photo_library:")
