"""Photos of this session: taken from a file or the camera, and kept, so that every page can look at them."""

import hashlib
from collections.abc import Callable
from typing import Any

import streamlit as st

from cnnviz.data.example_photos import example_photo
from cnnviz.data.photo_formats import SUFFIXES
from cnnviz.data.photos import Photo, open_photo, smaller
from cnnviz.errors import CnnvizError, DataError
from cnnviz.ui.messages import problem

__all__ = ["LARGEST_SIDE", "Picked", "keep_photo", "kept_photo", "leave", "photo_key", "take_photo"]

Picked = Callable[[str], None]

LARGEST_SIDE = 1024  # a photo is kept no larger: every visitor of a lecture may have eight of them
_PHOTOS = "cnnviz.photos"  # session state: this session's photos by image key, the newest last
_KEPT = 8


def leave(fold: str, *, open: bool) -> None:  # noqa: A002 - what Streamlit calls it
    """Leave a popover open or closed, whatever becomes of its label, which Streamlit takes for the popover itself.

    Args:
        fold: its key; empty for none.
        open: how it is when the page has run again.
    """
    if fold:
        st.session_state[fold] = open


def take_photo(picked: Picked, key: str, fold: str, *, camera: bool) -> None:
    """Draw what takes a photo from a file or the camera; it stays in this session and reaches no disk.

    Args:
        picked: called with the photo's key, before the page runs again.
        key: prefix of the widgets' keys.
        fold: the key of the popover that it stands in, which a photo closes; empty for none.
        camera: whether from the camera.
    """
    name = f"{key}-camera" if camera else f"{key}-file"
    # After each photo the widget is a new one: the old one would still hold it, and offer it again.
    taken = st.session_state.get(f"{name}-taken", 0)
    widget = f"{name}-{taken}" if taken else name
    told = (picked, name, widget, fold)
    if camera:
        st.camera_input(
            "Photograph something", label_visibility="collapsed", key=widget, on_change=_took, args=told
        )  # fmt: skip
        st.caption("The centre square is cut out and made as small as the network wants it. It stays in this tab.")
    else:
        st.file_uploader(
            "Open a photo", type=list(SUFFIXES), max_upload_size=20, label_visibility="collapsed", key=widget,
            on_change=_took, args=told,
        )  # fmt: skip
        st.caption("PNG, JPEG and their like, up to 20 MB; the centre square is used. It stays in this tab.")
    if sentence := st.session_state.get(f"{name}-problem"):
        problem(DataError(sentence), way_back=None)


def _took(picked: Picked, name: str, widget: str, fold: str) -> None:
    file: Any = st.session_state.get(widget)
    st.session_state[f"{name}-problem"] = None
    if file is None:
        return
    content = file.getvalue()
    try:
        photo = open_photo(content, file.name)
    except CnnvizError as error:
        st.session_state[f"{name}-problem"] = str(error)
        return
    image_key = photo_key(content)
    keep_photo(image_key, Photo(smaller(photo.pixels, LARGEST_SIDE), photo.note))
    st.session_state[f"{name}-taken"] = st.session_state.get(f"{name}-taken", 0) + 1
    leave(fold, open=False)
    picked(image_key)


def photo_key(content: bytes) -> str:
    """Return the key under which a photo is kept, by its file's content."""
    return f"upload-{hashlib.sha256(content).hexdigest()[:8]}"


def keep_photo(key: str, photo: Photo) -> None:
    """Keep a photo for this session, so that every page can look at it; of many the oldest goes.

    Args:
        key: from `photo_key`.
        photo: no larger than `LARGEST_SIDE`.
    """
    photos = _photos()
    photos.pop(key, None)
    photos[key] = photo
    while len(photos) > _KEPT:
        photos.pop(next(iter(photos)))


def kept_photo(key: str) -> Photo | None:
    """Return a photo of this session, or one that comes with cnnviz; None where there is none of that key.

    Raises:
        DataError: there is no such example.
    """
    if key.startswith("example-"):
        return example_photo(key.removeprefix("example-"))
    return _photos().get(key)


def _photos() -> dict[str, Photo]:
    kept: dict[str, Photo] = st.session_state.setdefault(_PHOTOS, {})
    return kept
