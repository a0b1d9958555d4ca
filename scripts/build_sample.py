#!/usr/bin/env python3
"""Build the embedded sample from the real CIFAR-10, or check that what is committed is what this would build.

    python scripts/build_sample.py [--home DIR]           writes cnnviz/assets/cifar10-sample/
    python scripts/build_sample.py [--home DIR] --check   compares it with the source, writes nothing

The sample is the first 500 training and the first 100 test images of each class, in their original order:
the chosen indices are sorted, so classes stay mixed as they are in the full set. The full set is
`cifar10.npz` (or the published archive) in the home's datasets folder; its checksums are compared before
anything is taken from it.
"""

import argparse
import hashlib
import io
import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from cnnviz.data import Split, load_dataset
from cnnviz.data.sample import SAMPLE_FOLDER, images_of_sheet, load_sample, sheet_of_images
from cnnviz.errors import CnnvizError
from cnnviz.files import write_atomically

PER_CLASS = {"train": 500, "test": 100}
PER_SHEET = 1000  # 1.7 MB a sheet: small enough for every host of repositories, few enough to open quickly


def first_of_each_class(split: Split, count: int) -> Split:
    """Take the first `count` images of each class, all in their original order."""
    chosen = [np.flatnonzero(split.labels == label)[:count] for label in range(10)]
    return split.take(np.sort(np.concatenate(chosen)))


def encode(images: np.ndarray) -> bytes:
    """Encode one sheet as lossless WebP, greatest effort (6 s), and prove that it decodes to the same."""
    buffer = io.BytesIO()
    Image.fromarray(sheet_of_images(images)).save(buffer, "WEBP", lossless=True, quality=100, method=6, exact=True)
    with Image.open(io.BytesIO(buffer.getvalue())) as picture:
        if not np.array_equal(images_of_sheet(np.asarray(picture.convert("RGB"))), images):
            raise SystemExit("error: the WebP library of this machine is not lossless")
    return buffer.getvalue()


def build(name: str, split: Split) -> dict[str, object]:
    """Write the sheets of one split and return its entry in the manifest."""
    sheets = []
    for start in range(0, len(split), PER_SHEET):
        sheet = f"{name}-{start // PER_SHEET}.webp"
        content = encode(split.images[start : start + PER_SHEET])
        write_atomically(SAMPLE_FOLDER / sheet, content)
        print(f"{sheet}: {len(content):,} bytes")
        sheets.append(sheet)
    return {
        "images": len(split),
        "sheets": sheets,
        "sha256_images": hashlib.sha256(split.images).hexdigest(),
        "sha256_labels": hashlib.sha256(split.labels.astype(np.uint8)).hexdigest(),
        "labels": "".join(str(label) for label in split.labels),
    }


def main() -> int:
    """Build or check; see the top of this file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", help="the home whose datasets folder holds the full set")
    parser.add_argument("--check", action="store_true", help="compare the committed sample with the source")
    arguments = parser.parse_args()
    try:
        full = load_dataset("cifar10", arguments.home)
        splits = {part: first_of_each_class(getattr(full, part), count) for part, count in PER_CLASS.items()}
        if not arguments.check:
            manifest = {
                "source": full.source,
                "layout": "lossless WebP, 40 images of 32x32 in a row, reading order; one digit a label",
                "sha256": "of the decoded arrays in C order: images (n, 32, 32, 3), labels (n,), both uint8",
                "splits": {part: build(part, split) for part, split in splits.items()},
            }
            write_atomically(SAMPLE_FOLDER / "MANIFEST.json", (json.dumps(manifest, indent=1) + "\n").encode())
        sample = load_sample()
    except CnnvizError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    for part, split in splits.items():
        committed = getattr(sample, part)
        if not (np.array_equal(committed.images, split.images) and np.array_equal(committed.labels, split.labels)):
            print(
                f"error: the {part} images of the sample are not those of the source; build it again",
                file=sys.stderr,
            )
            return 1
    print(f"{SAMPLE_FOLDER} holds the sample, checked against the source")
    return 0


if __name__ == "__main__":
    sys.exit(main())
