"""Train the runs that come with cnnviz and put them into the package.

For example `python scripts/bundle_runs.py two-conv big-kernels`. With `--calibrate` the bundled ones stay as they are,
and what they need to abstain is measured anew.

Each is a preset on the full CIFAR-10, which must be in the home (`cnnviz data get cifar10`). What a reader needs is
copied: weights of snapshots in half precision, compressed; no checkpoint, no log, nothing of the machine. A snapshot of
which half precision changes more than one prediction in a thousand stays in single precision; `bundled.json` says what
was measured, and cnnviz/assets/runs/README.md is written from these. Of a large network some snapshots alone keep their
weights, all keep their predictions, and the model is in half precision too. What the home page shows of a run is worked
out here, so that it need not wait for TensorFlow.
"""

import argparse
import io
import json
import math
import shutil
import socket
import sys
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import cnnviz
from cnnviz.data import load_dataset
from cnnviz.data.example_photos import example_photo
from cnnviz.evaluation import judge
from cnnviz.home import resolve_home
from cnnviz.inference import Classifier
from cnnviz.inference.crops import prepare_photo
from cnnviz.models import assign_weights, build
from cnnviz.runs import Run
from cnnviz.runs.showcase import SHOWCASE, Showcase, ShownLayer, packed_showcase
from cnnviz.runs.views import read_views
from cnnviz.spec import RunSpec
from cnnviz.training.execute import train
from cnnviz.training.forward import Forward
from scripts.calibration import calibrate_bundled

RUNS = Path(cnnviz.__file__).parent / "assets" / "runs"
COPIED = ("spec.json", "events.jsonl", "evaluation.json", "live.npz", "views.json", "model.keras")
OF_THE_MACHINE = {"pid": None, "process_started": None, "process_since_boot": None, "host": ""}
MOST_CHANGED = 1e-3
MOST_WEIGHTS = 10e6  # bytes of a run's snapshots in half precision
SMALL = 2_000  # numbers of an array that gains nothing by half precision; whitened kernels lose by it
EXAMPLE = "cat"
LAYERS, MAPS = 3, 8  # on the home page: convolutions, and feature maps of each


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("presets", nargs="+")
    parser.add_argument("--home", default=None)
    parser.add_argument(
        "--trained", action="store_true", help="bundle the newest completed run of these settings in the home"
    )
    parser.add_argument("--calibrate", action="store_true", help="train and bundle nothing, measure what came with it")
    options = parser.parse_args()
    home = resolve_home(options.home)
    for name in options.presets:
        if options.calibrate:
            calibrate_bundled(RUNS / f"bundled-{name}", home)
            continue
        spec = cnnviz.preset(name).for_data("cifar10", (32, 32, 3), 10)
        run = (trained(spec, home) if options.trained else None) or train(spec, home, on_event=report)
        if run.state != "completed":
            print(f"error: {name} ended as {run.state}: {run.status.message}", file=sys.stderr)
            return 1
        bundle(run, RUNS / f"bundled-{name}", measured_halving(run, home))
        calibrate_bundled(RUNS / f"bundled-{name}", home)
    write_table()
    return 0


def report(event: dict[str, Any]) -> None:
    if event["kind"] == "epoch":
        print({key: event.get(key) for key in ("epoch", "loss", "accuracy", "val_loss", "val_accuracy")}, flush=True)


def trained(spec: RunSpec, home: Path) -> Run | None:
    rows = (row for row in cnnviz.RunStore(home).list() if row.state == "completed" and not row.bundled)
    runs = (cnnviz.open_run(row.run_id, home) for row in rows)
    return next((run for run in runs if run.spec.changed(versions={}, name=spec.name) == spec), None)


def kept_snapshots(run: Run) -> list[int]:
    """The snapshots whose weights are bundled: all of a small network, else the start, two on the way and the end."""
    found = run.snapshots()
    each = 2 * sum(array.size for array in run.weights(found[-1].number).values())
    if each * len(found) <= MOST_WEIGHTS:
        return [item.number for item in found]
    epochs, losses = run.status.epoch, run.history().epochs.get("val_loss", [])
    best = [float(np.argmin(losses) + 1)] if losses and run.spec.train.keep == "best" else []
    return [item.number for item in found if item.position in (0, 1, round(math.sqrt(epochs)), epochs, *best)]


