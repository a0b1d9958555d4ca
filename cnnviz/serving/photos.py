"""From a request's body to the images that the network takes."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
from fastapi import Request
from numpy.typing import NDArray
from starlette.datastructures import UploadFile

from cnnviz.data.photos import open_photo
from cnnviz.errors import DataError
from cnnviz.inference.crops import Crop, prepare_photo
from cnnviz.serving.limits import Limits
from cnnviz.serving.problems import Problem

__all__ = ["Given", "given_images"]

_CENTRE, _WHOLE = Crop(), Crop(mode="whole")
_MOST_FIELDS = 8
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
        note: what was done to a photo to read it.
        problem: why it cannot be used; empty where it can.
    """

    name: str
    image: NDArray[Any] | None
    note: str = ""
    problem: str = ""


async def given_images(
    request: Request, shape: tuple[int, int, int], limits: Limits, *, whole: bool = False
) -> list[Given]:
    """Read the images of a request: files, a photo as body, or arrays in JSON.

    Args:
        request: its body is within the limits already.
        shape: (height, width, channels) that the network takes.
        limits: how many images.
        whole: take all of each photo instead of its centre.

    Raises:
        Problem: 400 for too many parts, 413 for too many images, 415 for another kind of body, 422 for no images.
    """
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind == "multipart/form-data":
        files = await _files(request, limits)
        return list(await asyncio.gather(*(asyncio.to_thread(_photo, *file, shape, whole) for file in files)))
    body = await request.body()
    if kind == "application/json":
        return await asyncio.to_thread(_arrays, body, shape, limits)
    if kind.startswith("image/") or kind == "application/octet-stream":
        return [await asyncio.to_thread(_photo, "photo", body, shape, whole)]
    raise Problem(415, f"the body is {kind[:60] or 'of no kind'}; {_WHAT}")


async def _files(request: Request, limits: Limits) -> list[tuple[str, bytes]]:
    """The parts of a form that are files; more than allowed end in a 400 of the parser's."""
    async with request.form(max_files=limits.most_photos, max_fields=_MOST_FIELDS) as form:
        uploads = [value for _, value in form.multi_items() if isinstance(value, UploadFile)]
        files = [(upload.filename or "photo", await upload.read()) for upload in uploads]
    if not files:
        raise Problem(422, f"the form has no files; {_WHAT}")
    return files


def _photo(name: str, content: bytes, shape: tuple[int, int, int], whole: bool) -> Given:
    shown = "".join(character if character.isprintable() else " " for character in name)[-120:]
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
    if not np.isfinite(images).all() or images.min() < 0 or images.max() > 255:
        raise Problem(422, "the images have values outside of 0..255; send grey levels from 0 to 255")
    return [Given(str(number), image) for number, image in enumerate(images)]


def _numbers(body: bytes) -> NDArray[np.float32]:
    try:
        values = json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Problem(422, f"the body is not JSON ({str(error)[:120]}); {_WHAT}") from error
    images = values.get("images") if isinstance(values, dict) else values
    if not isinstance(images, list) or not images:
        raise Problem(422, f"the JSON has no images; {_WHAT}")
    try:
        array = np.asarray(images)
        if array.dtype.kind not in "ui" and array.dtype.kind != "f":
            raise ValueError(f"values of type {array.dtype}")
    except (ValueError, OverflowError, TypeError) as error:
        raise Problem(422, "the images are not numbers in arrays of one size; check them and send again") from error
    return np.asarray(array, np.float32)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number that JSON knows")
