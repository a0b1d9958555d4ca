"""Which image is looked at: a test image, a photo from a file, or one from the camera."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.data import Split, prepare
from cnnviz.data.examples import example_photo
from cnnviz.data.photo_formats import SUFFIXES
from cnnviz.data.photos import Photo, fit, open_photo, smaller
from cnnviz.errors import CnnvizError, DataError
from cnnviz.figures.tiles import photo_tiles
from cnnviz.runs import Run
from cnnviz.ui.components.gallery import shrunk
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.loaders import class_names, dataset, datasets
from cnnviz.ui.messages import problem

__all__ = [
    "LARGEST_SIDE",
    "Chosen",
    "any_image",
    "choose_image",
    "keep_photo",
    "kept_photo",
    "photo_key",
    "read_image",
    "test_split",
]

Picked = Callable[[str], None]

_KEY = re.compile(r"test-(\d{1,7})|upload-[0-9a-f]{8}|example-[a-z]{1,20}")
_PHOTOS = "cnnviz.photos"  # session state: this session's photos by image key, the newest last
_KEPT = 8
LARGEST_SIDE = 1024  # a photo is kept no larger: every visitor of a lecture may have eight of them
_OF_ONE_CLASS = 30
_THUMBNAIL = 64  # pixels
_EVERY = "all classes"


@dataclass(frozen=True, eq=False)
class Chosen:
    """An image that is looked at.

    Attributes:
        key: "test-17", "upload-1a2b3c4d" or "example-cat".
        image: (height, width, channels) uint8 in the network's input size.
        photo: (height, width, 1 or 3) uint8, the photo it was made from; None for a test image.
        label: its class; None where nobody knows.
        note: what was done to a photo to read it; empty for nothing.
    """

    key: str
    image: NDArray[np.uint8]
    photo: NDArray[np.uint8] | None = None
    label: int | None = None
    note: str = ""


def test_split(run: Run) -> Split:
    """Return the test images that a run is measured on, in the order of its predictions.

    Raises:
        CnnvizError: its data set is not on this machine.
    """
    data = run.spec.data
    if not any(info.name == data.name and info.available for info in datasets()):
        raise DataError(
            f"the data set {data.name} of the run {run.name} is not on this machine, so it has no test images here; "
            "get it on the Data page, or look at a photo of yours"
        )
    whole = dataset(data.name)
    return whole.test if data.classes is None else _of_classes(data.name, data.classes, id(whole))


@st.cache_resource(max_entries=4, show_spinner=False)
def _of_classes(name: str, classes: tuple[str, ...], loaded: int) -> Split:
    from cnnviz.spec import DataSpec

    return prepare(dataset(name), DataSpec(name=name, classes=classes, validation=0), 0).test


def read_image(run: Run, key: str | None) -> Chosen:
    """Return the image that a key names, in the size that a run's network takes.

    Args:
        run: the run.
        key: as in the URL; None for the first test image.

    Raises:
        DataError: the key is none, or there is no such image here.
    """
    match = _KEY.fullmatch(key or "test-0")
    if not match:
        raise DataError(f"the link asks for the image {str(key)[:80]!r}, which is none; choose an image instead")
    height, width, channels = run.spec.model.input_shape
    if match[1] is None:
        photo = kept_photo(match[0])
        if photo is None:
            raise DataError(
                "the link asks for a photo that was opened in another tab and is kept nowhere else; open it here too, "
                "or choose a test image"
            )
        return Chosen(match[0], fit(photo.pixels, (height, width, channels)), photo.pixels, None, photo.note)
    split, index = test_split(run), int(match[1])
    if index >= len(split):
        raise DataError(
            f"the link asks for test image {index}, but {run.spec.data.name} has the test images 0 to "
            f"{len(split) - 1}; choose one of these"
        )
    image = split.images[index]
    if image.shape != (height, width, channels):
        image = fit(image, (height, width, channels))
    return Chosen(f"test-{index}", image, None, int(split.labels[index]))


def choose_image(run: Run, current: str, picked: Picked, *, key: str = "pinned-image") -> None:
    """Draw the chooser; it stands in a popover or wherever the caller is.

    Args:
        run: the run whose test images are offered.
        current: the image looked at now.
        picked: called, once and before the page runs again, with the key of the image that was chosen.
        key: prefix of the widgets' keys.
    """
    source = st.segmented_control(
        "Where from", ["Test image", "File", "Camera"], default="Test image", required=True, key=f"{key}-source",
        label_visibility="collapsed",
    )  # fmt: skip
    if source == "File":
        _take_photo(picked, key, camera=False)
    elif source == "Camera":
        _take_photo(picked, key, camera=True)
    else:
        try:
            _choose_test_image(run, test_split(run), current, picked, key)
        except CnnvizError as error:
            problem(error, way_back=None)


def _choose_test_image(run: Run, split: Split, current: str, picked: Picked, key: str) -> None:
    names = class_names(run)
    now = int(current.removeprefix("test-")) if current.startswith("test-") else None
    # What shows the image looked at is set before the widgets, at every run: a link or "Surprise me" moves them too.
    if now is not None:
        st.session_state[f"{key}-index"] = now
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input(
            "Number", 0, len(split) - 1, step=1, key=f"{key}-index", on_change=_by_index, args=(picked, key), width=130
        )
        wanted = st.selectbox("Class", [_EVERY, *names], key=f"{key}-class", width=160)
        st.button(
            "Surprise me", key=f"{key}-surprise", icon=":material/casino:", on_click=_surprise,
            args=(picked, split, names.index(wanted) if wanted in names else None),
        )  # fmt: skip
    label = names.index(wanted) if wanted in names else None
    offered = np.arange(len(split)) if label is None else np.flatnonzero(split.labels == label)
    shown = offered[:_OF_ONE_CLASS]
    if not len(shown):
        st.caption("There is no test image of this class; choose another class.")
        return
    tiles(
        photo_tiles(shrunk(split.images[shown], _THUMBNAIL)),
        key=f"{key}-tiles",
        caption="Click an image to look at it." if len(shown) == len(offered) else
        f"The first {len(shown)} of {len(offered):,}; click one to look at it.",
        ids=[int(index) for index in shown],
        names=[f"{names[split.labels[index]]}, test image {index}" for index in shown],
        chosen=now,
        on_pick=lambda index: picked(f"test-{index}"),
        smallest=48,
        largest=_THUMBNAIL,
        room=300,
    )  # fmt: skip


def _by_index(picked: Picked, key: str) -> None:
    picked(f"test-{st.session_state[f'{key}-index']}")


def any_image(run: Run) -> str:
    """Return the key of a test image drawn at random.

    Raises:
        CnnvizError: the run's data set is not on this machine.
    """
    return f"test-{np.random.default_rng().integers(len(test_split(run)))}"


def _surprise(picked: Picked, split: Split, label: int | None) -> None:
    """Pick a test image at random, of a class or of any."""
    offered = np.arange(len(split)) if label is None else np.flatnonzero(split.labels == label)
    if len(offered):
        picked(f"test-{np.random.default_rng().choice(offered)}")


def _take_photo(picked: Picked, key: str, *, camera: bool) -> None:
    """Take a photo from a file or the camera; it stays in this session and reaches no disk."""
    name = f"{key}-camera" if camera else f"{key}-file"
    if camera:
        st.camera_input(
            "Photograph something", label_visibility="collapsed", key=name, on_change=_took, args=(picked, name)
        )
        st.caption("The centre square is cut out and made as small as the network wants it. It stays in this tab.")
    else:
        st.file_uploader(
            "Open a photo",
            type=list(SUFFIXES),
            max_upload_size=20,
            label_visibility="collapsed",
            key=name,
            on_change=_took,
            args=(picked, name),
        )
        st.caption("PNG, JPEG and their like, up to 20 MB; the centre square is used. It stays in this tab.")
    if sentence := st.session_state.get(f"{name}-problem"):
        problem(DataError(sentence), way_back=None)


def _took(picked: Picked, name: str) -> None:
    file: Any = st.session_state.get(name)
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
