"""The photos that a session has taken in: decoded once, made small enough to keep, gone with the session.

Nothing of them reaches a disk, and nothing of them is shared between sessions.
"""

import base64
import io
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from cnnviz.data.photos import Photo, open_photo, smaller
from cnnviz.errors import CnnvizError
from cnnviz.ui.network.images import LARGEST_SIDE, photo_key

__all__ = ["MOST_PHOTOS", "Item", "Shelf", "picture_address", "session_shelf"]

MOST_PHOTOS = 300  # of a session; `cnnviz classify` takes any number
_FEW = 24  # photos that are kept as large as every page shows them
_SMALLER_SIDE = 512  # pixels: as large as any network here takes, twice
_THUMBNAIL = 176  # pixels
_QUALITY = 88
_TINY = 160  # pixels of a side, as in photo_crop.js
_SHELF = "cnnviz.classify.shelf"


@dataclass(eq=False)
class Item:
    """A file that somebody gave, or a photo that is looked at.

    Attributes:
        key: of the photo, "upload-1a2b3c4d", "example-cat" or "test-17".
        name: the file's.
        content: the file, until it is decoded.
        photo: the photo, small enough to keep; None before, and where it could not be decoded.
        size: (height, width) of the photo as it came, upright.
        error: why it could not be decoded, a sentence.
        credit: whose it is; empty for what somebody gave.
        label: its true class, where a data set says it.
    """

    key: str
    name: str
    content: bytes | None = None
    photo: Photo | None = None
    size: tuple[int, int] = (0, 0)
    error: str = ""
    credit: str = ""
    label: int | None = None

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
        return picture_address(self.pixels, exact=self.tiny)

    @cached_property
    def thumbnail(self) -> str:
        """The same, small."""
        return picture_address(smaller(self.pixels, _THUMBNAIL), exact=self.tiny)

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
class Shelf:
    """What a session has taken in; a job of it may decode while its page looks on.

    Attributes:
        items: by their keys, in the order in which they came.
    """

    items: "OrderedDict[str, Item]" = field(default_factory=OrderedDict)
    left_out: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, name: str, content: bytes) -> Item | None:
        """Take a file in, not yet decoded; the same photo is there once. None where there are too many."""
        key = photo_key(content)
        with self.lock:
            if key not in self.items:
                if len(self.items) >= MOST_PHOTOS:
                    self.left_out += 1
                    return None
                self.items[key] = Item(key, name, content)
            return self.items[key]

    def clear(self) -> None:
        """Forget everything."""
        with self.lock:
            self.items.clear()
            self.left_out = 0

    def everything(self) -> list[Item]:
        """All files, those that could not be decoded included."""
        with self.lock:
            return list(self.items.values())

    @property
    def photos(self) -> list[Item]:
        """Those that were decoded."""
        return [item for item in self.everything() if item.photo is not None]

    @property
    def pending(self) -> list[Item]:
        """Those that are yet to be decoded."""
        return [item for item in self.everything() if item.content is not None]

    @property
    def bad(self) -> list[Item]:
        """Those that could not be decoded."""
        return [item for item in self.everything() if item.error]

    @property
    def side(self) -> int:
        """How large photos are kept: many of them smaller."""
        return LARGEST_SIDE if len(self.items) <= _FEW else _SMALLER_SIDE


def picture_address(pixels: NDArray[np.uint8], *, exact: bool) -> str:
    """Return a picture as a data URL.

    Args:
        pixels: uint8 (height, width, 1 or 3).
        exact: whether every pixel must stay as it is; else it is a tenth as long.
    """
    picture, buffer = Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels), io.BytesIO()
    picture.save(buffer, "PNG" if exact else "JPEG", **({} if exact else {"quality": _QUALITY}))
    return f"data:image/{'png' if exact else 'jpeg'};base64,{base64.b64encode(buffer.getvalue()).decode('ascii')}"


def session_shelf() -> Shelf:
    """Return this session's photos."""
    shelf: Shelf = st.session_state.setdefault(_SHELF, Shelf())
    return shelf
