"""Published networks at 224 pixels: milliseconds an image, one at a time and of 32 at once, and their size.

    python benchmarks/networks.py [--rounds N] [--quick] [--json]

The network that comes along as it is; those of `keras.applications` whole and with weights of chance, which take as
long as others. All are called compiled, as pages call them, in turn in one process. Accuracies are those that their
authors publish for ImageNet's validation images; nothing here measures them.
"""

import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measure import ROOT, Result, repeated, run, spread

OURS = "EfficientNet-Lite0"
# The published share of ImageNet's validation images that each gets right: Lite0 as its makers say, others as Keras'
# documentation and, of MobileNetV3, the article (Howard and others 2019) have it.
ACCURACY = {
    OURS: "75.1 %",
    "MobileNetV3Small": "67.4 %",
    "MobileNetV2": "71.3 %",
    "MobileNetV3Large": "75.2 %",
    "EfficientNetV2B0": "78.7 %",
    "DenseNet121": "75.0 %",
    "ResNet50": "74.9 %",
}
SIDE = 224
BATCHES = (1, 32)
_COMPARED = ("MobileNetV3Large", "EfficientNetV2B0", "ResNet50")
_QUICK = (OURS, _COMPARED[0])


def opened(name: str) -> Any:
    import keras

    from cnnviz.runs import RunStore

    if name == OURS:
        return RunStore(bundled=ROOT / "cnnviz" / "assets" / "runs").get("efficientnet-lite0").model()
    return getattr(keras.applications, name)(weights=None, input_shape=(SIDE, SIDE, 3))


def child(calls: str, *names: str) -> None:
    """Print milliseconds an image of each network and batch, and its parameters."""
    import numpy as np
    import tensorflow as tf

    found: dict[str, dict[str, float]] = {}
    for name in names:
        model = opened(name)
        function = tf.function(lambda images, model=model: model(images, training=False))
        found[name] = {"parameters": model.count_params()}
        for batch in BATCHES:
            images = tf.constant(np.random.default_rng(0).uniform(0, 255, (batch, SIDE, SIDE, 3)).astype(np.float32))
            function(images)
            taken = []
            for _ in range(max(int(calls) // batch, 2)):
                began = time.perf_counter()
                function(images).numpy()
                taken.append((time.perf_counter() - began) * 1e3 / batch)
            found[name][str(batch)] = statistics.median(taken)
    print(json.dumps(found))


def measure(rounds: int, quick: bool) -> Result:
    found: list[dict[str, dict[str, float]]] = []
    for number in range(rounds):
        found.append(run(__file__, "--child", "4" if quick else "64", *(_QUICK if quick else ACCURACY)).values)
        print(f"round {number + 1} of {rounds}", file=sys.stderr)
    rows = [
        (
            name,
            accuracy,
            f"{found[0][name]['parameters'] * 2 / 1e6:.1f}",
            *(spread([one[name][str(batch)] for one in found], 1) for batch in BATCHES),
        )
        for name, accuracy in ACCURACY.items()
        if name in found[0]
    ]
    return Result(
        title=f"Published networks at 224 pixels, {rounds} rounds",
        columns=("", "published accuracy", "MB in half precision", "ms an image", "ms an image of 32"),
        rows=rows,
        ratios={
            f"time of one image, {name} against {OURS}": (
                f"{statistics.median(one[name]['1'] / one[OURS]['1'] for one in found):.2f}x"
            )
            for name in _COMPARED
            if name in found[0]
        },
        notes=["Median (smallest–largest) of processes; each process's is the median of many calls."],
    )


if __name__ == "__main__":
    repeated(__doc__, measure, rounds=3, child=child)
