"""Finding what is wrong with a data set: how much of it is found, and how much else is taken for it.

    python benchmarks/findings.py                      # changed copies of images of the embedded sample
    python benchmarks/findings.py --turned             # the same, mirrored or turned besides
    python benchmarks/findings.py --looks              # its images made blank, dark, bright, blurred and grey
    python benchmarks/findings.py --pairs FILE         # CIFAR-10's own copies, in the home, against a list of pairs

Beside `cnnviz.data.findings`, where ImageHash is installed, the perceptual hashes that tools use for it (64 bits, pairs
of at most so many differing ones). FILE is a CSV with the columns TestID and TrainID, such as the list of Barz and
Denzler 2020 that their project ciFAIR publishes (meta/duplicates_cifar10.csv): 286 test images whose copy they found
among the training images by a network's features and by eye. Looks are compared with CleanVision where that is
installed.
"""

import csv
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measure import Result, arguments, show

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Images = NDArray[np.uint8]
    Found = set[tuple[int, int]]
    Finder = Callable[[Images, Images], Found]

BITS = (4, 8, 12)  # of 64 that may differ
LOOKS = ("blank", "dark", "bright", "blurred", "grey")
CHANGES = ("moved", "recoloured", "compressed", "noisy", "cut")


def ours(images: "Images", others: "Images") -> "Found":
    """Return the pairs that cnnviz finds."""
    from cnnviz.data.findings.duplicates import near_copies, thumbnails

    pairs = near_copies(thumbnails(images), thumbnails(others))
    return set(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True))


def hashed(kind: str, bits: int) -> "Finder":
    """Return a finder of pairs by a hash of ImageHash, each image with its nearest."""

    def find(images: "Images", others: "Images") -> "Found":
        import imagehash
        import numpy as np
        from PIL import Image

        make = getattr(imagehash, kind)
        left, right = (
            np.stack([make(Image.fromarray(image)).hash.ravel() for image in some]).astype(np.float32) * 2 - 1
            for some in (images, others)
        )
        found = set()
        for start in range(0, len(left), 500):
            differing = (64 - left[start : start + 500] @ right.T) / 2
            nearest = differing.argmin(axis=1)
            close = np.flatnonzero(differing[np.arange(len(nearest)), nearest] <= bits)
            found |= {(start + int(row), int(nearest[row])) for row in close}
        return found

    return find


def changed(image: "Images", how: str, seed: int) -> "Images":
    """Return a copy of an image as people make them."""
    import io

    import numpy as np
    from PIL import Image

    rng = np.random.default_rng(seed)
    values = image.astype(np.float32)
    if how == "moved":
        down, across = rng.integers(-3, 4, 2)
        values = np.roll(np.pad(values, ((3, 3), (3, 3), (0, 0)), "edge"), (down, across), (0, 1))[3:-3, 3:-3]
    elif how == "recoloured":
        values = values * rng.uniform(0.7, 1.2, 3) + rng.uniform(-20, 20, 3)
    elif how == "noisy":
        values = values + rng.normal(0, 8, values.shape)
    elif how == "cut":
        picture = Image.fromarray(image).resize((32, 32), Image.Resampling.BILINEAR, (1, 1, 31, 31))
        values = np.asarray(picture, np.float32)
    pixels = np.clip(values, 0, 255).astype(np.uint8)
    if how == "compressed":
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "JPEG", quality=60)
        pixels = np.asarray(Image.open(buffer))
    return pixels


def finders(bits: tuple[int, ...] = BITS) -> "dict[str, Finder]":
    """Return what is compared."""
    found: dict[str, Finder] = {"cnnviz": ours}
    try:
        import imagehash  # noqa: F401
    except ImportError:
        return found
    for kind in ("phash", "dhash"):
        found |= {f"{kind}, {most} bits": hashed(kind, most) for most in bits}
    return found


def of_changes(count: int) -> Result:
    """Hide changed copies among strangers."""
    import numpy as np

    from cnnviz.data import load_dataset

    train = load_dataset("cifar10-sample").train.images
    originals, strangers = train[: 4 * count], train[4 * count : 4 * count + 5 * count]
    copies = {how: np.stack([changed(originals[at], how, at) for at in range(count)]) for how in CHANGES}
    rows, told = [], {}
    for name, find in finders().items():
        began = time.perf_counter()
        shares = [len({at for at, other in find(copies[how], originals) if at == other}) / count for how in CHANGES]
        false = len({at for at, _ in find(strangers, originals)}) / len(strangers)
        seconds = time.perf_counter() - began
        rows.append((name, *(f"{100 * share:.1f} %" for share in shares), f"{100 * false:.2f} %", f"{seconds:.1f}"))
        told[name] = f"{100 * sum(shares) / len(shares):.1f} % of copies, {100 * false:.2f} % of strangers"
    columns = ("found by", *CHANGES, "strangers", "seconds")
    return Result(f"{count} copies of each kind among {len(originals):,} images", columns, rows, told)


