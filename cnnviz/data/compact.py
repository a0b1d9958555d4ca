"""A compact copy of CIFAR-10's test images, which comes with cnnviz: to look at where the full set is absent.

Each image is compressed: pixels differ a little from the exact ones, and so does what a network says of them. So these
are no data set: `cnnviz.data.load_dataset` never returns them, nothing trains or is measured on them, and whoever shows
them says what they are. Their labels are exact.

`scripts/build_test_copy.py` makes them. Brightness and colour lie in greyscale WebP sheets of their own, 40 images in a
row, in reading order: WebP halves the resolution of colour otherwise, and small images lose most by that.
"""

import hashlib
import io
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from cnnviz.data.records import Images, Split
from cnnviz.data.sample import images_of_sheet, sheet_of_images
from cnnviz.errors import DataError

__all__ = ["COMPACT_FOLDER", "COPIED", "compact_test", "compress", "decompress"]

COMPACT_FOLDER = Path(__file__).parent.parent / "assets" / "cifar10-test"
COPIED = "cifar10"  # the data set whose test images these are

_decoding = threading.Lock()


def compact_test() -> Split:
    """Return the copies of CIFAR-10's 10,000 test images; decoded once for this process, half a second.

    Returns:
        Compressed images, 32x32x3, with the exact labels, in the data set's order.

    Raises:
        DataError: the package's files are missing or damaged.
    """
    with _decoding:  # whoever comes second waits instead of decoding them again
        return _read(COMPACT_FOLDER)


@lru_cache(maxsize=1)
def _read(folder: Path) -> Split:
    try:
        manifest = json.loads((folder / "MANIFEST.json").read_text())
        labels = np.array([int(digit) for digit in manifest["labels"]], np.int64)
        with ThreadPoolExecutor(max_workers=4) as pool:
            parts = list(pool.map(lambda sheet: _images(folder, sheet), manifest["sheets"]))
        return Split(np.concatenate(parts), labels)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SyntaxError, MemoryError, DataError) as error:
        raise DataError(
            f"the copies of CIFAR-10's test images in {folder} are missing or damaged ({error}); install cnnviz again"
        ) from error


def _images(folder: Path, sheet: dict[str, dict[str, str]]) -> Images:
    return decompress(_content(folder, sheet["brightness"]), _content(folder, sheet["colour"]))


def _content(folder: Path, file: dict[str, str]) -> bytes:
    content = (folder / file["file"]).read_bytes()
    if hashlib.sha256(content).hexdigest() != file["sha256"]:
        raise ValueError(f"{file['file']} is not what was built")
    return content


def compress(images: Images, brightness: int, colour: int) -> tuple[bytes, bytes]:
    """Make a sheet of images.

    Args:
        images: (n, 32, 32, 3) uint8, n a multiple of 40.
        brightness: WebP's quality for it, 0 to 100.
        colour: WebP's quality for it, 0 to 100.

    Returns:
        Two greyscale WebP files: the brightness (Y), and the colour (Cb above Cr), full-range BT.601 as JPEG has it.
    """
    from PIL import Image  # here, because whoever only lists data sets needs no decoder

    luma, blue, red = Image.fromarray(sheet_of_images(images)).convert("YCbCr").split()
    both = Image.new("L", (blue.width, 2 * blue.height))
    both.paste(blue, (0, 0))
    both.paste(red, (0, blue.height))
    return _encoded(luma, brightness), _encoded(both, colour)


def decompress(brightness: bytes, colour: bytes) -> Images:
    """Undo `compress`, but for what is lost.

    Returns:
        (n, 32, 32, 3) uint8.
    """
    from PIL import Image

    luma, both = _decoded(brightness), _decoded(colour)
    blue, red = (both.crop((0, top, luma.width, top + luma.height)) for top in (0, luma.height))
    return images_of_sheet(np.asarray(Image.merge("YCbCr", (luma, blue, red)).convert("RGB")))


def _encoded(sheet: Any, quality: int) -> bytes:
    buffer = io.BytesIO()
    sheet.save(buffer, "WEBP", quality=quality, method=6)
    return buffer.getvalue()


def _decoded(content: bytes) -> Any:
    from PIL import Image

    with Image.open(io.BytesIO(content), formats=["WEBP"]) as picture:
        return picture.convert("L")
