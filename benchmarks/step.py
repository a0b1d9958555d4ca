"""Where the time of a training step of two-conv goes, and how near the step comes to this machine's matrix products.

    python benchmarks/step.py [--rounds N] [--quick] [--json]

The parts are those of TensorFlow's own profiler with one thread, so that they add up. The step's speed is that of many
steps in one call with the threads a training chooses, without validation, predictions and reports; it is compared with
the whole batch at once (TensorFlow's own threads), with a call for every step, and with NumPy's single-precision matrix
products in the same round.
"""

import json
import re
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measure import Process, Result, in_turn, median_ratio, repeated, run, spread, temporary_home

PARTS = "parts, one thread"
CHOSEN = "step, the threads a training chooses"
WHOLE = "step, TensorFlow's own threads"
SINGLE = "step, one call for each"
MATRICES = "NumPy's matrix products"
_STEPS, _QUICK_STEPS = 60, 4
_SIDE = 1024
_OPTIMIZER, _INPUT = "optimiser", "input: gather, cast, scale"
_GRADIENT, _FORWARD = "backward", "forward"


def child(kind: str, steps: str) -> None:
    """In a process of its own: print what one kind of measurement finds."""
    found = {"rate": matrix_rate()} if kind == MATRICES else train(kind, int(steps))
    print(json.dumps(found))


def matrix_rate() -> float:
    """Floating-point operations a second of NumPy's float32 products."""
    import numpy as np

    square = np.random.default_rng(0).random((_SIDE, _SIDE), np.float32)
    square @ square
    rates = []
    for _ in range(30):
        began = time.perf_counter()
        square @ square
        rates.append(2 * _SIDE**3 / (time.perf_counter() - began))
    return statistics.median(rates)


def train(kind: str, steps: int) -> dict[str, Any]:
    import numpy as np
    import tensorflow as tf

    from cnnviz.data import load_dataset
    from cnnviz.models import build
    from cnnviz.spec import preset
    from cnnviz.training.halves import choose_threads
    from cnnviz.training.step import TrainingStep

    spec = preset("two-conv")
    if kind == PARTS:
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    elif kind != WHOLE:
        choose_threads(spec.model)
    images = load_dataset("cifar10-sample").train
    step, size = TrainingStep(build(spec.model), spec, images), spec.train.batch_size
    order = np.random.default_rng(0).integers(0, len(images), (steps, size)).astype(np.int32)
    rates = np.full(steps, 1e-3, np.float32)
    step(order[:2], rates[:2], 0)
    if kind == PARTS:
        return {"parts": profile(lambda: step(order, rates, 0), steps)}
    seconds = []
    for _ in range(5):
        began = time.perf_counter()
        for number in range(steps) if kind == SINGLE else ():
            step(order[number : number + 1], rates[:1], number)
        if kind != SINGLE:
            step(order, rates, 0)
        seconds.append(time.perf_counter() - began)
    return {"images_per_second": order.size / statistics.median(seconds)}


def profile(action: Any, steps: int) -> dict[str, float]:
    """Return the milliseconds a step of every part, by TensorFlow's profiler.

    An operation counts with its median, times how often it runs: another program's turn on the core is no work.
    """
    import tensorflow as tf
    from tensorflow.tsl.profiler.protobuf import xplane_pb2

    with tempfile.TemporaryDirectory() as folder:
        tf.profiler.experimental.start(folder)
        began = time.perf_counter()
        action()
        whole = (time.perf_counter() - began) * 1e3 / steps
        tf.profiler.experimental.stop()
        (path,) = Path(folder).rglob("*.xplane.pb")
        space = xplane_pb2.XSpace.FromString(path.read_bytes())
    times: dict[str, list[float]] = {}
    for plane in space.planes:
        for line in plane.lines:
            for event in line.events:
                name = plane.event_metadata[event.metadata_id].name
                if name.startswith("while/"):
                    times.setdefault(name, []).append(event.duration_ps / 1e9)
    parts: Counter[str] = Counter()
    for name, each in times.items():
        parts[part_of(name)] += statistics.median(each) * len(each) / steps
    return {**parts, "between the operations": max(whole - sum(parts.values()), 0.0)}


