"""Images by the hundred, as sheets: a page says once where they are, and the browser asks for those it shows.

    address = serve_images(f"{name}|{changed}", lambda: dataset(name).test.images)   # "/sheets/3f0c…", for a component
    # in the browser: fetch(`${address}?n=17,4,2203`) -> one lossless WebP, SHEET_COLUMNS images in a row, in that order

Scrolling through ten thousand images takes no run of the page then, and a page need not wait until a data set is read.
An address cannot be guessed: whoever has it was given it by a page.
"""

import hashlib
import hmac
import re
import secrets
import threading
from collections.abc import Callable
from functools import lru_cache

import numpy as np
import streamlit as st
from cachetools import LRUCache
from numpy.typing import NDArray
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cnnviz.errors import CnnvizError
from cnnviz.figures.pictures import shrunk, sprite, to_webp
from cnnviz.ui.routes import address_of

__all__ = ["MOST_IMAGES", "SHEET_COLUMNS", "THUMBNAIL", "Sheets", "serve_images", "sheet_routes", "thumbnail_shape"]

SHEET_COLUMNS = 16
MOST_IMAGES = 256  # on one sheet
THUMBNAIL = 64  # pixels: larger images are made smaller by a whole number

_PATH = "/sheets/{token:str}"
_NUMBERS = re.compile(r"\d{1,8}(,\d{1,8})*")
_KEPT = 64  # places to read from; a page that comes back names its own again
_SHEETS_KEPT = 64  # encoded, 150 kB each for CIFAR-10

Images = NDArray[np.uint8]
Read = Callable[[], Images]


class Sheets:
    """The images that pages have named, and sheets of them; any thread may ask.

    Args:
        most: how many names are kept.
    """

    def __init__(self, most: int = _KEPT) -> None:
        self._secret = secrets.token_bytes(16)
        self._lock = threading.Lock()
        self._named: LRUCache[str, Read] = LRUCache(most)
        self._encoded = lru_cache(maxsize=_SHEETS_KEPT)(self._encode)

    def name(self, key: str, read: Read) -> str:
        """Keep where images are and return their token, the same for the same key for as long as this server runs.

        Args:
            key: names the content: other images have another key.
            read: returns uint8 (n, height, width, 1 or 3), in a thread without a session.
        """
        token = hmac.new(self._secret, key.encode(), hashlib.blake2s).hexdigest()[:32]
        with self._lock:
            self._named[token] = read
        return token

    def sheet(self, token: str, numbers: str) -> bytes | None:
        """Return a sheet as a WebP file, or None where there is no such name or image.

        Args:
            token: from `name`.
            numbers: of the images, parted by commas, as the browser sent them.
        """
        if len(numbers) > 9 * MOST_IMAGES or not _NUMBERS.fullmatch(numbers):
            return None
        wanted = tuple(map(int, numbers.split(",")))
        try:
            return self._encoded(token, wanted) if len(wanted) <= MOST_IMAGES else None
        except (KeyError, IndexError, CnnvizError):  # not named, no such image, or the data set is gone
            return None

    def _encode(self, token: str, wanted: tuple[int, ...]) -> bytes:
        with self._lock:
            read = self._named[token]
        images = read()
        # One by one: a hundred photographs at once would take as much memory as all of them.
        thumbnails = [shrunk(images[number][None], THUMBNAIL) for number in wanted]
        return to_webp(sprite(np.concatenate(thumbnails), SHEET_COLUMNS))


@st.cache_resource(show_spinner=False)
def _sheets() -> Sheets:
    return Sheets()


def thumbnail_shape(height: int, width: int) -> tuple[int, int]:
    """Return (height, width) that an image of this size has on a sheet."""
    small = shrunk(np.zeros((1, height, width, 1), np.uint8), THUMBNAIL)
    return int(small.shape[1]), int(small.shape[2])


def serve_images(key: str, read: Read) -> str:
    """Let the browser have sheets of images.

    Args:
        key: names their content, such as a data set's name and when its file was changed.
        read: returns them, uint8 (n, height, width, 1 or 3); called in a thread of the server whenever a sheet is made,
            so it returns what is kept anyway.

    Returns:
        The address, a path on this server, to which the browser adds `?n=` and the numbers of up to MOST_IMAGES
        images. The same for all sessions; after a restart of the server it is another one.
    """
    return address_of(f"/sheets/{_sheets().name(key, read)}")


def sheet_routes() -> list[Route]:
    """Return the routes that app.py adds to the server."""
    return [Route(address_of(_PATH), _answer, methods=["GET"])]


def _answer(request: Request) -> Response:
    sheet = _sheets().sheet(request.path_params["token"], request.query_params.get("n", ""))
    if sheet is None:
        return Response("no such images", 404, media_type="text/plain")
    headers = {"Cache-Control": "private, max-age=86400, immutable", "X-Content-Type-Options": "nosniff"}
    return Response(sheet, headers=headers, media_type="image/webp")
