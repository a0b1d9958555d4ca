"""Training on images that stay on the disk, against the same images in memory: images a second and resident memory.

    python benchmarks/from_disk.py [--rounds N] [--quick] [--json] [--large]

3,000 drawn images of 96x96 pixels, as an .npz and as a large data set, trained on by `two-conv` as the Train page fits
it to them; a whole process each, in turn. With `--large` instead 20,000 images of 224x224 (3 GB) from the disk alone,
for the memory it takes.
"""

import json
import sys
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measure import Process, Result, in_turn, median_ratio, repeated, run, spread, temporary_home

MEMORY, DISK = "in memory", "from the disk"
_LARGE = "--large"
_COUNTS = {False: (3_000, 96), True: (20_000, 224)}
_CLASSES = 10


def child(kind: str, home: str, large: str) -> None:
    """In a process of its own: train an epoch and print images a second and the memory it took."""
    from cnnviz.data import list_datasets
    from cnnviz.spec import preset
    from cnnviz.training.execute import train

    name = "drawn" if kind == MEMORY else "drawn-large"
    info = next(one for one in list_datasets(home) if one.name == name)
    spec = preset("two-conv").for_data(name, info.shape, info.classes)
    rates: list[float] = []
    watch = _Memory()

    def seen(event: dict[str, Any]) -> None:
        if event["kind"] == "batch" and event["images_per_second"]:
            rates.append(event["images_per_second"])

    settings = {"seconds": 60.0} if large == "True" else {"epochs": 1}  # a minute shows what memory it takes
    finished = train(spec.changed(train=spec.train.changed(**settings)), home, seen)
    assert finished.status.state == "completed", finished.status.message
    middle = sorted(rates)[len(rates) // 2]
    print(json.dumps({"rate": middle, **watch.largest}))


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


def make(home: Path, count: int, side: int, only_disk: bool) -> None:
    """Write the same drawn images as both kinds of data set."""
    import numpy as np

    from cnnviz.data import importing, load_dataset
    from cnnviz.data.importing import keep
    from cnnviz.data.npz import write_npz
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
    keep(Understood(home, "drawn", names, labels, parts, Drawn(), shape=(side, side, 3)), "drawn-large", home)
    if not only_disk:
        stored = load_dataset("drawn-large", home)
        write_npz(
            home / "datasets" / "drawn.npz",
            {
                "x_train": np.asarray(stored.train.images),
                "y_train": stored.train.labels,
                "x_test": np.asarray(stored.test.images),
                "y_test": stored.test.labels,
                "class_names": np.array(stored.class_names),
            },
        )


def measure(rounds: int, quick: bool, large: bool) -> Result:
    count, side = (300, 96) if quick else _COUNTS[large]
    kinds = (DISK,) if large else (MEMORY, DISK)
    with temporary_home() as home:
        make(home, count, side, only_disk=large)

        def training(kind: str) -> Process:
            return run("benchmarks/from_disk.py", "--child", kind, str(home), str(large))

        found = in_turn({kind: lambda kind=kind: training(kind) for kind in kinds}, rounds)
    rates = {kind: [one.values["rate"] for one in processes] for kind, processes in found.items()}
    rows = [
        (
            kind,
            spread(rates[kind], 0),
            spread([one.values["resident"] / 1e6 for one in processes], 0),
            spread([one.values["own"] / 1e6 for one in processes], 0),
        )
        for kind, processes in found.items()
    ]
    ratio = {} if large else {"from the disk / in memory": f"{median_ratio(rates[DISK], rates[MEMORY]):.2f}"}
    return Result(
        f"{count:,} images of {side}x{side} pixels, {count * side * side * 3 / 1e6:,.0f} MB, two-conv",
        ("images", "images / s", "resident MB", "own MB"),
        rows,
        ratio,
        ["Images a second: median of what the run reports. Memory: at its largest; own without what is shared."],
    )


if __name__ == "__main__":
    LARGE = _LARGE in sys.argv
    sys.argv = [word for word in sys.argv if word != _LARGE]
    repeated(__doc__, partial(measure, large=LARGE), 1 if LARGE else 3, child)
