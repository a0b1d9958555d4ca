"""200 photos: from random weights, on the frozen layers of a trained network, and with these trained on.

    python benchmarks/transfer.py              # 100 cats and 100 dogs of CIFAR-10, 2,000 to test on; three seeds
    python benchmarks/transfer.py --sizes      # at which size the frozen network should see them
    python benchmarks/transfer.py --frozen     # the frozen network alone
    python benchmarks/transfer.py --drawn      # 200 drawn pictures of 96 pixels, of six classes that ImageNet has not
    python benchmarks/transfer.py --home DIR   # where cifar10 lies already

Every training is a process of its own, `cnnviz train` as a person types it; its seconds are from the command to the
report. The first 100 of each class teach, all 1,000 test images of each are tested; drawn pictures are tested on 600.
"""

import json
import statistics
import subprocess
import sys
import time
from argparse import Namespace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measure import ROOT, Result, arguments, show, temporary_home

NETWORK = "efficientnet-lite0"
SCRATCH = ("two-conv", "cats-vs-dogs", "regularised", "big-kernels", "strong")
LARGE = ("two-conv", "regularised", "big-kernels")  # those that take six classes, and a minute of 96 pixels
PHOTOS, DRAWN = "100 cats and 100 dogs of CIFAR-10", "200 drawn pictures of six classes, 96 pixels"
SIZES = (96, 128, 160, 224)
SEEDS, EACH = 3, 100
NAME = "cats-and-dogs"


def write_photos(home: Path, source: Path | None, *, quick: bool = False) -> None:
    """Write the data set of 200 photos into a home.

    Args:
        home: where to.
        source: the home that has cifar10; None gets it.
        quick: a few photos of the embedded sample instead.
    """
    import numpy as np

    from cnnviz import load_dataset

    cifar = load_dataset("cifar10-sample" if quick else "cifar10", source or home)
    labels = [cifar.class_names.index(name) for name in ("cat", "dog")]
    found: dict[str, Any] = {"class_names": np.array(["cat", "dog"])}
    for part, split, most in (
        ("train", cifar.train, 4 if quick else EACH),
        ("test", cifar.test, 4 if quick else len(cifar.test)),
    ):
        chosen = [np.flatnonzero(split.labels == label)[:most] for label in labels]
        found[f"x_{part}"] = split.images[np.concatenate(chosen)]
        found[f"y_{part}"] = np.repeat([0, 1], [len(one) for one in chosen]).astype(np.uint8)
    (home / "datasets").mkdir(parents=True, exist_ok=True)
    np.savez(home / "datasets" / f"{NAME}.npz", **found)


def write_drawn(home: Path) -> None:
    """Write 200 pictures of discs, rings, squares, triangles, crosses and bars on noise, and 600 to test on."""
    import numpy as np

    from benchmarks.small_data import drawn

    made = drawn(2 * EACH, 96, n_test=600)
    found = {"class_names": np.array(made.class_names)}
    for part, split in (("train", made.train), ("test", made.test)):
        found |= {f"x_{part}": split.images, f"y_{part}": split.labels.astype(np.uint8)}
    (home / "datasets").mkdir(parents=True, exist_ok=True)
    np.savez(home / "datasets" / f"{NAME}.npz", **found)


def train(home: Path, *flags: str) -> dict[str, Any]:
    """Run `cnnviz train` on the photos and return its report and how long it took."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "cnnviz", "train", "--home", str(home), "--dataset", NAME, "--json", *flags]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    report: dict[str, Any] = json.loads(done.stdout)
    return {**report, "took": time.perf_counter() - began}


def several(home: Path, seeds: int, *flags: str) -> list[dict[str, Any]]:
    """Train with several seeds."""
    return [train(home, "--seed", str(seed), *flags) for seed in range(seeds)]


def row(what: str, reports: list[dict[str, Any]]) -> tuple[str, ...]:
    """One line of the table: mean accuracy, its spread over seeds, seconds."""
    shares = [report["test"]["accuracy"] * 100 for report in reports]
    spread = statistics.stdev(shares) if len(shares) > 1 else 0.0
    seconds = statistics.median(report["took"] for report in reports)
    print(f"{what}: {statistics.mean(shares):.1f} % in {seconds:.0f} s", file=sys.stderr, flush=True)
    return (what, f"{statistics.mean(shares):.1f}", f"{spread:.1f}", f"{seconds:.0f}")


def compare(home: Path, options: Namespace) -> Result:
    """From scratch, frozen, and trained on."""
    what = DRAWN if options.drawn else PHOTOS
    seeds, presets = (1, SCRATCH[:1]) if options.quick else (options.seeds, LARGE if options.drawn else SCRATCH)
    if options.frozen:
        return frozen_alone(home, what, seeds)
    briefly = ("--epochs", "1", "--size", "96") if options.quick else ()
    rows = [
        row(f"from random weights, {preset}", several(home, seeds, "--preset", preset, *briefly[:2]))
        for preset in presets
    ]
    frozen = several(home, seeds, "--start-from", NETWORK, *briefly)
    rows.append(row("frozen, 4 copies", frozen))
    if not options.quick:
        rows.append(row("frozen, no copies", several(home, seeds, "--start-from", NETWORK, "--copies", "0")))
    further = [
        train(home, "--seed", str(seed), "--start-from", str(report["run_id"]), "--freeze", "none", *briefly[:2])
        for seed, report in enumerate(frozen)
    ]
    rows.append(row("frozen, then all trained on", further))
    together = [report["took"] + before["took"] for report, before in zip(further, frozen, strict=True)]
    best = max(float(line[1]) for line in rows[: len(presets)])
    return Result(
        f"{what}, {seeds} seeds",
        ("beginning", "right %", "± seeds", "seconds"),
        rows,
        {
            "frozen / best from random weights": f"{float(rows[len(presets)][1]):.1f} % / {best:.1f} %",
            "seconds of both, where all is trained on": f"{statistics.median(together):.0f}",
        },
        ["The seconds of a training on are its own, without those of the frozen one."],
    )


def frozen_alone(home: Path, what: str, seeds: int) -> Result:
    """The frozen network alone, which is over in minutes."""
    return Result(
        f"{what}, {seeds} seeds",
        ("beginning", "right %", "± seeds", "seconds"),
        [row("frozen, 4 copies", several(home, seeds, "--start-from", NETWORK))],
        {},
    )


def sizes(home: Path) -> Result:
    """The same frozen network, with the photos enlarged to several sizes."""
    rows = [
        row(f"{size} pixels", several(home, 1, "--start-from", NETWORK, "--copies", "0", "--size", str(size)))
        for size in SIZES
    ]
    title = "32-pixel photos enlarged for the frozen network, one seed, no copies"
    return Result(title, ("side", "right %", "± seeds", "seconds"), rows, {})


def main() -> None:
    """Measure and show."""
    parser = arguments(__doc__)
    parser.add_argument("--sizes", action="store_true", help="compare sizes instead")
    parser.add_argument("--frozen", action="store_true", help="the frozen network alone")
    parser.add_argument("--drawn", action="store_true", help="drawn pictures of 96 pixels instead")
    parser.add_argument("--home", type=Path, help="the home that has cifar10; else it is downloaded")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    options = parser.parse_args()
    with temporary_home() as home:
        if options.drawn:
            write_drawn(home)
        else:
            write_photos(home, options.home, quick=options.quick)
        show(options, lambda: sizes(home) if options.sizes else compare(home, options))


if __name__ == "__main__":
    main()
