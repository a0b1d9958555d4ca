"""What it takes to import 20,000 photos: seconds and the largest resident memory, by the size they are brought to.

    python benchmarks/importing.py [--rounds N] [--quick] [--json]

The photos are made: 400 different pictures of 500x375 pixels, each written fifty times as a JPEG of its own (75 kB), in
ten folders. Each import is a process of its own, with the home on the same disk.
"""

import json
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measure import Process, Result, in_turn, repeated, run, spread, temporary_home

_PHOTOS, _QUICK_PHOTOS, _DIFFERENT = 20_000, 40, 400
_SIZES = (32, 96, 224)


def child(folder: str, size: str, home: str) -> None:
    """In a process of its own: import, and print what it took."""
    from cnnviz.data import import_dataset
    from cnnviz.data.sources import Keeping

    began = time.perf_counter()
    keeping = Keeping(size=(int(size), int(size)))
    made = import_dataset(folder, f"photos-{time.time_ns()}", home, keeping=keeping)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    images = made.info.n_train + made.info.n_test
    print(json.dumps({"seconds": seconds, "processor": time.process_time(), "peak": peak, "images": images}))


def make_photos(folder: Path, count: int) -> int:
    """Write photos of smooth shapes and some noise, as cameras see them; return their bytes."""
    import io

    import numpy as np
    from PIL import Image

    contents = []
    for number in range(min(count, _DIFFERENT)):
        random = np.random.default_rng(number)
        small = Image.fromarray(random.integers(0, 256, (12, 16, 3), np.uint8))
        rough = small.resize((500, 375), Image.Resampling.BICUBIC)
        pixels = np.clip(np.asarray(rough) + random.normal(0, 12, (375, 500, 3)), 0, 255).astype(np.uint8)
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "JPEG", quality=85)
        contents.append(buffer.getvalue())
    for number in range(count):
        file = folder / f"class {number % 10}" / f"{number:05}.jpg"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(contents[number % len(contents)])
    return sum(len(contents[number % len(contents)]) for number in range(count))


def measure(rounds: int, quick: bool) -> Result:
    count = _QUICK_PHOTOS if quick else _PHOTOS
    with tempfile.TemporaryDirectory(prefix="cnnviz-photos-") as folder, temporary_home() as home:
        size = make_photos(Path(folder), count)

        def importing(side: int) -> Process:
            return run("benchmarks/importing.py", "--child", folder, str(side), str(home))

        found = in_turn({str(side): lambda side=side: importing(side) for side in _SIZES}, rounds)
    rows = [
        (
            f"{side}x{side}",
            spread([one.values["seconds"] for one in processes]),
            spread([one.values["processor"] for one in processes]),
            spread([one.values["peak"] / 1e6 for one in processes], 0),
        )
        for side, processes in found.items()
    ]
    peaks = [one.values["peak"] for processes in found.values() for one in processes]
    return Result(
        f"{count:,} photos of 500x375 pixels, {size / 1e6:,.0f} MB",
        ("size", "seconds", "processor s", "peak MB"),
        rows,
        {"largest resident memory of any of them, 400 MB at most": f"{max(peaks) / 1e6:,.0f} MB"},
        ["The memory is that of the whole process, libraries included, as the system counts it at its largest."],
    )


if __name__ == "__main__":
    repeated(__doc__, measure, 1, child)
