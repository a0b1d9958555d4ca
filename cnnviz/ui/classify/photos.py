"""The photos of a session: taken in from files, a folder or the camera, decoded once, made small enough to keep.

Nothing of them reaches a disk, nothing of them is shared between sessions, and they are gone with the session.
"""

import base64
import io
import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from cnnviz.data.example_photos import EXAMPLES, example_photo
from cnnviz.data.photo_formats import SUFFIXES
from cnnviz.data.photos import Photo, open_photo, smaller
from cnnviz.errors import CnnvizError
from cnnviz.inference import Crop
from cnnviz.ui.address import asked, go
from cnnviz.ui.components.photo_wall import WallPhoto, photo_wall
from cnnviz.ui.messages import plain
from cnnviz.ui.network.images import LARGEST_SIDE, photo_key
from cnnviz.ui.streamlit_private import UploadedFile, let_go_of_upload

__all__ = [
    "MORE",
    "PhotoItem",
    "PhotoShelf",
    "drop_zone",
    "example_item",
    "forget_photos",
    "other_ways",
    "session_shelf",
    "show_photo",
    "tell_refused",
]

_MOST_PHOTOS = 300  # of a session; `cnnviz classify` takes any number
_FEW = 24  # photos that are kept as large as every page shows them
_SMALLER_SIDE = 512  # pixels: as large as any network here takes, twice
_THUMBNAIL = 176  # pixels
_QUALITY = 88
_TINY = 160  # pixels of a side, as in photo_crop.js
_SHELF = "cnnviz.classify.shelf"
MORE = "classify-more"  # the popover with the other ways
_MOST_MEGABYTES = 32  # of a file
_AT_ONCE = 3  # files that are decoded while somebody waits; more in the background
_SERIAL = "cnnviz.classify.drops"  # session state: counts up when the photos are forgotten, which empties the widgets
_TAKEN = "cnnviz.classify.taken"  # session state: ids of files that were taken in
_SHOTS = "cnnviz.classify.shots"  # session state: how many pictures the camera made

_Way = Literal["files", "folder", "camera"]


@dataclass(eq=False)
class PhotoItem:
    """A file that somebody gave, or a photo that is looked at.

    Attributes:
        key: of the photo, "upload-1a2b3c4d", "example-cat" or "test-17".
        name: the file's.
        content: the file, until it is decoded.
        photo: the photo, small enough to keep; None before, and where it could not be decoded.
        size: (height, width) of the photo as it came, upright; at first that of `photo`.
        error: why it could not be decoded, a sentence.
        credit: whose it is; empty for what somebody gave.
        label: its true class, where a data set says it.
    """

    key: str
    name: str
    content: bytes | None = None
    photo: Photo | None = None
    size: tuple[int, int] = field(default=(0, 0), init=False)
    error: str = ""
    credit: str = ""
    label: int | None = None

    def __post_init__(self) -> None:
        if self.photo is not None:
            self.size = (self.photo.pixels.shape[0], self.photo.pixels.shape[1])

    @property
    def pixels(self) -> NDArray[np.uint8]:
        """The photo, uint8 (height, width, 1 or 3); only of one that was decoded."""
        assert self.photo is not None
        return self.photo.pixels

    @property
    def tiny(self) -> bool:
        """Whether it is shown pixel by pixel, which a JPEG would blur."""
        return bool(max(self.pixels.shape[:2]) <= _TINY)

    @cached_property
    def address(self) -> str:
        """The photo for a browser, a data URL."""
        return _picture_address(self.pixels, exact=self.tiny)

    @cached_property
    def thumbnail(self) -> str:
        """The same, small."""
        return _picture_address(smaller(self.pixels, _THUMBNAIL), exact=self.tiny)

    def decode(self, side: int) -> None:
        """Open the file and let go of it; what is wrong with it is kept as its error."""
        content, self.content = self.content, None
        if content is None:
            return
        try:
            photo = open_photo(content, self.name)
        except CnnvizError as error:
            self.error = error.sentence
            return
        self.size = (photo.pixels.shape[0], photo.pixels.shape[1])
        self.photo = Photo(smaller(photo.pixels, side), photo.note)