def measured_halving(run: Run, home: Path) -> dict[int, float]:
    """Return the share of the test images that each snapshot that is kept predicts otherwise in half precision."""
    images = load_dataset(run.spec.data.name, home).test.images
    model = build(run.spec.model)
    forward = Forward(model)
    changed = {}
    for number in kept_snapshots(run):
        assign_weights(model, halved(run.weights(number)))
        changed[number] = float((forward(images).argmax(1) != run.predictions(number).predicted).mean())
        print(
            f"{run.id} snapshot {number}: half precision changes {changed[number]:.2%} of the predictions", flush=True
        )
    return changed


def halved(arrays: dict[str, Any]) -> dict[str, Any]:
    return {name: halved_array(array) for name, array in arrays.items()}


def halved_array(array: Any) -> Any:
    with np.errstate(over="ignore"):  # a weight too large becomes infinite, and changes every prediction
        return array.astype(np.float16) if array.size > SMALL and array.dtype == np.float32 else array


def bundle(run: Run, folder: Path, changed: dict[int, float]) -> None:
    """Copy what a reader needs, small."""
    shutil.rmtree(folder, ignore_errors=True)
    for part in ("snapshots", "predictions"):
        (folder / part).mkdir(parents=True)
    for name in COPIED:
        if (run.folder / name).exists():
            shutil.copyfile(run.folder / name, folder / name)
    small = len(changed) == len(run.snapshots())
    if not small:
        halve_model(folder / "model.keras")
    as_preset = run.spec.changed(name=cnnviz.preset(str(run.spec.preset)).name)
    (folder / "spec.json").write_text(as_preset.to_json(), encoding="utf-8")
    write_text(folder / "status.json", json.loads((run.folder / "status.json").read_text()) | OF_THE_MACHINE)
    for snapshot in run.snapshots():
        if snapshot.number in changed:
            weights = run.weights(snapshot.number)
            fits = changed[snapshot.number] <= MOST_CHANGED
            np.savez_compressed(folder / "snapshots" / f"{snapshot.name}.npz", **(halved(weights) if fits else weights))
        said = run.predictions(snapshot.number)
        np.savez_compressed(
            folder / "predictions" / f"{snapshot.name}.npz",
            predicted=said.predicted.astype(np.uint8),
            confidence=said.confidence.astype(np.float16),
        )
    final = run.predictions()
    assert final.probabilities is not None
    np.savez_compressed(  # in single precision: a mean loss is made of the smallest probabilities
        folder / "predictions" / "final.npz",
        predicted=final.predicted.astype(np.uint8),
        confidence=final.confidence,
        probabilities=final.probabilities,
        labels=judge(run).labels.astype(np.uint8),
    )
    (folder / SHOWCASE).write_bytes(packed_showcase(shown(Run(folder, bundled=True))))
    record = {
        "made_by": f"python scripts/bundle_runs.py {run.spec.preset}",
        "changed_by_half_precision": {f"{number:04d}": round(share, 6) for number, share in changed.items()},
        "in_single_precision": [f"{number:04d}" for number, share in changed.items() if share > MOST_CHANGED],
        "model_in_half_precision": not small,
    }
    write_text(folder / "bundled.json", record)
    refuse_traces(folder)
    print(f"{folder.name}: {size(folder) / 1e6:.1f} MB")


def halve_model(path: Path) -> None:
    """Write a .keras file anew, its weights in half precision; Keras turns them back when it opens the file.

    When it was made is left out: the same weights are the same file.
    """
    with zipfile.ZipFile(path) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    metadata = json.loads(members["metadata.json"]) | {"date_saved": ""}
    members["metadata.json"] = json.dumps(metadata).encode()
    content = io.BytesIO()
    with h5py.File(io.BytesIO(members["model.weights.h5"]), "r") as whole, h5py.File(content, "w") as half:
        half.attrs.update(whole.attrs)

        def copy(name: str, item: Any) -> None:
            if isinstance(item, h5py.Group):
                half.require_group(name).attrs.update(item.attrs)
                return
            values = halved_array(np.asarray(item[()]))
            packing = {"compression": "gzip", "shuffle": True} if values.size > SMALL else {}  # a chunk costs 2 kB
            half.create_dataset(name, data=values, **packing).attrs.update(item.attrs)

        whole.visititems(copy)
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in (members | {"model.weights.h5": content.getvalue()}).items():
            archive.writestr(zipfile.ZipInfo(name), part)