def part_of(operation: str) -> str:
    """Say which part of a step an operation belongs to, by its name in the graph."""
    if "/adam/" in operation:
        return _OPTIMIZER
    way = _GRADIENT if "gradient_tape/" in operation else _FORWARD
    layer = re.search(r"/(conv2d|max_pooling2d|dense|logits)(?:_(\d+))?_\d+/", operation)
    if layer and layer[1] == "conv2d" and operation.endswith(":ReluGrad"):
        return f"{way}: ReLU of the convolutions"
    if layer:
        kinds = {"conv2d": f"convolution {layer[2]}", "max_pooling2d": "poolings"}
        return f"{way}: {kinds.get(layer[1], 'dense layers')}"
    if way == _FORWARD and re.search(r"/(GatherV2|Cast|rescaling\w*)\b", operation):
        return _INPUT
    return "loss, accuracy, and the loop"


def measure(rounds: int, quick: bool) -> Result:
    from cnnviz.spec import preset
    from cnnviz.spec.flops import training_flops

    steps = str(_QUICK_STEPS if quick else _STEPS)
    with temporary_home() as home:
        kinds = (CHOSEN, WHOLE, SINGLE, MATRICES, PARTS)
        found = in_turn(
            {kind: lambda kind=kind: run(__file__, "--child", kind, steps, home=home) for kind in kinds}, rounds
        )
    return result(found, training_flops(preset("two-conv").model), rounds)


def result(found: dict[str, list[Process]], flops: int, rounds: int) -> Result:
    parts = [one.values["parts"] for one in found[PARTS]]
    names = {name for one in parts for name in one}
    each = {name: [one.get(name, 0.0) for one in parts] for name in names}
    whole = [sum(one.values()) for one in parts]
    rates = [one.values["rate"] for one in found[MATRICES]]
    speed = {kind: [one.values["images_per_second"] for one in found[kind]] for kind in (CHOSEN, WHOLE, SINGLE)}

    def row(name: str, values: list[float]) -> tuple[str, str, str]:
        share = statistics.median(value / all_of_it for value, all_of_it in zip(values, whole, strict=True))
        return name, spread(values, 2), f"{share:.1%}"

    ordered = sorted(each, key=lambda name: -statistics.median(each[name]))
    return Result(
        title=f"A training step of two-conv, 64 images, {rounds} rounds",
        columns=("part, by one thread", "ms a step", "of the step"),
        rows=[*(row(name, each[name]) for name in ordered), row("all of it", whole)],
        ratios={
            "floating-point operations a second of the step against NumPy's matrix products": (
                f"{median_ratio([one * flops for one in speed[CHOSEN]], rates):.2f}x"
            ),
            "images a second with the threads a training chooses against TensorFlow's own": (
                f"{median_ratio(speed[CHOSEN], speed[WHOLE]):.2f}x"
            ),
            "images a second of many steps in one call against one call for each": (
                f"{median_ratio(speed[CHOSEN], speed[SINGLE]):.2f}x"
            ),
        },
        notes=[
            "Median (smallest–largest) of processes; an operation counts with its median over the steps.",
            f"{flops / 1e6:.1f} million floating-point operations an image (cnnviz/spec/flops.py) at "
            f"{statistics.median(speed[CHOSEN]):,.0f} images/s, and NumPy's products of {_SIDE}x{_SIDE} matrices at "
            f"{statistics.median(rates) / 1e9:,.0f} GFLOP/s.",
            f"Images a second: {spread(speed[CHOSEN], 0)} with the threads a training chooses, "
            f"{spread(speed[WHOLE], 0)} with TensorFlow's own, {spread(speed[SINGLE], 0)} with one call for each step.",
        ],
    )


if __name__ == "__main__":
    repeated(__doc__, measure, rounds=5, child=child)
