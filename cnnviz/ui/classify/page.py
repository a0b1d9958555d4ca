"""The page: a drop zone, then one photo or many."""

import re

import streamlit as st

from cnnviz.data.photos import Photo
from cnnviz.errors import DataError
from cnnviz.ui.address import arrived, carried, carry, go, read
from cnnviz.ui.classify.address import WhatPlace
from cnnviz.ui.classify.bar import Using, beside, classify_bar
from cnnviz.ui.classify.intake import MORE, drop_zone, example_item, forget_photos, other_ways, show_photo, tell_refused
from cnnviz.ui.classify.many import show_many
from cnnviz.ui.classify.networks import Network
from cnnviz.ui.classify.one import show_one
from cnnviz.ui.classify.shelf import Item, session_shelf
from cnnviz.ui.copies import COPY
from cnnviz.ui.network.images import keep_photo, kept_photo, read_image
from cnnviz.ui.styles import style

__all__ = ["show_classify"]

_PHOTO = re.compile(r"(?:upload|example)-\w+")


def show_classify() -> None:
    """Draw the page for what the URL asks for.

    Raises:
        CnnvizError: it asks for something that there is not.
    """
    network, bar = classify_bar()
    shelf = session_shelf()
    item = _open_item(network)
    empty = item is None and not (shelf.photos or shelf.pending)
    with bar:
        st.html(style(__file__, "chips", "empty" if empty else "filled"))
        second = None if empty else beside(network.run)
        if item is not None:
            _step_through(item)
        drop_zone()
        if not empty:
            with st.popover("", icon=":material/add_a_photo:", key=MORE, help="Camera, folder, examples",
                            on_change="rerun") as more:  # fmt: skip
                if more.open:
                    other_ways()
            st.button(
                "", key="classify-clear", icon=":material/delete_sweep:", help="Clear: forget all photos",
                on_click=forget_photos,
            )  # fmt: skip
    if item is None or len(shelf.photos) < 2:  # with many they are named beside all of them
        tell_refused()
    if item is not None:
        _pin(network, item)
        show_one(Using(network, second), item)
    elif empty:
        other_ways()
    else:
        show_many(Using(network, second))


def _open_item(network: Network) -> Item | None:
    """Return the photo that the URL asks for, or the only one there is; None for the drop zone and for many.

    Raises:
        DataError: there is no such photo here.
    """
    shelf = session_shelf()
    key = read(WhatPlace).image
    if key is None and arrived():
        key = _carried()
    if key is None and len(shelf.photos) == 1 and not shelf.pending:
        return shelf.photos[0]
    if key is None:
        return None
    found = shelf.items.get(key)
    if found is not None and found.photo is not None:
        return found
    if key.startswith("example-"):
        return example_item(key)
    photo = kept_photo(key) if key.startswith("upload-") else None
    if photo is not None:
        return Item(key, "your photo", None, photo, (photo.pixels.shape[0], photo.pixels.shape[1]))
    if key.startswith("upload-"):
        go(image=None)
        raise DataError(
            "the link asks for a photo that was opened in another tab and is kept nowhere else; open it here too"
        )
    chosen = read_image(network.run, key)
    size = (chosen.image.shape[0], chosen.image.shape[1])
    photo = Photo(chosen.image, COPY if chosen.compressed else "")
    return Item(key, f"test image {key.removeprefix('test-')}", None, photo, size, label=chosen.label)


def _carried() -> str | None:
    """Return the photo that the session looked at last on another page."""
    key = carried().get("image", "")
    if not _PHOTO.fullmatch(key) or kept_photo(key) is None:
        return None
    go(image=key)
    return key


def _pin(network: Network, item: Item) -> None:
    """Let the pages under Look show this photo when somebody goes there."""
    if item.photo is not None and item.key.startswith("upload-"):
        keep_photo(item.key, item.photo)
    carry(run=network.run.id, image=item.key)


def _step_through(item: Item) -> None:
    """Draw the way back to all photos, and to the next one."""
    photos = session_shelf().photos
    if len(photos) < 2:
        return
    keys = [one.key for one in photos]
    place = keys.index(item.key) if item.key in keys else None
    st.button(
        f"All {len(photos)} photos", key="classify-all", icon=":material/grid_view:", on_click=show_photo, args=(None,)
    )
    for way, step in (("left", -1), ("right", 1)):
        to = None if place is None else place + step
        there = to is not None and 0 <= to < len(keys)
        st.button(
            "", key=f"classify-{way}", icon=f":material/chevron_{way}:", disabled=not there,
            help="Previous photo" if step < 0 else "Next photo", on_click=show_photo,
            args=(keys[to] if there and to is not None else None,),
        )  # fmt: skip
