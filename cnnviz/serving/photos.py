"""From a request's body to the images that the network takes."""

import asyncio
import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, NoReturn

import numpy as np
from fastapi import Request
from numpy.typing import NDArray

from cnnviz.data.grounds import Ground
from cnnviz.data.levels import nothing_to_see, refuse_fractions
from cnnviz.data.photos import open_photo
from cnnviz.errors import DataError
from cnnviz.inference.crops import Crop, prepare_photo
from cnnviz.serving.forms import files_of
from cnnviz.serving.limits import Limits
from cnnviz.serving.problems import Problem

__all__ = ["Given", "Reader"]

_CENTRE, _WHOLE = Crop(), Crop(mode="whole")
_MOST_AT_ONCE = 4  # photos that are decoded; each may take some 200 MB
_AT_ONCE_BYTES = 2**16  # JSON that is parsed where it is: handing it to another thread takes longer
_BYTES_A_VALUE = 32  # of JSON, generously: 0.12345678901234567 and the spaces of a tidy printer
_WHAT = (
    "send photos as multipart/form-data in fields called files, one photo as the whole body (image/jpeg and the like), "
    'or JSON such as {"images": [...]}'
)


@dataclass(frozen=True, eq=False)
class Given:
    """One image of a request.

    Attributes:
        name: what its sender calls it; its number for an array.
        image: (height, width, channels) in 0..255, as the network takes it; None where it cannot be used.
        note: what was done to a photo to read it, and what makes its answer worth little.
        problem: why it cannot be used; empty where it can.
    """

    name: str
    image: NDArray[Any] | None
    note: str = ""
    problem: str = ""


class Reader:
    """Reads the images of requests, a few at a time.

    Args:
        shape: (height, width, channels) that the network takes.
        limits: how many images.
        ground: of the images that it learned from; None where nobody knows.
    """

    def __init__(self, shape: tuple[int, int, int], limits: Limits, ground: Ground | None = None) -> None:
        self._shape, self._limits, self._ground = shape, limits, ground
        self._pool = ThreadPoolExecutor(min(os.cpu_count() or 1, _MOST_AT_ONCE), "photo")
        self._large_json = asyncio.Lock()  # parsed numbers take many times the memory of their text

    def stop(self) -> None:
        """Read no more; photos that wait to be decoded are given up."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def __call__(self, request: Request, *, whole: bool = False, invert: bool = False) -> list[Given]:
        """Read the images of a request: files, a photo as body, or arrays in JSON.

        Args:
            request: its body is within the limits already.
            whole: take all of each photo instead of its centre.
            invert: dark becomes bright and bright dark.

        Raises:
            Problem: 400 for a broken form, 413 for too many images, 415 for another kind of body, 422 for no images.
        """
        given = await self._read(request, whole)
        return [self._shown(one, invert) for one in given]

    async def _read(self, request: Request, whole: bool) -> list[Given]:
        content_type = request.headers.get("content-type", "")
        kind = content_type.split(";")[0].strip().lower()
        body = await request.body()
        if kind == "multipart/form-data":
            files = files_of(body, content_type, self._limits.most_photos)
            if not files:
                raise Problem(422, f"the form has no files; {_WHAT}")
            return await self._photos(files, whole)
        if kind == "application/json":
            return await self._arrays(body)
        if kind.startswith("image/") or kind == "application/octet-stream":
            return await self._photos([("photo", body)], whole)
        raise Problem(415, f"the body is {ascii(kind[:60]) if kind else 'of no kind'}; {_WHAT}")

    def _shown(self, one: Given, invert: bool) -> Given:
        """Return an image as the network is to see it, and note what makes its answer worth little."""
        if one.image is None:
            return one
        image = 255 - one.image if invert else one.image
        hint = self._ground.hint(image) if self._ground else ""
        doubt = nothing_to_see(image) or (hint and f"{hint}; ask {'without' if invert else 'with'} invert=true.")
        return replace(one, image=image, note=" ".join(filter(None, (one.note, doubt))))

    async def _photos(self, files: list[tuple[str, bytes]], whole: bool) -> list[Given]:
        loop = asyncio.get_running_loop()
        decoded = [loop.run_in_executor(self._pool, _photo, *file, self._shape, whole) for file in files]
        return list(await asyncio.gather(*decoded))

    async def _arrays(self, body: bytes) -> list[Given]:
        most = _AT_ONCE_BYTES + _BYTES_A_VALUE * self._limits.most_photos * int(np.prod(self._shape))
        if len(body) > most:
            raise Problem(413, f"the JSON has {len(body):,} bytes; send fewer images, in at most {most:,}")
        if len(body) <= _AT_ONCE_BYTES:
            return _arrays(body, self._shape, self._limits)
        async with self._large_json:
            return await asyncio.to_thread(_arrays, body, self._shape, self._limits)


def _photo(name: str, content: bytes, shape: tuple[int, int, int], whole: bool) -> Given:
    shown = "".join(character if character.isprintable() else " " for character in name)[-120:] or "photo"
    try:
        photo = open_photo(content, shown)
        return Given(shown, prepare_photo(photo.pixels, shape, _WHOLE if whole else _CENTRE), photo.note)
    except DataError as error:
        return Given(shown, None, problem=str(error))


def _arrays(body: bytes, shape: tuple[int, int, int], limits: Limits) -> list[Given]:
    images = _numbers(body)
    if images.shape[-len(shape) :] == shape and images.ndim == 3:
        images = images[None]
    if images.ndim == 3 and shape[2] == 1:
        images = images[..., None]
    elif images.ndim == 2 and shape[2] == 1:
        images = images[None, ..., None]
    if images.ndim != 4 or images.shape[1:] != shape:
        wanted = "x".join(map(str, shape))
        raise Problem(
            422, f"the images have the shape {images.shape}; send (images, height, width, channels) with {wanted} each"
        )
    if not 1 <= len(images) <= limits.most_photos:
        status = 413 if len(images) else 422
        raise Problem(status, f"{len(images):,} images were sent; send 1 to {limits.most_photos} at a time")
    if not (images.min() >= 0 and images.max() <= 255):  # not a number, too
        raise Problem(422, "the images have values outside of 0..255; send grey levels from 0 to 255")
    refuse_fractions(images)
    return [Given(str(number), image) for number, image in enumerate(images.astype(np.float32))]


def _numbers(body: bytes) -> NDArray[Any]:
    try:
        values = json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Problem(422, f"the body is not JSON ({_reason(error)}); {_WHAT}") from error
    images = values.get("images") if isinstance(values, dict) else values
    if not isinstance(images, list) or not images:
        raise Problem(422, f"the JSON has no images; {_WHAT}")
    try:
        array = np.asarray(images)
        if array.dtype.kind not in "uif":
            raise ValueError(f"values of type {array.dtype}")
    except (ValueError, OverflowError, TypeError) as error:
        raise Problem(422, "the images are not numbers in arrays of one size; check them and send again") from error
    return array


class _NoNumberError(ValueError):
    pass


def _refuse(constant: str) -> NoReturn:
    raise _NoNumberError(f"{constant} is no number that JSON knows")


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError | _NoNumberError):
        return str(error)[:120]
    if isinstance(error, RecursionError):
        return "its lists are nested too deeply"
    return "it is not in UTF-8" if isinstance(error, UnicodeError) else "a number has too many digits"
