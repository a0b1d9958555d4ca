"""Training on images that stay on the disk, against the same images in memory: images a second and resident memory.

    python benchmarks/from_disk.py [--rounds N] [--quick] [--json] [--large]

2,000 drawn images of 96x96 pixels; steps of `two-conv`, as the Train page fits it to them, in one process, in turn from
memory and from the disk. With `--large` instead a training of a minute on 20,000 images of 224x224 (3 GB) on the disk,
validation and predictions included, for the memory it takes.
"""

import json
import sys
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measure import Result, median_ratio, repeated, run, spread, temporary_home

MEMORY, DISK = "in memory", "from the disk"
_STEPS, _LARGE = "steps", "large"
_COUNTS = {False: (2_000, 96), True: (20_000, 224)}
_CLASSES = 10


def child(kind: str, home: str, rounds: str, steps: str) -> None:
    """In a process of its own: print what one kind of measurement finds."""
    print(json.dumps(steps_in_turn(home, int(rounds), int(steps)) if kind == _STEPS else training(home)))


def steps_in_turn(home: str, rounds: int, steps: int) -> dict[str, Any]:
    """Images a second from memory and from the disk, every other round the other way round."""
    import numpy as np

    from cnnviz.data import Split, load_dataset
    from cnnviz.models import build
    from cnnviz.spec import preset
    from cnnviz.training.halves import choose_threads
    from cnnviz.training.step import TrainingStep

    stored = load_dataset("drawn", home).train
    held = Split(np.asarray(stored.images), stored.labels)
    spec = preset("two-conv").for_data("drawn", stored.images.shape[1:], _CLASSES)
    choose_threads(spec.model)
    takers = {kind: TrainingStep(build(spec.model), spec, split) for kind, split in ((MEMORY, held), (DISK, stored))}
    size = spec.train.batch_size
    order = np.random.default_rng(0).permutation(len(stored)).astype(np.int32)
    indices = np.resize(order, (steps, size))
    rates = np.full(steps, 1e-3, np.float32)
    found: dict[str, list[float]] = {kind: [] for kind in takers}
    for number in range(rounds + 1):
        for kind in list(takers)[:: -1 if number % 2 else 1]:
            began = time.perf_counter()
            takers[kind](indices, rates, 0, following=indices[0])
            if number:  # the first round compiles
                found[kind].append(indices.size / (time.perf_counter() - began))
    return found


def training(home: str) -> dict[str, Any]:
    """Images a second, and the memory that a training of a minute takes."""
    from cnnviz.data import list_datasets
    from cnnviz.spec import preset
    from cnnviz.training.execute import train

    info = next(one for one in list_datasets(home) if one.name == "drawn")
    spec = preset("two-conv").for_data("drawn", info.shape, info.classes)
    rates: list[float] = []
    watch = _Memory()

    def seen(event: dict[str, Any]) -> None:
        if event["kind"] == "batch" and event["images_per_second"]:
            rates.append(event["images_per_second"])

    finished = train(spec.changed(train=spec.train.changed(seconds=60.0)), home, seen)
    assert finished.status.state == "completed", finished.status.message
    return {"rate": rates, **watch.largest}


class _Memory:
    """Watches this process's memory, which the system counts at its largest only together with what is shared."""

    def __init__(self) -> None:
        self.largest = {"resident": 0, "own": 0}
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        import psutil

        process = psutil.Process()
        while True:
            now = process.memory_info()
            self.largest["resident"] = max(self.largest["resident"], now.rss)
            self.largest["own"] = max(self.largest["own"], now.rss - getattr(now, "shared", 0))
            time.sleep(0.02)


def make(home: Path, count: int, side: int) -> None:
    """Keep drawn images as a large data set."""
    import numpy as np

    from cnnviz.data import importing
    from cnnviz.data.importing import keep
    from cnnviz.data.sources.understood import Understood

    class Drawn:
        def __len__(self) -> int:
            return count

        def name(self, position: int) -> str:
            return str(position)

        def read(self, position: int) -> Any:
            random = np.random.default_rng(position)
            image = np.repeat(np.repeat(random.integers(0, 256, (side // 8, side // 8, 3), np.uint8), 8, 0), 8, 1)
            image[..., 0] = np.roll(image[..., 0], position % _CLASSES, axis=0)
            return image

    labels = np.arange(count) % _CLASSES
    names = tuple(f"class {number}" for number in range(_CLASSES))
    parts = np.full(count, "", np.str_)
    importing.LARGEST_IN_A_FILE = 0
    keep(Understood(home, "drawn", names, labels, parts, Drawn(), shape=(side, side, 3)), "drawn", home)


def measure(rounds: int, quick: bool, large: bool) -> Result:
    count, side = (300, 96) if quick else _COUNTS[large]
    kind, steps = (_LARGE if large else _STEPS), (2 if quick else 15)
    with temporary_home() as home:
        make(home, count, side)
        found = run("benchmarks/from_disk.py", "--child", kind, str(home), str(rounds), str(steps)).values
    title = f"{count:,} images of {side}x{side} pixels, {count * side * side * 3 / 1e6:,.0f} MB, two-conv"
    if large:
        rate = spread(found["rate"], 0) if found["rate"] else "-"  # a slow machine has none to report within a minute
        row = (DISK, rate, f"{found['resident'] / 1e6:,.0f}", f"{found['own'] / 1e6:,.0f}")
        note = "Memory is at its largest; own is without what is shared, such as libraries."
        return Result(title, ("images", "images / s", "resident MB", "own MB"), [row], {}, [note])
    rows = [(kind, spread(found[kind], 0)) for kind in (MEMORY, DISK)]
    ratio = f"{median_ratio(found[DISK], found[MEMORY]):.2f}"
    return Result(title, ("images", "images / s"), rows, {"from the disk / in memory": ratio}, [])


if __name__ == "__main__":
    asked = "--large" in sys.argv
    sys.argv = [word for word in sys.argv if word != "--large"]
    repeated(__doc__, partial(measure, large=asked), 1 if asked else 9, child)
