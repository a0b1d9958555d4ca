"""Where the browser gets the pictures of a run's test images from."""

import threading
from contextlib import suppress

import streamlit as st

from cnnviz.data.compact import compact_test
from cnnviz.errors import CnnvizError
from cnnviz.home import datasets_folder
from cnnviz.runs import Run
from cnnviz.ui.components.image_grid import Source
from cnnviz.ui.loaders import datasets, held_images, home, modified
from cnnviz.ui.network import test_split
from cnnviz.ui.sheets import serve_images, thumbnail_shape

__all__ = ["pictures_of"]


def pictures_of(run: Run) -> Source | None:
    """Say where the pictures of a run's test images are; None where there are none on this machine."""
    data, held = run.spec.data, held_images(run)
    if held is None:
        return None
    if held == "compressed":
        _decode_soon()
    info = next(info for info in datasets() if info.name == data.name)
    changed = modified(datasets_folder(home()) / f"{data.name}.npz")
    height, width = thumbnail_shape(*info.shape[:2])
    key = f"test|{home()}|{data.name}|{data.classes}|{changed}|{held}"
    return Source(serve_images(key, lambda: test_split(run).images), height, width)


@st.cache_resource(show_spinner=False)
def _decode_soon() -> None:
    """Begin to decode the copies that come with cnnviz: the browser asks for the first of them in a moment."""
    threading.Thread(target=_decode, daemon=True).start()


def _decode() -> None:
    with suppress(CnnvizError):  # said where they are shown
        compact_test()
