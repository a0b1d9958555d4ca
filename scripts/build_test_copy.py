#!/usr/bin/env python3
"""Build the compact copy of CIFAR-10's test images that comes with cnnviz, check it, or measure what it costs.

    python scripts/build_test_copy.py [--home DIR]                 writes cnnviz/assets/cifar10-test/
    python scripts/build_test_copy.py [--home DIR] --check         compares it with the source, writes nothing
    python scripts/build_test_copy.py [--home DIR] --measure RUN   size, error and changed predictions by quality

The source is the full set's x_test (`cnnviz data get cifar10`), whose checksums are compared when it is loaded. With
the same Pillow the files come out the same; the qualities were chosen with --measure, see docs/decisions/0007.
"""

import argparse
import hashlib
import io
import json
import math
import sys
from pathlib import Path

import numpy as np
from PIL import Image, features

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from cnnviz.data import Split, load_dataset
from cnnviz.data.compact import COMPACT_FOLDER, COPIED, compact_test, compress, decompress
from cnnviz.data.sample import images_of_sheet, sheet_of_images
from cnnviz.errors import CnnvizError
from cnnviz.files import write_atomically

BRIGHTNESS, COLOUR = 95, 92
PER_SHEET = 2000
PLAIN = (80, 90, 95, 100)  # qualities of ordinary WebP, for comparison
PARTED = ((90, 80), (92, 85), (95, 88), (BRIGHTNESS, COLOUR))


def psnr(images: np.ndarray, exact: np.ndarray) -> float:
    """Return the peak signal-to-noise ratio in dB."""
    error = np.mean((images.astype(np.float64) - exact) ** 2)
    return 10 * math.log10(255**2 / error)


def sheets(images: np.ndarray) -> list[np.ndarray]:
    return [images[start : start + PER_SHEET] for start in range(0, len(images), PER_SHEET)]


def build(test: Split) -> None:
    written, copies = [], []
    for number, part in enumerate(sheets(test.images)):
        contents = compress(part, BRIGHTNESS, COLOUR)
        copies.append(decompress(*contents))
        files = {}
        for what, content in zip(("brightness", "colour"), contents, strict=True):
            file = f"{what}-{number}.webp"
            write_atomically(COMPACT_FOLDER / file, content)
            files[what] = {"file": file, "sha256": hashlib.sha256(content).hexdigest()}
            print(f"{file}: {len(content):,} bytes")
        written.append(files)
    manifest = {
        "source": "compressed copies of the test images of CIFAR-10; A. Krizhevsky, Learning Multiple Layers of "
        "Features from Tiny Images, 2009",
        "layout": "greyscale WebP, 40 images of 32x32 in a row, reading order: brightness (Y); colour (Cb above Cr)",
        "qualities": {"brightness": BRIGHTNESS, "colour": COLOUR, "webp": features.version("webp")},
        "psnr_db": round(psnr(np.concatenate(copies), test.images), 2),
        "sheets": written,
        "labels": "".join(str(label) for label in test.labels),
    }
    write_atomically(COMPACT_FOLDER / "MANIFEST.json", (json.dumps(manifest, indent=1) + "\n").encode())


def check(test: Split) -> str:
    """Return what is wrong with the committed files; nothing where they are what this would build."""
    manifest = json.loads((COMPACT_FOLDER / "MANIFEST.json").read_text())
    copy = compact_test()
    if not np.array_equal(copy.labels, test.labels):
        return "the labels are not those of the source"
    found = psnr(copy.images, test.images)
    if abs(found - manifest["psnr_db"]) > 0.01:
        return f"the images are {found:.2f} dB from the source instead of {manifest['psnr_db']}"
    return ""


def measure(test: Split, run_id: str, home: str | None) -> None:
    """Print a row of a table for each way to compress."""
    import cnnviz
    from cnnviz.training.forward import Forward

    forward = Forward(cnnviz.open_run(run_id, home).model())
    exact = probabilities(forward(test.images))
    print("| WebP | MB | PSNR, dB | predictions that change | accuracy | moved by, median | by at most, in 95 % |")
    print("|---|---|---|---|---|---|---|")
    row("exact", 0, test.images, exact, test, exact)
    for quality in PLAIN:
        size, images = plainly(test.images, quality)
        row(f"plain, quality {quality}", size, images, probabilities(forward(images)), test, exact)
    for qualities in PARTED:
        contents = [compress(part, *qualities) for part in sheets(test.images)]
        images = np.concatenate([decompress(*pair) for pair in contents])
        size = sum(len(content) for pair in contents for content in pair)
        name = f"brightness {qualities[0]}, colour {qualities[1]}"
        row(name, size, images, probabilities(forward(images)), test, exact)


def plainly(images: np.ndarray, quality: int) -> tuple[int, np.ndarray]:
    size, found = 0, []
    for part in sheets(images):
        buffer = io.BytesIO()
        Image.fromarray(sheet_of_images(part)).save(buffer, "WEBP", quality=quality, method=6)
        size += buffer.tell()
        found.append(images_of_sheet(np.asarray(Image.open(buffer).convert("RGB"))))
    return size, np.concatenate(found)


def probabilities(logits: np.ndarray) -> np.ndarray:
    shares = np.exp(logits - logits.max(1, keepdims=True))
    return np.asarray(shares / shares.sum(1, keepdims=True))


def row(name: str, size: int, images: np.ndarray, said: np.ndarray, test: Split, exact: np.ndarray) -> None:
    changed = int((said.argmax(1) != exact.argmax(1)).sum())
    moved = np.abs(said - exact).max(1)  # (n,) of the class that moved most
    noise = "" if said is exact else f"{psnr(images, test.images):.1f}"
    print(
        f"| {name} | {f'{size / 1e6:.1f}' if size else ''} | {noise} | {changed} ({changed / len(test):.1%}) "
        f"| {(said.argmax(1) == test.labels).mean():.2%} | {np.median(moved):.3f} | {np.quantile(moved, 0.95):.3f} |"
    )


def main() -> int:
    """Build, check or measure; see the top of this file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", help="the home whose datasets folder holds the full set")
    parser.add_argument("--check", action="store_true", help="compare the committed copy with the source")
    parser.add_argument("--measure", metavar="RUN", help="print what each quality costs this run's network")
    arguments = parser.parse_args()
    try:
        test = load_dataset(COPIED, arguments.home).test
        if arguments.measure:
            measure(test, arguments.measure, arguments.home)
            return 0
        if not arguments.check:
            build(test)
        wrong = check(test)
    except CnnvizError as error:
        wrong = str(error)
    if wrong:
        print(f"error: {wrong}", file=sys.stderr)
        return 2
    size = sum(file.stat().st_size for file in COMPACT_FOLDER.iterdir())
    print(f"{COMPACT_FOLDER} holds the copies, {size / 1e6:.1f} MB, checked against the source")
    return 0


if __name__ == "__main__":
    sys.exit(main())
