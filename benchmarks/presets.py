"""How good each preset is on the full CIFAR-10, how long it trains, and how large it is: means over seeds.

    python benchmarks/presets.py --seeds 0 1 2 --presets two-conv regularised strong
    python benchmarks/presets.py --write            # only the table, from what was recorded

Trains through the ordinary `cnnviz.train`, one run after the other, into the home (`--home`, else CNNVIZ_HOME). After
each run its figures are recorded in benchmarks/results/presets/PRESET.json, so it may be interrupted and started again:
what is recorded is not trained again, and a run that was cut off goes on. docs/presets.md is written from that.
"""

import argparse
import json
import statistics
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measure import ROOT, machine, table

if TYPE_CHECKING:
    from cnnviz.runs import Run

RESULTS = ROOT / "benchmarks" / "results" / "presets"
DOCUMENT = ROOT / "docs" / "presets.md"
PRESETS = ("two-conv", "regularised", "big-kernels", "strong")
VIEWS = 6

_HEAD = """# Presets

How good each preset is on CIFAR-10's 10,000 test images, trained on its 50,000 training images (less what the preset
holds back for validation) with everything live. Written by `python benchmarks/presets.py`: change the measurements, not
this page.
"""
_NOTES = (
    "accuracy: mean over the seeds (smallest–largest), of the images as they are.",
    f"over {VIEWS} views: the same networks, each image seen with its mirror image, and both moved by a pixel; what "
    "the network says of them is averaged (test-time augmentation). It is never part of the accuracy.",
    "seconds: median, of training with validation, snapshots and their predictions; after the process has started.",
    "The settings were chosen on validation images; the test images were measured once for each run, at its end.",
)
_LARGER = """
## Larger images

The presets are made for images of 32x32 pixels. For larger ones (data sets of your own may have up to 512) strides
and poolings grow, so that a network stays about as large and what it makes of an image is laid out in about as many
numbers: the image is halved once more for every doubling of its side, rounded, which brings it to 23 to 45 pixels.
The first halving is the first convolution's stride (as long as that is no larger than its kernel, so that no pixel is
skipped), the next ones are the poolings' sizes, from the first to the last, and round again. Of an image that is no
square, the side of a square of the same area counts. Below 46 pixels nothing changes.

| two-conv on    | first convolution | poolings | last maps | parameters | multiply-adds |
|----------------|------------------:|---------:|----------:|-----------:|--------------:|
| 32x32, 64x64   |     /1, /2        |     2, 2 |      6x6  |    167,562 |     4 million |
| 96x96          |     /2            |     4, 2 |      4x4  |     85,642 |     3 million |
| 150x150        |     /2            |     4, 2 |      8x8  |    282,250 |     9 million |
| 224x224        |     /2            |     4, 4 |      6x6  |    167,562 |    22 million |

The Train page shows a data set's own numbers. Networks with layers of your own grow by the same rule when they are
taken to larger images (`RunSpec.for_data`), and never shrink.
"""


def spec_of(preset: str, seed: int) -> Any:
    """The settings of one run: the preset as it is, on the full CIFAR-10."""
    from cnnviz.spec import preset as named

    spec = named(preset)
    spec = spec.for_data("cifar10", (32, 32, 3), 10)
    return spec.changed(name=f"{preset}, seed {seed}", train=spec.train.changed(seed=seed))


def figures(run: "Run") -> dict[str, Any]:
    """What is recorded of a run that has come to its end, measured with several views where it was not yet."""
    from cnnviz.inference.views import measure_views
    from cnnviz.runs.views import read_views

    score = next((score for score in read_views(run) if score.views == VIEWS), None) or measure_views(run, VIEWS)
    report, history = run.evaluation(), run.history()
    if report is None:
        raise SystemExit(f"error: the run {run.id} has no report; delete it and start again")
    return {
        "run_id": run.id,
        "accuracy": report["accuracy"],
        "views": score.accuracy,
        "seconds": history.epochs["seconds"][-1],
        "epochs": run.status.epoch,
        "parameters": sum(row.parameters for row in run.spec.model.rows),
    }


