"""Images a second of every preset with everything live, against a plain Keras script and the machine's matrix products.

    python benchmarks/rates.py [--rounds N] [--quick] [--json]

Trains on the embedded sample, whose 5,000 training and 1,000 test images have CIFAR-10's proportion, for as many epochs
as take each preset about as long; the presets' own data sets, augmentation and batch sizes. The plain script builds the
same layers, changes images by Keras' own layers, and calls `model.fit` on float32 arrays. Both have compiled before the
clock starts. `training.py` has the same for two-conv on the full CIFAR-10.
"""

import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measure import Process, Result, in_turn, median_ratio, repeated, run, spread, temporary_home
from benchmarks.step import MATRICES, matrix_rate

LIVE, PLAIN = "live", "plain"
_WORK = 5e11  # floating-point operations that a training should have: some seconds of two laptop cores
_MOST_EPOCHS = 4


def names() -> list[str]:
    from cnnviz.spec import PRESETS

    return list(PRESETS)


def make_spec(name: str, quick: bool) -> Any:
    """The preset on the sample (digits stay digits), with as many epochs as are worth timing."""
    from cnnviz.data import load_dataset
    from cnnviz.spec import preset
    from cnnviz.spec.flops import training_flops

    spec = preset(name)
    if spec.data.name == "cifar10":
        classes = len(spec.data.classes or range(10))
        spec = spec.changed(data=spec.data.changed(name="cifar10-sample"))
        assert spec.model.classes == classes
    images = len(load_dataset(spec.data.name).train)
    epochs = round(_WORK / training_flops(spec.model) / images)
    data = spec.data.changed(train_images=128) if quick else spec.data
    return spec.changed(data=data, train=spec.train.changed(epochs=1 if quick else min(max(epochs, 1), _MOST_EPOCHS)))


def child(kind: str, spec_json: str, home: str) -> None:
    """In a process of its own: print images a second."""
    from cnnviz.spec import RunSpec

    if kind == MATRICES:
        print(json.dumps({"rate": matrix_rate()}))
        return
    spec = RunSpec.from_json(spec_json)
    print(json.dumps({"rate": train_live(spec, home) if kind == LIVE else train_plain(spec)}))


def train_live(spec: Any, home: str) -> float:
    from benchmarks.live_cost import Timer, compiled_first
    from cnnviz.training.execute import train
    from cnnviz.training.fit import Fit

    phase = compiled_first(Fit, Timer())
    run = train(spec, home)
    return sum(run.history().batches["images"]) / phase["phase_s"]


def train_plain(spec: Any) -> float:
    import keras
    import numpy as np

    from cnnviz.data import load_dataset, prepare
    from cnnviz.models import build

    images = prepare(load_dataset(spec.data.name), spec.data, spec.train.seed).train
    pixels = images.images.astype(np.float32)
    model = keras.Sequential([*moving(spec.train.augmentation), build(spec.model)])
    losses = keras.losses
    loss = losses.BinaryCrossentropy() if spec.model.output == "sigmoid" else losses.SparseCategoricalCrossentropy()
    model.compile("adam" if spec.train.optimizer == "adam" else "sgd", loss, metrics=["accuracy"])
    size, epochs = spec.train.batch_size, spec.train.epochs
    model.fit(pixels[:size], images.labels[:size], batch_size=size, verbose=0)
    began = time.perf_counter()
    model.fit(pixels, images.labels, batch_size=size, epochs=epochs, verbose=0)
    return epochs * len(pixels) / (time.perf_counter() - began)


def moving(augmentation: Any) -> list[Any]:
    """Keras' own layers for what a preset changes about images."""
    import keras

    layers: list[Any] = [keras.layers.RandomFlip("horizontal")] if augmentation.flip else []
    if augmentation.shift:
        layers.append(keras.layers.RandomTranslation(augmentation.shift, augmentation.shift))
    return layers


def measure(rounds: int, quick: bool) -> Result:
    from cnnviz.home import resolve_home

    presets = names()[:1] if quick else names()
    specs = {name: make_spec(name, quick) for name in presets}
    with temporary_home(datasets_of=resolve_home()) as home:

        def one(kind: str, name: str = "") -> Process:
            spec = specs[name].to_json() if name else ""
            return run(__file__, "--child", kind, spec, str(home), home=home)

        variants = {f"{name}, {kind}": lambda n=name, k=kind: one(k, n) for name in presets for kind in (LIVE, PLAIN)}
        found = in_turn({MATRICES: lambda: one(MATRICES), **variants}, rounds)
    rates = {name: [process.values["rate"] for process in processes] for name, processes in found.items()}
    return result(specs, rates, rounds)


def result(specs: dict[str, Any], rates: dict[str, list[float]], rounds: int) -> Result:
    from cnnviz.spec.flops import training_flops

    rows, ratios = [], {}
    for name, spec in specs.items():
        live, plain = rates[f"{name}, {LIVE}"], rates[f"{name}, {PLAIN}"]
        flops = training_flops(spec.model)
        of_matrices = median_ratio([rate * flops for rate in live], rates[MATRICES])
        what = f"images a second of {name}, everything live against the plain script"
        ratios[what] = f"{median_ratio(live, plain):.2f}x"
        rows.append((name, spread(live, 0), spread(plain, 0), f"{flops / 1e6:,.1f}", f"{of_matrices:.0%}"))
    return Result(
        title=f"Images a second of every preset, {rounds} rounds",
        columns=("preset", "live (images/s)", "plain script (images/s)", "MFLOP an image", "of the matrix rate"),
        rows=rows,
        ratios=ratios,
        notes=[
            "Median (smallest–largest) of whole processes in turn; a ratio is the median of the rounds' ratios.",
            "Live has events, status, live view, snapshots, checkpoints, validation, predictions of all test images "
            "for up to six snapshots in the first epoch and one in every other.",
            "MFLOP: million floating-point operations with weights that an image takes in a training step "
            "(cnnviz/spec/flops.py). Of the matrix rate: those of the training images alone, a second, against NumPy's "
            f"float32 products at {statistics.median(rates[MATRICES]) / 1e9:,.0f} GFLOP/s.",
        ],
    )


if __name__ == "__main__":
    repeated(__doc__, measure, rounds=3, child=child)
