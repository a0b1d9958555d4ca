"""Which image is looked at: a test image, or a photo of this session, taken from a file or the camera."""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.data import Split
from cnnviz.data.example_photos import EXAMPLES, example_photo
from cnnviz.data.photo_formats import SUFFIXES
from cnnviz.data.photos import Photo, fit, open_photo, smaller
from cnnviz.errors import CnnvizError, DataError
from cnnviz.figures.pictures import shrunk
from cnnviz.figures.tiles import photo_tiles
from cnnviz.runs import Run
from cnnviz.runs.words import untested
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.loaders import class_names, datasets, held_images, pictures
from cnnviz.ui.messages import problem

__all__ = [
    "LARGEST_SIDE",
    "ChosenImage",
    "any_image",
    "choose_image",
    "image_in_words",
    "image_key",
    "image_popover",
    "keep_photo",
    "kept_photo",
    "photo_key",
    "plain_image",
    "read_image",
    "test_split",
    "without_images",
]

Picked = Callable[[str], None]

LARGEST_SIDE = 1024  # a photo is kept no larger: every visitor of a lecture may have eight of them
_PHOTOS = "cnnviz.photos"  # session state: this session's photos by image key, the newest last
_KEPT = 8
_KEY = re.compile(r"test-(\d{1,7})|upload-[0-9a-f]{8}|example-[a-z]{1,20}")
_INVERTED = "-inverted"  # what ends the key of an image whose dark became bright
_OF_ONE_CLASS = 30
_THUMBNAIL = 64  # pixels
_EVERY = "all classes"
_FIRST_PHOTO = f"example-{EXAMPLES[0].name}"


@dataclass(frozen=True, eq=False)
class ChosenImage:
    """An image that is looked at.

    Attributes:
        key: "test-17", "upload-1a2b3c4d" or "example-cat"; with "-inverted" behind it where dark became bright.
        image: (height, width, channels) uint8 in the network's input size.
        photo: (height, width, 1 or 3) uint8, the photo it was made from; None for a test image.
        label: its class; None where nobody knows.
        note: what was done to a photo to read it; empty for nothing.
        compressed: whether it is a compressed copy of a test image that is not on this machine.
    """

    key: str
    image: NDArray[np.uint8]
    photo: NDArray[np.uint8] | None = None
    label: int | None = None
    note: str = ""
    compressed: bool = False


def image_in_words(key: str, label: int | None, class_names: Sequence[str]) -> str:
    """Return `ship, test image 17`; "a photo" for one.

    Args:
        key: of the image.
        label: its class; None where nobody knows.
        class_names: by label.
    """
    plain_key, inverted = plain_image(key)
    said = "a photo" if label is None else f"{class_names[label]}, {plain_key.replace('-', ' image ')}"
    return f"{said}, inverted" if inverted else said


def image_key(key: str, *, inverted: bool) -> str:
    """Return the key of an image as the network is to see it."""
    return key + _INVERTED if inverted else key


def plain_image(key: str) -> tuple[str, bool]:
    """Return the key of the image itself, and whether it is to be inverted: dark becomes bright, and bright dark."""
    return key.removesuffix(_INVERTED), key.endswith(_INVERTED)


def test_split(run: Run) -> Split:
    """Return the test images that a run is measured on, in the order of its predictions, or compressed copies of them.

    Raises:
        CnnvizError: there are none on this machine.
    """
    if without_images(run):
        raise DataError("; ".join(untested(run)))
    return pictures(run).split


def _split_or_photo(run: Run) -> Split:
    """Return the same for pages that can look at a photo as well, and say so where there are no test images."""
    try:
        return test_split(run)
    except DataError as error:
        raise DataError(f"{error}, or look at a photo of yours") from error


def without_images(run: Run) -> bool:
    """Whether a run came from elsewhere without a data set, so that photos are all there is to look at."""
    name = run.spec.data.name
    return bool(run.spec.model.foreign) and not any(info.name == name for info in datasets())