def of_turned(count: int) -> Result:
    """Hide changed copies that are mirrored or turned among strangers."""
    import numpy as np

    from cnnviz.data import load_dataset
    from cnnviz.data.findings.duplicates import near_copies, thumbnails
    from cnnviz.data.findings.turned import TURNS, turned, turned_copies

    images = load_dataset("cifar10-sample").train.images
    names = ("mirrored", "upside down", "180", "90", "270", "mirrored, 90", "mirrored, 270")
    began = time.perf_counter()
    near_copies(thumbnails(images))
    plain_s = time.perf_counter() - began
    rows, told = [], {}
    for how in ("as they are", *CHANGES):
        found, seconds = [], 0.0
        for turn in range(TURNS):
            copies = np.ascontiguousarray(turned(images[:count], turn))
            if how != "as they are":
                copies = np.stack([changed(copy, how, at) for at, copy in enumerate(copies)])
            greys = thumbnails(np.concatenate([images, copies]))
            began = time.perf_counter()
            pairs = turned_copies(greys)
            seconds += time.perf_counter() - began
            found.append(len(set(range(count)) & set(pairs.first[pairs.second == pairs.first + len(images)])))
        rows.append((how, *(f"{100 * number / count:.1f} %" for number in found)))
        told[how] = f"{100 * sum(found) / count / TURNS:.1f} % in {seconds / TURNS / plain_s:.2f} of the time"
    return Result(f"{count} copies of each kind among {len(images):,} images", ("copies", *names), rows, told)


def of_pairs(file: Path) -> Result:
    """Compare with pairs that others found in CIFAR-10."""
    from cnnviz.data import load_dataset

    with file.open(newline="") as lines:
        known = {(int(row["TestID"]), int(row["TrainID"])) for row in csv.DictReader(lines)}
    dataset = load_dataset("cifar10")
    rows, told = [], {}
    for name, find in finders(bits=BITS[1:2]).items():
        began = time.perf_counter()
        found = {test for test, _ in find(dataset.test.images, dataset.train.images)}
        of_known = len(found & {test for test, _ in known})
        rows.append((name, f"{len(found):,}", f"{of_known}", f"{time.perf_counter() - began:.0f}"))
        told[name] = f"{of_known} of {len(known)} known test images, {len(found) - of_known} others"
    notes = ["Others are no mistakes as such: the list leaves out pairs that are plainly one picture. Look at them."]
    return Result("CIFAR-10's test images with a copy among the training images",
                  ("found by", "test images", "of them known", "seconds"), rows, told, notes)  # fmt: skip


def of_looks(count: int) -> Result:
    """Spoil images in five ways."""
    import numpy as np

    from cnnviz.data import load_dataset
    from cnnviz.data.findings.looks import looks_of

    images = load_dataset("cifar10-sample").train.images[: 10 * len(LOOKS) * count].copy()
    spoilt = {how: range(at * count, (at + 1) * count) for at, how in enumerate(LOOKS)}
    for how, positions in spoilt.items():
        for at in positions:
            images[at] = spoil(images[at], how, at)
    began = time.perf_counter()
    looks = looks_of([images])
    found = {"cnnviz": {how: set(np.flatnonzero(getattr(looks, how)).tolist()) for how in LOOKS}}
    seconds = {"cnnviz": time.perf_counter() - began}
    with suppress(ImportError):
        began = time.perf_counter()
        found["CleanVision"] = cleanvision(images)
        seconds["CleanVision"] = time.perf_counter() - began
    rows, told = [], {}
    for name, sets in found.items():
        right = [len(sets[how] & set(spoilt[how])) for how in LOOKS]
        others = sum(len([at for at in sets[how] if at >= len(LOOKS) * count]) for how in LOOKS)
        rows.append((name, *(f"{number}" for number in right), f"{others}", f"{seconds[name]:.2f}"))
        told[name] = f"{sum(right)} of {len(LOOKS) * count}, {others} others"
    notes = ["Others may be right: the sample has a few grey and pale images of its own."]
    return Result(f"{count} spoilt images of each kind among {len(images):,}",
                  ("found by", *LOOKS, "others", "seconds"), rows, told, notes)  # fmt: skip


def spoil(image: "Images", how: str, seed: int) -> "Images":
    """Return an image that shows little."""
    import numpy as np
    from PIL import Image, ImageFilter

    if how == "blank":
        return np.broadcast_to(np.random.default_rng(seed).integers(20, 230, 3), image.shape).astype(np.uint8)
    if how == "dark":
        return image // 8
    if how == "bright":
        return 255 - image // 16
    picture = Image.fromarray(image)
    if how == "blurred":
        return np.asarray(picture.filter(ImageFilter.GaussianBlur(2)))
    return np.asarray(picture.convert("L").convert("RGB"))


def cleanvision(images: "Images") -> "dict[str, set[int]]":
    """Return what CleanVision finds, from files, as it reads them."""
    from cleanvision import Imagelab
    from PIL import Image

    names = {"blank": "low_information", "dark": "dark", "bright": "light", "blurred": "blurry", "grey": "grayscale"}
    with tempfile.TemporaryDirectory() as folder:
        for at, image in enumerate(images):
            Image.fromarray(image).save(f"{folder}/{at:06d}.png")
        lab = Imagelab(data_path=folder)
        lab.find_issues(n_jobs=1, verbose=False)
        table = lab.issues
    return {
        how: {int(Path(path).stem) for path in table.index[table[f"is_{kind}_issue"]]} for how, kind in names.items()
    }


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--pairs", type=Path, help="a CSV with the columns TestID and TrainID")
    parser.add_argument("--turned", action="store_true", help="copies that are mirrored or turned")
    parser.add_argument("--looks", action="store_true", help="images that show little, instead of copies")
    options = parser.parse_args()
    if options.pairs:
        show(options, lambda: of_pairs(options.pairs))
    elif options.turned:
        show(options, lambda: of_turned(20 if options.quick else 400))
    elif options.looks:
        show(options, lambda: of_looks(5 if options.quick else 50))
    else:
        show(options, lambda: of_changes(20 if options.quick else 400))


if __name__ == "__main__":
    main()
