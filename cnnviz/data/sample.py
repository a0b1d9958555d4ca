"""The embedded sample: real CIFAR-10 images that need no network.

The images lie in the package as lossless WebP sheets, 40 images wide, in reading order;
`scripts/build_sample.py` makes them and `MANIFEST.json` holds the SHA-256 of what they decode to.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

from cnnviz.data.known import KNOWN
from cnnviz.data.records import Dataset, Images, Split
from cnnviz.errors import DataError

__all__ = ["SAMPLE_FOLDER", "images_of_sheet", "load_sample", "sheet_of_images"]

SAMPLE_FOLDER = Path(__file__).parent.parent / "assets" / "cifar10-sample"
COLUMNS = 40


def load_sample(folder: Path = SAMPLE_FOLDER) -> Dataset:
    """Load the embedded sample of CIFAR-10.

    Args:
        folder: where the sheets lie.

    Returns:
        5,000 training and 1,000 test images of 32x32x3: the first 500 and 100 of each class, in their
        original order.

    Raises:
        DataError: the package's files are missing or damaged.
    """
    known = KNOWN["cifar10-sample"]
    try:
        manifest = json.loads((folder / "MANIFEST.json").read_text())
        train, test = (_split(folder, manifest["splits"][part]) for part in ("train", "test"))
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SyntaxError, MemoryError) as error:
        raise DataError(
            f"the embedded sample in {folder} is missing or damaged ({error}); install cnnviz again"
        ) from error
    return Dataset(known.name, known.class_names, train, test, known.source)


def sheet_of_images(images: Images) -> Images:
    """Lay images side by side, 40 in a row.

    Args:
        images: (n, height, width, channels) with n a multiple of 40.

    Returns:
        (n / 40 * height, 40 * width, channels) uint8.
    """
    n, height, width, channels = images.shape
    rows = images.reshape(n // COLUMNS, COLUMNS, height, width, channels)
    return rows.swapaxes(1, 2).reshape(n // COLUMNS * height, COLUMNS * width, channels)


def images_of_sheet(sheet: Images, side: int = 32) -> Images:
    """Undo `sheet_of_images`: (rows * side, 40 * side, channels) -> (rows * 40, side, side, channels)."""
    tiles = sheet.reshape(-1, side, COLUMNS, side, sheet.shape[2])
    return tiles.swapaxes(1, 2).reshape(-1, side, side, sheet.shape[2])


def _split(folder: Path, entry: dict[str, Any]) -> Split:
    from PIL import Image  # here, because whoever only lists data sets needs no decoder

    images = np.empty((entry["images"], 32, 32, 3), np.uint8)
    filled = 0
    for name in entry["sheets"]:
        with Image.open(folder / name, formats=["WEBP"]) as picture:
            tiles = images_of_sheet(np.asarray(picture.convert("RGB")))
        images[filled : filled + len(tiles)] = tiles
        filled += len(tiles)
    if filled != len(images):
        raise ValueError(f"{filled} images instead of {len(images)}")
    labels = np.array([int(digit) for digit in entry["labels"]], np.int64)
    return Split(images, labels)