def read_image(run: Run, key: str | None) -> ChosenImage:
    """Return the image that a key names, in the size that a run's network takes.

    Args:
        run: the run.
        key: as in the URL; None for the first test image, or for a photo where the run has no data set.

    Raises:
        DataError: the key is none, or there is no such image here.
    """
    plain_key, inverted = plain_image(key or (_FIRST_PHOTO if without_images(run) else "test-0"))
    match = _KEY.fullmatch(plain_key)
    if not match:
        raise DataError(f"the link asks for the image {str(key)[:80]!r}, which is none; choose an image instead")
    chosen = _read(run, match)
    if not inverted:
        return chosen
    photo = None if chosen.photo is None else 255 - chosen.photo
    note = f"{chosen.note} Dark became bright.".strip()
    return replace(chosen, key=image_key(plain_key, inverted=True), image=255 - chosen.image, photo=photo, note=note)


def _read(run: Run, match: re.Match[str]) -> ChosenImage:
    height, width, channels = run.spec.model.input_shape
    if match[1] is None:
        photo = kept_photo(match[0])
        if photo is None:
            raise DataError(
                "the link asks for a photo that was opened in another tab and is kept nowhere else; open it here too, "
                "or choose a test image"
            )
        return ChosenImage(match[0], fit(photo.pixels, (height, width, channels)), photo.pixels, None, photo.note)
    split, index = _split_or_photo(run), int(match[1])
    if index >= len(split):
        raise DataError(
            f"the link asks for test image {index}, but {run.spec.data.name} has the test images 0 to "
            f"{len(split) - 1}; choose one of these"
        )
    image = split.images[index]
    if image.shape != (height, width, channels):
        image = fit(image, (height, width, channels))
    compressed = held_images(run) == "compressed"
    return ChosenImage(f"test-{index}", image, None, int(split.labels[index]), compressed=compressed)


def image_popover(run: Run, label: str, current: str, picked: Picked, *, key: str, width: int) -> None:
    """Draw the chooser in a popover: stepping through the images leaves it open, a photo closes it.

    Args:
        run: the run whose test images are offered.
        label: what is on the popover's button.
        current: the image looked at now; empty for none.
        picked: called, once and before the page runs again, with the key of the image that was chosen.
        key: prefix of the widgets' keys.
        width: of the button in pixels.
    """
    fold = st.popover(label, icon=":material/image:", key=_fold(key), on_change="rerun", wrap=False, width=width)
    if fold.open:
        with fold:
            choose_image(run, current, picked, key=key)


def _fold(key: str) -> str:
    return f"{key}s"


def choose_image(run: Run, current: str, picked: Picked, *, key: str) -> None:
    """Draw the chooser wherever the caller is; see `image_popover`."""
    first = "Example" if without_images(run) else "Test image"
    source = st.segmented_control(
        "Where from",
        [first, "File", "Camera"],
        default=first,
        required=True,
        key=f"{key}-source",
        label_visibility="collapsed",
        persist_state="session",
    )
    if source in ("File", "Camera"):
        _take_photo(picked, key, camera=source == "Camera")
    elif source == "Example":
        _choose_example(picked, key)
    else:
        try:
            _choose_test_image(run, _split_or_photo(run), current, picked, key)
        except CnnvizError as error:
            problem(error, way_back=None)


def _choose_example(picked: Picked, key: str) -> None:
    with st.container(horizontal=True, gap="small"):
        for one in EXAMPLES:
            st.button(one.title, key=f"{key}-{one.name}", on_click=picked, args=(f"example-{one.name}",))
    st.caption("This network came without a data set; these photos come with cnnviz.")