@dataclass(eq=False)
class PhotoShelf:
    """What a session has taken in; a job of it may decode while its page looks on.

    Attributes:
        items: by their keys, in the order in which they came.
    """

    items: "OrderedDict[str, PhotoItem]" = field(default_factory=OrderedDict)
    left_out: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, name: str, content: bytes) -> PhotoItem | None:
        """Take a file in, not yet decoded; the same photo is there once. None where there are too many."""
        key = photo_key(content)
        with self.lock:
            if key not in self.items:
                if len(self.items) >= _MOST_PHOTOS:
                    self.left_out += 1
                    return None
                self.items[key] = PhotoItem(key, name, content)
            return self.items[key]

    def clear(self) -> None:
        """Forget everything."""
        with self.lock:
            self.items.clear()
            self.left_out = 0

    def everything(self) -> list[PhotoItem]:
        """All files, those that could not be decoded included."""
        with self.lock:
            return list(self.items.values())

    @property
    def photos(self) -> list[PhotoItem]:
        """Those that were decoded."""
        return [item for item in self.everything() if item.photo is not None]

    @property
    def pending(self) -> list[PhotoItem]:
        """Those that are yet to be decoded."""
        return [item for item in self.everything() if item.content is not None]

    @property
    def bad(self) -> list[PhotoItem]:
        """Those that could not be decoded."""
        return [item for item in self.everything() if item.error]

    @property
    def side(self) -> int:
        """How large photos are kept: many of them smaller."""
        return LARGEST_SIDE if len(self.items) <= _FEW else _SMALLER_SIDE


def _picture_address(pixels: NDArray[np.uint8], *, exact: bool) -> str:
    """Return a picture as a data URL."""
    picture, buffer = Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels), io.BytesIO()
    picture.save(buffer, "PNG" if exact else "JPEG", **({} if exact else {"quality": _QUALITY}))
    return f"data:image/{'png' if exact else 'jpeg'};base64,{base64.b64encode(buffer.getvalue()).decode('ascii')}"


def session_shelf() -> PhotoShelf:
    """Return this session's photos."""
    shelf: PhotoShelf = st.session_state.setdefault(_SHELF, PhotoShelf())
    return shelf


# --- the drop zone, and the other ways in --------------------------------------------------------------------


def drop_zone() -> None:
    """Draw the drop zone; how large it is says the page's style."""
    key = _key("files")
    st.file_uploader(
        "Drop photos here, or choose them",
        accept_multiple_files=True,
        max_upload_size=_MOST_MEGABYTES,
        key=key,
        label_visibility="collapsed",
        on_change=_take,
        args=(key,),
    )


def other_ways() -> None:
    """Draw the other ways to a photo: the camera, a folder, and the photos that come with cnnviz."""
    way = st.segmented_control(
        "Another way",
        ["camera", "folder"],
        key="classify-way",
        label_visibility="collapsed",
        format_func=lambda way: {
            "camera": ":material/photo_camera: Use the camera",
            "folder": ":material/folder_open: Choose a folder",
        }[way],
    )
    if way == "camera":
        key = _key("camera")
        st.camera_input(
            "Photograph something",
            label_visibility="collapsed",
            key=key,
            resolution="720p",
            on_change=_shoot,
            args=(key,),
        )
        st.caption(
            "It stays in this tab. A browser shows its camera to pages on this machine or over HTTPS only; on a phone, "
            "the drop zone offers its camera too."
        )
    elif way == "folder":
        key = _key("folder")
        st.file_uploader(
            "Choose a folder",
            accept_multiple_files="directory",
            type=list(SUFFIXES),
            key=key,
            max_upload_size=_MOST_MEGABYTES,
            label_visibility="collapsed",
            on_change=_take,
            args=(key,),
        )
        st.caption(f"All photos in it and in its folders, {_MOST_PHOTOS} at most.")
    st.caption("Or take one of these; a network may know none of them.")
    photo_wall(
        [
            WallPhoto(f"example-{one.name}", example_item(f"example-{one.name}").thumbnail, one.title, hint=one.credit)
            for one in EXAMPLES
        ],
        key="classify-examples",
        side=104,
        on_open=show_photo,
    )


