"""The page: its bar with a drop zone, then one photo or many."""

import re

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz.data.photos import Photo
from cnnviz.errors import DataError
from cnnviz.runs import Run, Weights
from cnnviz.runs.words import snapshot_labels
from cnnviz.ui.address import arrived, bind, carried, carry, go, read, rerun
from cnnviz.ui.bar import network_run, run_bar
from cnnviz.ui.classify.many_photos import show_many
from cnnviz.ui.classify.networks import Network, Using
from cnnviz.ui.classify.one_photo import show_one
from cnnviz.ui.classify.photos import (
    MORE,
    PhotoItem,
    drop_zone,
    example_item,
    forget_photos,
    other_ways,
    session_shelf,
    show_photo,
    tell_refused,
)
from cnnviz.ui.classify.place import WhatPlace
from cnnviz.ui.copies import COPY
from cnnviz.ui.loaders import class_names, lookable, open_run, run_label
from cnnviz.ui.messages import plain
from cnnviz.ui.network.images import keep_photo, kept_photo, plain_image, read_image
from cnnviz.ui.styles import style

__all__ = ["show_classify"]

_PHOTO = re.compile(r"(?:upload|example)-\w+")
_ALONE = ""
_TICK_S = 2.0


def show_classify() -> None:
    """Draw the page for what the URL asks for.

    Raises:
        CnnvizError: it asks for something that there is not.
    """
    network, bar = _classify_bar()
    shelf = session_shelf()
    item = _open_item(network)
    empty = item is None and not (shelf.photos or shelf.pending)
    with bar:
        st.html(style(__file__, "chips", "empty" if empty else "filled"))
        second = None if empty else _beside(network.run)
        if item is not None:
            _step_through(item)
        drop_zone()
        if not empty:
            with st.popover(
                "", icon=":material/add_a_photo:", key=MORE, help="Camera, folder, examples", on_change="rerun"
            ) as more:
                if more.open:
                    other_ways()
            st.button(
                "",
                key="classify-clear",
                icon=":material/delete_sweep:",
                help="Clear: forget all photos",
                on_click=forget_photos,
            )
    if item is None or len(shelf.photos) < 2:  # with many they are named beside all of them
        tell_refused()
    if item is not None:
        _pin(network, item)
        show_one(Using(network, second), item)
    elif empty:
        other_ways()
    else:
        show_many(Using(network, second))


def _open_item(network: Network) -> PhotoItem | None:
    """Return the photo that the URL asks for, or the only one there is; None for the drop zone and for many.

    Raises:
        DataError: there is no such photo here.
    """
    shelf = session_shelf()
    key = _upright(read(WhatPlace).image)
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
        return PhotoItem(key, "your photo", None, photo)
    if key.startswith("upload-"):
        go(image=None)
        raise DataError(
            "the link asks for a photo that was opened in another tab and is kept nowhere else; open it here too"
        )
    chosen = read_image(network.run, key)
    photo = Photo(chosen.image, COPY if chosen.compressed else "")
    return PhotoItem(key, f"test image {key.removeprefix('test-')}", None, photo, label=chosen.label)


def _carried() -> str | None:
    """Return the photo that the session looked at last on another page."""
    key = carried().get("image", "")
    plain_key, _ = plain_image(key)
    if not _PHOTO.fullmatch(plain_key) or kept_photo(plain_key) is None:
        return None
    go(image=plain_key)
    return _upright(key)


def _upright(key: str | None) -> str | None:
    """Return the key of the image itself; that it is inverted becomes a choice of this page."""
    plain_key, inverted = plain_image(key or "")
    if inverted:
        go(image=plain_key, invert=True)
    return plain_key or None


def _pin(network: Network, item: PhotoItem) -> None:
    """Let the pages under Look show this photo when somebody goes there."""
    if item.photo is not None and item.key.startswith("upload-"):
        keep_photo(item.key, item.photo)
    carry(run=network.run.id, image=item.key)


def _step_through(item: PhotoItem) -> None:
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
            "",
            key=f"classify-{way}",
            icon=f":material/chevron_{way}:",
            disabled=not there,
            help="Previous photo" if step < 0 else "Next photo",
            on_click=show_photo,
            args=(keys[to] if there and to is not None else None,),
        )


# --- the bar: which run, which of its snapshots, and perhaps a second run beside it -------------------------


def _classify_bar() -> tuple[Network, DeltaGenerator]:
    """Draw the bar; where there is no network yet, say what to do and end the page."""
    run, offered = network_run(
        "use",
        "There is no trained network to show your photos to yet. Train one: it takes a minute, and this page then says "
        "what it sees in them.",
        icon=":material/add_photo_alternate:",
    )
    shown, bar = run_bar(run, offered, follow=True, gap="xsmall")
    if run.status.active:
        st.fragment(_follow, run_every=_TICK_S)(run, len(run.snapshots()))
    return Network(Weights(run, shown.snapshot), class_names(run)), bar


def _beside(run: Run) -> Network | None:
    """Draw the list of runs that may stand beside the first one, and return the network that does."""
    offered = lookable()
    asked = read(WhatPlace).beside
    other = open_run(asked) if asked and asked != run.id else None
    options = [_ALONE, *(run_id for run_id in offered if run_id != run.id)]
    if other is not None and other.id not in options:
        options.append(other.id)
    if len(options) == 1:
        return None
    st.selectbox(
        "The run beside it",
        options,
        label_visibility="collapsed",
        width=150,
        format_func=lambda run_id: f"beside {run_label(run_id)}" if run_id else "no second run",
        **bind("beside", other.id if other else _ALONE, key="classify-with", options=options),
    )
    if other is None:
        return None
    # Its model, or its newest snapshot while it trains.
    newest = None if Weights(other).exists else max(snapshot_labels(other), default=None)
    return Network(Weights(other, newest), class_names(other))


def _follow(run: Run, snapshots: int) -> None:
    """Say that the network still learns, and run the page again with its next snapshot, or when it has ended."""
    if len(run.snapshots()) != snapshots or not run.status.active:
        rerun()
    st.caption(f"{plain(run.name)} is still training; what it says of a photo changes with every snapshot.")
