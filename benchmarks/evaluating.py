"""Evaluating 10,000 test images: the forward pass of a run, and the report, against Keras' own predict.

    python benchmarks/evaluating.py [--rounds N] [--quick] [--json]

The images are CIFAR-10's test set where the home has it, else noise; the network is two-conv. All in whole processes,
in turn; what compiles is called once before the clock starts.
"""

import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measure import Process, Result, in_turn, median_ratio, repeated, run, spread, temporary_home

OURS = "cnnviz: logits of all images"
PREDICT = "model.predict, its own batches of 32"
LARGER = "model.predict, batches of 500"
_BATCHES = {PREDICT: 32, LARGER: 500}
IMAGES, QUICK_IMAGES = 10_000, 300
_TIMES = 3


def test_images(count: int) -> tuple[Any, Any]:
    """Images and labels, CIFAR-10's where there are as many."""
    import numpy as np

    from benchmarks.training import dataset_name
    from cnnviz.data import load_dataset

    test = load_dataset(dataset_name()).test
    if len(test) >= count:
        return test.images[:count], test.labels[:count]
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (count, 32, 32, 3), np.uint8), rng.integers(0, 10, count)


def child(kind: str, count: str) -> None:
    """In a process of its own: print the seconds of one way to all images' outputs, and of a report of them."""
    import numpy as np

    from cnnviz.models import build
    from cnnviz.spec import preset
    from cnnviz.training.forward import Forward, probabilities_of
    from cnnviz.training.halves import choose_threads

    images, labels = test_images(int(count))
    spec = preset("two-conv").model
    if kind == OURS:  # as a training does
        choose_threads(spec)
        model = build(spec)
        forward = Forward(model)
        taken = [timed(lambda: forward(images)) for _ in range(_TIMES + 1)][1:]
        probabilities = probabilities_of(forward(images))
    else:
        model, floats = build(spec), images.astype(np.float32)
        taken = [timed(lambda: model.predict(floats, _BATCHES[kind], verbose=0)) for _ in range(_TIMES + 1)][1:]
        probabilities = model.predict(floats, verbose=0)
    reports = [timed(lambda: report(labels, probabilities)) for _ in range(_TIMES)]
    print(json.dumps({"forward": statistics.median(taken), "report": statistics.median(reports)}))


def timed(action: Any) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def report(labels: Any, probabilities: Any) -> Any:
    """Make the whole report: scores of every class, intervals, confusion, calibration."""
    import numpy as np

    from cnnviz.evaluation import Judged, evaluate_judged

    confidence = probabilities.max(axis=1).astype(np.float32)
    names = tuple(map(str, range(10)))
    return evaluate_judged(Judged("run", None, names, labels, probabilities.argmax(1), confidence, probabilities))


def measure(rounds: int, quick: bool) -> Result:
    from cnnviz.home import resolve_home

    count = QUICK_IMAGES if quick else IMAGES
    with temporary_home(datasets_of=resolve_home()) as home:
        found = in_turn(
            {
                kind: lambda kind=kind: run(__file__, "--child", kind, str(count), home=home)
                for kind in (OURS, *_BATCHES)
            },
            rounds,
        )
    return result(found, count, rounds)


def result(found: dict[str, list[Process]], count: int, rounds: int) -> Result:
    seconds = {kind: [one.values["forward"] for one in processes] for kind, processes in found.items()}
    reports = [one.values["report"] for one in found[OURS]]
    both = [one + other for one, other in zip(seconds[OURS], reports, strict=True)]

    def row(name: str, values: list[float]) -> tuple[str, str, str]:
        return name, spread([value * 1e3 for value in values], 0), f"{count / statistics.median(values):,.0f}"

    return Result(
        title=f"Evaluation of {count:,} images with two-conv, {rounds} rounds",
        columns=("", "ms", "images/s"),
        rows=[*(row(kind, values) for kind, values in seconds.items()), row("cnnviz: report of them", reports)],
        ratios={
            "forward pass: model.predict against cnnviz": f"{median_ratio(seconds[PREDICT], seconds[OURS]):.2f}x",
            "forward pass: model.predict with batches of 500 against cnnviz": (
                f"{median_ratio(seconds[LARGER], seconds[OURS]):.2f}x"
            ),
            "forward pass and report together, against model.predict alone": (
                f"{median_ratio(both, seconds[PREDICT]):.2f}x"
            ),
        },
        notes=[
            "Median (smallest–largest) of whole processes in turn, each process's number the median of "
            f"{_TIMES} calls after a first.",
            "predict gets float32 images and gives probabilities; cnnviz gets the bytes and gives logits, with the "
            "threads that a training of this network chooses.",
            "The report has scores of every class, intervals, confusion and calibration; it needs no TensorFlow.",
        ],
    )


if __name__ == "__main__":
    repeated(__doc__, measure, rounds=5, child=child)