@st.cache_resource(max_entries=len(EXAMPLES), show_spinner=False)
def example_item(key: str) -> PhotoItem:
    """Return a photo that comes with cnnviz; shared by all sessions.

    Args:
        key: such as "example-cat".

    Raises:
        DataError: there is none of that name.
    """
    name = key.removeprefix("example-")
    photo = example_photo(name)
    one = next(one for one in EXAMPLES if one.name == name)
    return PhotoItem(key, one.file, None, photo, credit=one.credit)


def show_photo(key: str | None) -> None:
    """Open a photo, or all of them: in a callback. Dials start at rest; whole photos stay whole.

    Args:
        key: of the photo; None for all.
    """
    whole = Crop(mode="whole") if asked("crop")[0] == "whole" else None
    go(image=key, crop=whole, dials=None, charted=None)
    st.session_state[MORE] = False  # the popover closes


def forget_photos() -> None:
    """Let go of all photos: in a callback. The page is the drop zone again."""
    session_shelf().clear()
    st.session_state[_SERIAL] = st.session_state.get(_SERIAL, 0) + 1
    show_photo(None)


def tell_refused() -> None:
    """Name the files that could not be classified, and say why."""
    shelf = session_shelf()
    refused = shelf.bad
    if shelf.left_out:
        st.warning(
            f"{_MOST_PHOTOS} photos is all that a tab keeps, so {shelf.left_out:,} were left out; `cnnviz classify` on "
            "the command line takes any number.",
            icon=":material/inventory_2:",
        )
    if len(refused) == 1:
        st.warning(plain(refused[0].error), icon=":material/broken_image:")
    elif refused:
        with st.expander(f"{len(refused)} files could not be classified", icon=":material/broken_image:"):
            st.markdown("\n".join(f"- {plain(item.error)}" for item in refused))


# --- files that arrive ---------------------------------------------------------------------------------------


def _key(way: _Way) -> str:
    """A widget that is drawn under a new key is empty again."""
    return f"classify-{way}-{st.session_state.get(_SERIAL, 0)}"


def _take(key: str) -> None:
    files: Any = st.session_state.get(key)
    _put_away((file.name, file) for file in files or () if isinstance(file, UploadedFile))  # some are let go of


def _shoot(key: str) -> None:
    shot: Any = st.session_state.get(key)
    if isinstance(shot, UploadedFile):
        number = st.session_state[_SHOTS] = st.session_state.get(_SHOTS, 0) + 1
        _put_away([(f"photo {number} from the camera", shot)])


def _put_away(files: Iterable[tuple[str, UploadedFile]]) -> None:
    """Take files in, and let go of Streamlit's copies of them."""
    shelf, taken = session_shelf(), st.session_state.setdefault(_TAKEN, set())
    before = len(shelf.everything())
    new: list[PhotoItem] = []
    for name, file in files:
        if file.file_id not in taken:
            taken.add(file.file_id)
            item = shelf.add(name, file.getvalue())
            new += [item] if item is not None else []
            let_go_of_upload(file.file_id)
    if len(new) <= _AT_ONCE:
        for item in new:
            item.decode(LARGEST_SIDE)
    good = [item for item in new if not item.error]
    if good:
        alone = len(good) == 1 and (before == 0 or len(new) == 1)
        show_photo(good[0].key if alone else None)
