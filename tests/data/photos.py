"""Real photo files for the tests."""

import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cnnviz.data import Photo, open_photo
from cnnviz.errors import DataError

COLORS = np.random.default_rng(0).integers(0, 256, (8, 12, 3), np.uint8)
GREY = COLORS[:, :, 0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def saved(folder: Path, image: Image.Image, name: str, **settings: Any) -> Path:
    path = folder / name
    image.save(path, **settings)
    return path


def opened(path: Path) -> Photo:
    return open_photo(path.read_bytes(), path.name)


def refusal(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        opened(path)
    message = str(caught.value)
    assert repr(path.name) in message
    assert "\n" not in message
    return message


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def declared_png(width: int, height: int) -> bytes:
    """A PNG whose header promises that many pixels of grey, and nothing behind it."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