def trained(preset: str, seed: int, home: Path | None) -> "Run":
    """Return the run of a preset and a seed: one that is there, gone on with where it was cut off, or a new one."""
    from cnnviz.runs import RunStore
    from cnnviz.training import RESUMABLE
    from cnnviz.training.execute import continue_run, train

    spec, store = spec_of(preset, seed), RunStore(home)
    same = [run for run in map(store.get, store.ids()) if run.spec.changed(versions={}) == spec]
    for run in same:
        if run.state in RESUMABLE:
            continue_run(run)
        if run.state == "completed":
            return run
    run = train(spec, home, _tell(preset, seed))
    if run.state != "completed":
        raise SystemExit(f"error: {preset} with seed {seed} {run.state}; start this again to go on with it")
    return run


def _tell(preset: str, seed: int) -> Any:
    def tell(event: dict[str, Any]) -> None:
        if event["kind"] == "epoch":
            told = f"{preset}, seed {seed}: epoch {event['epoch']}, validation {event.get('val_accuracy', 0):.3f}"
            print(f"{told}, {event['seconds']:.0f} s", file=sys.stderr)

    return tell


def recorded(preset: str) -> dict[str, Any]:
    """What is recorded of a preset: its settings, and the figures of each seed."""
    path = RESULTS / f"{preset}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"preset": preset, "seeds": {}}


def record(preset: str, seed: int, home: Path | None) -> None:
    """Train a preset with a seed, unless that is recorded for these very settings, and record its figures."""
    settings = json.loads(spec_of(preset, 0).changed(versions={}).to_json())
    kept = recorded(preset)
    if kept.get("settings") != settings:  # the preset has changed: what was measured says nothing of it
        kept = {"preset": preset, "settings": settings, "seeds": {}}
    if str(seed) in kept["seeds"]:
        return
    kept["seeds"][str(seed)] = {**figures(trained(preset, seed, home)), "machine": machine()}
    RESULTS.mkdir(parents=True, exist_ok=True)
    partial = RESULTS / f".{preset}.json.part"
    partial.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    partial.replace(RESULTS / f"{preset}.json")


def document(found: list[dict[str, Any]]) -> str:
    """The page: the table, how it was counted, and the machine."""
    columns = ("preset", "accuracy", f"over {VIEWS} views", "seconds", "epochs", "parameters", "seeds")
    rows = [_row(one) for one in found if one["seeds"]]
    machines = {
        ", ".join(f"{key} {value}" for key, value in seed["machine"].items())
        for one in found
        for seed in one["seeds"].values()
    }
    notes = [f"- {note}" for note in _NOTES]
    return "\n".join(
        [_HEAD, *table(columns, rows), "", *notes, "", *(f"Machine: {one}." for one in sorted(machines)), ""]
    )


def _row(one: dict[str, Any]) -> tuple[str, ...]:
    seeds = list(one["seeds"].values())
    shares = [_shares([seed[key] for seed in seeds]) for key in ("accuracy", "views")]
    seconds = statistics.median(seed["seconds"] for seed in seeds)
    last = seeds[-1]
    return (one["preset"], *shares, f"{seconds:,.0f}", str(last["epochs"]), f"{last['parameters']:,}", str(len(seeds)))


def _shares(values: list[float]) -> str:
    low, mean, high = (100 * value for value in (min(values), statistics.fmean(values), max(values)))
    return f"{mean:.2f} %" if len(values) == 1 else f"{mean:.2f} % ({low:.2f}–{high:.2f})"


def write(names: list[str]) -> None:
    """Write the page from what is recorded, in the order of PRESETS."""
    every = [*PRESETS, *(name for name in names if name not in PRESETS)]
    DOCUMENT.write_text(document([recorded(name) for name in every]) + _LARGER, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--presets", nargs="+", default=list(PRESETS), metavar="NAME")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2], metavar="N")
    parser.add_argument("--home", type=Path, help="the home folder; it needs datasets/cifar10.npz")
    parser.add_argument("--write", action="store_true", help="train nothing; only write docs/presets.md")
    options = parser.parse_args()
    for seed in [] if options.write else options.seeds:  # every preset once before any a second time
        for preset in options.presets:
            record(preset, seed, options.home)
            write(options.presets)
    write(options.presets)


if __name__ == "__main__":
    main()