def _choose_test_image(run: Run, split: Split, current: str, picked: Picked, key: str) -> None:
    names = class_names(run)
    now = int(current.removeprefix("test-")) if current.startswith("test-") else None
    # What shows the image looked at is set before the widgets, at every run: a link or "Surprise me" moves them too.
    if now is not None:
        st.session_state[f"{key}-index"] = now
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input(
            "Number",
            0,
            len(split) - 1,
            step=1,
            key=f"{key}-index",
            on_change=_by_index,
            args=(picked, key),
            width=130,
        )
        wanted = st.selectbox("Class", [_EVERY, *names], key=f"{key}-class", width=160)
        st.button(
            "Surprise me",
            key=f"{key}-surprise",
            icon=":material/casino:",
            on_click=_surprise,
            args=(picked, split, names.index(wanted) if wanted in names else None),
        )
    label = names.index(wanted) if wanted in names else None
    offered = np.arange(len(split)) if label is None else np.flatnonzero(split.labels == label)
    shown = offered[:_OF_ONE_CLASS]
    if not len(shown):
        st.caption("There is no test image of this class; choose another class.")
        return
    tiles(
        photo_tiles(shrunk(split.images[shown], _THUMBNAIL)),
        key=f"{key}-tiles",
        caption="Click an image to look at it."
        if len(shown) == len(offered)
        else f"The first {len(shown)} of {len(offered):,}; click one to look at it.",
        ids=[int(index) for index in shown],
        names=[f"{names[split.labels[index]]}, test image {index}" for index in shown],
        chosen=now,
        on_pick=lambda index: picked(f"test-{index}"),
        smallest=48,
        largest=_THUMBNAIL,
        room=300,
    )


def _by_index(picked: Picked, key: str) -> None:
    _leave(key, open=True)
    picked(f"test-{st.session_state[f'{key}-index']}")


def any_image(run: Run) -> str:
    """Return the key of a test image drawn at random; of an example where the run has none.

    Raises:
        CnnvizError: there are no test images on this machine.
    """
    if without_images(run):
        return f"example-{EXAMPLES[np.random.default_rng().integers(len(EXAMPLES))].name}"
    return f"test-{np.random.default_rng().integers(len(test_split(run)))}"


def _surprise(picked: Picked, split: Split, label: int | None) -> None:
    """Pick a test image at random, of a class or of any."""
    offered = np.arange(len(split)) if label is None else np.flatnonzero(split.labels == label)
    if len(offered):
        picked(f"test-{np.random.default_rng().choice(offered)}")


# --- photos -----------------------------------------------------------------------------------------------------


def _leave(key: str, *, open: bool) -> None:  # noqa: A002 - what Streamlit calls it
    """Leave the popover open or closed: its label changes with the image, and it would be a new one, closed."""
    st.session_state[_fold(key)] = open


def _take_photo(picked: Picked, key: str, *, camera: bool) -> None:
    """Draw what takes a photo; it stays in this session and reaches no disk. What it takes closes the popover."""
    name = f"{key}-camera" if camera else f"{key}-file"
    # After each photo the widget is a new one: the old one would still hold it, and offer it again.
    taken = st.session_state.get(f"{name}-taken", 0)
    widget = f"{name}-{taken}" if taken else name
    told = (picked, key, name, widget)
    if camera:
        st.camera_input("Photograph something", label_visibility="collapsed", key=widget, on_change=_took, args=told)
        st.caption("The centre square is cut out and made as small as the network wants it. It stays in this tab.")
    else:
        st.file_uploader(
            "Open a photo",
            type=list(SUFFIXES),
            max_upload_size=20,
            label_visibility="collapsed",
            key=widget,
            on_change=_took,
            args=told,
        )
        st.caption("PNG, JPEG and their like, up to 20 MB; the centre square is used. It stays in this tab.")
    if sentence := st.session_state.get(f"{name}-problem"):
        problem(DataError(sentence), way_back=None)


def _took(picked: Picked, key: str, name: str, widget: str) -> None:
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
    _leave(key, open=False)
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
