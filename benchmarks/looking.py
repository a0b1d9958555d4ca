"""Looking at one photo: classification, all feature maps and Grad-CAM, cold and warm, against the bare Keras call.

    python benchmarks/looking.py [--rounds N] [--quick] [--json]

Cold is the first call in a process of its own after TensorFlow is imported and the model opened. Warm is the median of
many calls, all kinds in turn in one process. Grad-CAM is compared with tf-keras-vis (a development requirement) on the
same model, image, class and layer.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measure import Process, Result, median_ratio, repeated, run, spread, temporary_home

BARE = "bare call: model(x, training=False)"
PREDICT = "model.predict(x)"
COMPILED = "bare call in a tf.function"
CLASSIFY = "cnnviz: one image classified"
PHOTO = "cnnviz: a photo of 640x480 classified"
MAPS = "cnnviz: feature maps of all layers"
CAM = "cnnviz: Grad-CAM"
OTHER = "tf-keras-vis: Grad-CAM"
KINDS = (BARE, PREDICT, COMPILED, CLASSIFY, PHOTO, MAPS, CAM, OTHER)

WARM = "warm"
_CALLS, _QUICK_CALLS = 100, 3


def save(path: str) -> None:
    """In a process of its own: write the model that all others open."""
    from cnnviz.models import build, save_model
    from cnnviz.spec import preset

    save_model(build(preset("two-conv").model), Path(path))


def action(kind: str, path: str) -> Callable[[], Any]:
    """Open the model and return what is timed."""
    import keras
    import numpy as np
    import tensorflow as tf

    import cnnviz

    model = keras.models.load_model(path, compile=False)
    image = cnnviz.load_dataset("cifar10-sample").test.images[0]
    batch = image[None].astype(np.float32)
    function = tf.function(lambda images: model(images, training=False))
    photo = np.random.default_rng(0).integers(0, 256, (480, 640, 3), np.uint8)
    return {
        BARE: lambda: model(batch, training=False).numpy(),
        PREDICT: lambda: model.predict(batch, verbose=0),
        COMPILED: lambda: function(tf.constant(batch)).numpy(),
        CLASSIFY: lambda: classifier(model)(image),
        PHOTO: lambda: classifier(model)(photo),
        MAPS: lambda: cnnviz.explain.feature_maps(model, image),
        CAM: lambda: cnnviz.explain.grad_cam(model, image),
        OTHER: lambda: other_grad_cam(model, batch),
    }[kind]


@cache
def classifier(model: Any) -> Any:
    """Made at the first call, and kept, as on the page."""
    from cnnviz.inference import Classifier

    return Classifier(model)


def other_grad_cam(model: Any, batch: Any) -> Any:
    """Let tf-keras-vis explain the predicted class at the last convolution."""
    explainer, score = other_explainer(model)
    return explainer(score(batch), batch, penultimate_layer=-1)


@cache
def other_explainer(model: Any) -> tuple[Any, Callable[[Any], Any]]:
    """Made once, as its guide does; the class is asked for once too."""
    from tf_keras_vis.gradcam import Gradcam
    from tf_keras_vis.utils.model_modifiers import ReplaceToLinear
    from tf_keras_vis.utils.scores import CategoricalScore

    asked: list[CategoricalScore] = []

    def score(batch: Any) -> CategoricalScore:
        if not asked:
            asked.append(CategoricalScore(int(model(batch, training=False).numpy().argmax())))
        return asked[0]

    return Gradcam(model, model_modifier=ReplaceToLinear(), clone=True), score


def child(path: str, kind: str, calls: str) -> None:
    """Print milliseconds: of the first call of one kind, or of many of all kinds in turn."""
    timed: dict[str, list[float]] = {}
    actions = {name: action(name, path) for name in (KINDS if kind == WARM else (kind,))}
    for number in range(int(calls) + 1 if kind == WARM else 1):
        for name, call in actions.items():
            began = time.perf_counter()
            call()
            if number or kind != WARM:
                timed.setdefault(name, []).append((time.perf_counter() - began) * 1e3)
    print(json.dumps({name: statistics.median(values) for name, values in timed.items()}))


def measure(rounds: int, quick: bool) -> Result:
    cold: dict[str, list[float]] = {kind: [] for kind in KINDS}
    warm: dict[str, list[float]] = {kind: [] for kind in KINDS}
    calls = str(_QUICK_CALLS if quick else _CALLS)
    with temporary_home() as home:
        path = str(home / "model.keras")
        run(__file__, "--child", "save", path)
        for number in range(rounds):
            for kind in (KINDS[::-1] if number % 2 else KINDS) if not quick else (CAM,):
                cold[kind].append(_one(run(__file__, "--child", path, kind, "1", home=home), kind))
            process = run(__file__, "--child", path, WARM, calls, home=home)
            for kind in KINDS:
                warm[kind].append(_one(process, kind))
            print(f"round {number + 1} of {rounds}", file=sys.stderr)
    return result(cold, warm, rounds)


def _one(process: Process, kind: str) -> float:
    return float(process.values[kind])


def result(cold: dict[str, list[float]], warm: dict[str, list[float]], rounds: int) -> Result:
    def against(kind: str, other: str) -> str:
        return f"{median_ratio(warm[kind], warm[other]):.2f}x"

    return Result(
        title=f"Looking at one photo with two-conv, {rounds} rounds",
        columns=("", "cold (ms)", "warm (ms)", "warm, of the bare call"),
        rows=[
            (kind, spread(cold[kind], 0) if cold[kind] else "", spread(warm[kind], 2), against(kind, BARE))
            for kind in KINDS
        ],
        ratios={
            "warm: tf-keras-vis' Grad-CAM against cnnviz's (3 is asked for)": against(OTHER, CAM),
            "warm: one image classified against the bare call (2 is allowed)": against(CLASSIFY, BARE),
            "warm: a photo of 640x480 cut, made small and classified against the bare call": against(PHOTO, BARE),
            "warm: one image classified against the bare call in a tf.function": against(CLASSIFY, COMPILED),
            "warm: feature maps of all layers against the bare call": against(MAPS, BARE),
        },
        notes=[
            "Median (smallest–largest) of processes; warm is each process's median of many calls, all kinds in turn.",
            "Cold: the first call in its own process, TensorFlow imported and the model opened before. It compiles; on "
            "pages the compiled function is then kept with the model.",
            "Every call ends with NumPy arrays in hand.",
        ],
    )


def in_its_own_process(kind: str, *values: str) -> None:
    """Save the model that all look at, or look at it in one way."""
    if kind == "save":
        save(*values)
    else:
        child(kind, *values)


if __name__ == "__main__":
    repeated(__doc__, measure, rounds=5, child=in_its_own_process)