def shown(run: Run) -> Showcase:
    """What the run's model makes of a photo: the liveliest maps of the first, a middle and the last convolution."""
    from cnnviz.explain import feature_maps

    model = run.model()
    image = prepare_photo(example_photo(EXAMPLE).pixels, run.spec.model.input_shape)
    names = activated(run.spec)
    chosen = [names[place] for place in sorted({round(x) for x in np.linspace(0, len(names) - 1, LAYERS)})]
    layers = []
    for name, maps in feature_maps(model, image, chosen).items():
        inside = maps[0, 1:-1, 1:-1] if min(maps.shape[1:3]) > 2 else maps[0]  # some maps only find the image's edge
        liveliest = np.sort(np.argsort(-inside.std(axis=(0, 1)), kind="stable")[:MAPS])
        layers.append(ShownLayer(name, maps.shape[1:], liveliest, maps[0][:, :, liveliest]))
    probabilities = Classifier.of(run).probabilities([image])[0]
    print(f"{run.spec.preset} on {EXAMPLE}: {probabilities.max():.0%} class {probabilities.argmax()}")
    return Showcase(EXAMPLE, image, probabilities, tuple(layers))


def activated(spec: RunSpec) -> list[str]:
    """The layers after which each convolution's maps are activated: itself, or an activation that follows."""
    found: list[str] = []
    for row in spec.model.rows:
        if row.kind == "convolution":
            found.append(row.name)
        elif row.kind == "activation" and found:
            found[-1] = row.name
    return found


def write_text(path: Path, values: dict[str, Any]) -> None:
    path.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")


def refuse_traces(folder: Path) -> None:
    """Make sure that nothing tells whose machine it was."""
    traces = [str(Path.home()), str(Path(cnnviz.__file__).parent.parent), f'"{socket.gethostname()}"']
    for path in folder.rglob("*"):
        found = path.is_file() and [trace for trace in traces if trace.encode() in path.read_bytes()]
        if found:
            raise SystemExit(f"error: {path} holds {found[0]!r}")


def size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def write_table() -> None:
    """Say in words and numbers what lies in the folder."""
    lines = [
        "# Runs that come with cnnviz",
        "",
        "`efficientnet-lite0` was trained on ImageNet by others; its own README says whose it is, and",
        "`scripts/convert_efficientnet_lite0.py` makes it.",
        "",
        "The others are presets trained on the full CIFAR-10, each by the command in its `bundled.json`, and never",
        "changed: the home page opens on them. Weights are in half precision where that changes at most one prediction",
        "of the 10,000 test images in a thousand. Of a large network some snapshots alone keep their weights; all have",
        "their predictions. Their answers on the images they held back, from which thresholds and temperature follow,",
        "and which images of the embedded sample they were fitted on lie in `abstention/`, for machines without",
        "CIFAR-10. This page is written by `scripts/bundle_runs.py`.",
        "",
        "| run | test accuracy | over views | epochs | snapshots | with weights | changed by half precision, at most "
        "| in single precision | MB |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for folder in sorted(RUNS.glob("bundled-*")):
        run, record = Run(folder, bundled=True), json.loads((folder / "bundled.json").read_text())
        whole = record["in_single_precision"]
        halves = [share for name, share in record["changed_by_half_precision"].items() if name not in whole]
        accuracy = (run.evaluation() or {})["accuracy"]
        views = ", ".join(f"{score.accuracy:.4f} ({score.views})" for score in read_views(run)) or "not measured"
        lines.append(
            f"| `{folder.name}` | {accuracy:.4f} | {views} | {run.status.epoch} | {len(run.predicted_snapshots())} "
            f"| {len(run.snapshots())} | {max(halves):.2%} | {', '.join(whole) or 'none'} | {size(folder) / 1e6:.1f} |"
        )
    (RUNS / "README.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
