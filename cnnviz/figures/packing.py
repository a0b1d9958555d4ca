"""Arrays as a browser takes them: base64 of bytes, colours beside them, and a name for the content."""

import base64
import hashlib
import json
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from cnnviz.figures.pictures import data_url, sprite, to_webp
from cnnviz.figures.tiles import Table, Tiles, color_table

__all__ = ["packed", "packed_sheet", "packed_tiles", "ramp", "versioned"]


def packed(values: NDArray[Any], dtype: DTypeLike | None = None) -> str:
    """Return an array as text: base64 of its bytes in C order, read by `kit/bytes.js` of the components.

    Args:
        values: any shape.
        dtype: what they are sent as, such as "<u2"; None for what they are.
    """
    return base64.b64encode(np.ascontiguousarray(values, dtype).tobytes()).decode("ascii")


def versioned(data: dict[str, Any]) -> dict[str, Any]:
    """Add a name for the content to what a component is told, by which the browser knows that nothing changed."""
    text = json.dumps(data, sort_keys=True)
    return {**data, "version": hashlib.blake2b(text.encode(), digest_size=8).hexdigest()}


def packed_sheet(images: NDArray[np.uint8], columns: int | None = None) -> str:
    """Return images on one sheet as a data URL, made once for all sessions and clicks.

    Args:
        images: uint8 (n, height, width, 1 or 3).
        columns: images in a row; None for all in one.
    """
    return _sheet(images.tobytes(), images.shape, columns)


@lru_cache(maxsize=64)
def _sheet(pixels: bytes, shape: tuple[int, ...], columns: int | None) -> str:
    return data_url(to_webp(sprite(np.frombuffer(pixels, np.uint8).reshape(shape), columns)), "webp")


def packed_tiles(pictures: Tiles) -> dict[str, Any]:
    """Return pictures with their scale: bytes and colours in base64, ends as numbers and in words."""
    _, height, width, channels = pictures.pixels.shape
    return {
        "pixels": packed(pictures.pixels),
        "count": len(pictures),
        "height": height,
        "width": width,
        "channels": channels,
        "table": packed(color_table(pictures.table)),
        "lows": np.round(pictures.lows, 6).tolist(),
        "highs": np.round(pictures.highs, 6).tolist(),
        "photo": pictures.table == "none",
        "low": pictures.low,
        "high": pictures.high,
        "ramp": ramp(pictures.table) if pictures.low else [],
    }


@lru_cache(maxsize=64)
def ramp(table: Table) -> list[str]:
    """Return the colours of a scale bar, `#RRGGBB` from left to right."""
    steps = np.linspace(0, 255, 16).astype(int)
    return [f"#{red:02X}{green:02X}{blue:02X}" for red, green, blue in color_table(table)[steps]]
