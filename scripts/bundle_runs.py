"""Train the runs that come with cnnviz and put them into the package.

For example `python scripts/bundle_runs.py two-conv big-kernels`.

Each is a preset on the full CIFAR-10, which must be in the home (`cnnviz data get cifar10`). What a reader needs is
copied: weights of snapshots in half precision, compressed; no checkpoint, no log. A snapshot of which half precision
changes more than one prediction in a thousand stays in single precision.
"""

import argparse
import json
import shutil
import sys
from pathlib import Path

import numpy as np

import cnnviz
from cnnviz.data import load_dataset
from cnnviz.evaluation import judge
from cnnviz.home import resolve_home
from cnnviz.models import assign_weights, build
from cnnviz.runs import Run
from cnnviz.runs.store import BUNDLED_RUNS
from cnnviz.training.execute import train
from cnnviz.training.forward import Forward

COPIED = ("spec.json", "events.jsonl", "status.json", "evaluation.json", "live.npz", "model.keras")
MOST_CHANGED = 1e-3


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("presets", nargs="+")
    parser.add_argument("--home", default=None)
    parser.add_argument(
        "--trained", action="store_true", help="bundle the newest completed run of the preset in the home"
    )
    options = parser.parse_args()
    home = resolve_home(options.home)
    for name in options.presets:
        spec = cnnviz.preset(name).for_data("cifar10", (32, 32, 3), 10)
        run = (trained(name, home) if options.trained else None) or train(spec, home, on_event=report)
        if run.state != "completed":
            print(f"error: {name} ended as {run.state}: {run.status.message}", file=sys.stderr)
            return 1
        bundle(run, BUNDLED_RUNS / f"bundled-{name}", coarse_snapshots(run, home))
    return 0


def report(event: dict[str, object]) -> None:
    if event["kind"] == "epoch":
        print(event)


def trained(name: str, home: Path) -> Run | None:
    rows = (row for row in cnnviz.RunStore(home).list() if row.state == "completed" and not row.bundled)
    runs = (cnnviz.open_run(row.run_id, home) for row in rows)
    return next((run for run in runs if run.spec.preset == name), None)


def coarse_snapshots(run: Run, home: Path) -> set[int]:
    """Return the snapshots that half precision leaves as they are, but for a prediction in a thousand."""
    images = load_dataset(run.spec.data.name, home).test.images
    model = build(run.spec.model)
    forward = Forward(model)
    coarse = set()
    for number in (item.number for item in run.snapshots()):
        assign_weights(model, {name: half(array) for name, array in run.weights(number).items()})
        changed = float((forward(images).argmax(1) != run.predictions(number).predicted).mean())
        print(f"{run.id} snapshot {number}: half precision changes {changed:.3%} of the predictions")
        coarse |= {number} if changed <= MOST_CHANGED else set()
    return coarse


def half(array: np.ndarray) -> np.ndarray:
    return array.astype(np.float16)


def bundle(run: Run, folder: Path, coarse: set[int]) -> None:
    """Copy what a reader needs, small."""
    shutil.rmtree(folder, ignore_errors=True)
    for part in ("snapshots", "predictions"):
        (folder / part).mkdir(parents=True)
    for name in COPIED:
        shutil.copyfile(run.folder / name, folder / name)
    status = json.loads((folder / "status.json").read_text())
    (folder / "status.json").write_text(json.dumps({**status, "pid": None, "process_started": None, "host": ""}) + "\n")
    for snapshot in run.snapshots():
        arrays = run.weights(snapshot.number)
        if snapshot.number in coarse:
            arrays = {name: half(array) for name, array in arrays.items()}
        np.savez_compressed(folder / "snapshots" / f"{snapshot.name}.npz", **arrays)
        said = run.predictions(snapshot.number)
        np.savez_compressed(
            folder / "predictions" / f"{snapshot.name}.npz", predicted=said.predicted, confidence=half(said.confidence)
        )
    final = run.predictions()
    assert final.probabilities is not None
    np.savez_compressed(
        folder / "predictions" / "final.npz",
        predicted=final.predicted,
        confidence=half(final.confidence),
        probabilities=half(final.probabilities),
        labels=judge(run).labels.astype(np.uint16),
    )
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    print(f"{folder}: {size / 1e6:.1f} MB")


if __name__ == "__main__":
    sys.exit(main())
