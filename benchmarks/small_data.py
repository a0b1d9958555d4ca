"""What few pictures make of networks with batch normalisation, by how the means and variances for later come about.

    python benchmarks/small_data.py            # 720 drawn pictures of 6 classes, three seeds
    python benchmarks/small_data.py --large    # the embedded sample of CIFAR-10, two seeds: nothing may be lost there

How a network learns does not depend on them, so of each preset and seed three runs are trained that differ in nothing
else: Keras' moving averages with the momentum of the settings, the same with a momentum that follows the number of
steps, and statistics measured anew before every look, as `cnnviz.training.normalising` does.
"""

import math
import statistics
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measure import Result, arguments, show, temporary_home

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cnnviz.data import Dataset, Split
    from cnnviz.runs import Run
    from cnnviz.spec import RunSpec

PICTURES, CLASSES, SEEDS, TEST = 720, 6, 3, 300
PRESETS = ("regularised", "big-kernels")
LARGE_EPOCHS, LARGE_SEEDS = 10, 2
SHAPES = ("disc", "ring", "square", "triangle", "cross", "bars")
FIXED, BY_STEPS, ANEW = "moving, 0.99", "moving, 1 - 10/steps", "measured anew"
MEASURED = ("training", "test", "on the way", "most: test", "most: on the way")


def drawn(count: int, size: int = 32, classes: int = CLASSES, *, n_test: int = TEST, seed: int = 0) -> "Dataset":
    """Draw pictures that a small network learns: shapes of any colour, place and size, on noise.

    Args:
        count: training pictures.
        size: their height and width in pixels.
        classes: how many of SHAPES.
        n_test: other pictures, to measure on.
        seed: of everything random.
    """
    import numpy as np

    from cnnviz.data import Dataset, Split

    rng = np.random.default_rng(seed)

    def split(number: int) -> Split:
        labels = np.arange(number) % classes
        return Split(np.stack([_picture(SHAPES[label], size, rng) for label in labels]), labels)

    return Dataset("drawn", SHAPES[:classes], split(count), split(n_test), "drawn here")


def _picture(shape: str, size: int, rng: "np.random.Generator") -> "NDArray[np.uint8]":
    """Draw one shape on noise: (size, size, 3) uint8."""
    import numpy as np
    from PIL import Image, ImageDraw

    back, front = rng.integers(0, 120, 3), rng.integers(135, 256, 3)
    if rng.random() < 0.5:
        back, front = front, back
    image = Image.new("RGB", (size, size), tuple(map(int, back)))
    pen, colour = ImageDraw.Draw(image), tuple(map(int, front))
    side = rng.uniform(0.45, 0.8) * size
    left, top = rng.uniform(0, size - side, 2)
    right, bottom, thick = left + side, top + side, max(1, round(side / 5))
    match shape:
        case "disc":
            pen.ellipse((left, top, right, bottom), fill=colour)
        case "ring":
            pen.ellipse((left, top, right, bottom), outline=colour, width=thick)
        case "square":
            pen.rectangle((left, top, right, bottom), fill=colour)
        case "triangle":
            pen.polygon(((left, bottom), (right, bottom), ((left + right) / 2, top)), fill=colour)
        case "cross":
            pen.line((left, top, right, bottom), fill=colour, width=thick)
            pen.line((left, bottom, right, top), fill=colour, width=thick)
        case "bars":
            for place in (left, (left + right) / 2, right):
                pen.line((place, top, place, bottom), fill=colour, width=max(1, thick // 2))
    noisy = np.asarray(image, np.float64) + rng.normal(0, 12, (size, size, 3))
    return np.clip(noisy, 0, 255).astype(np.uint8)


def write(dataset: "Dataset", home: Path) -> None:
    """Put a data set into a home as its `.npz`."""
    import numpy as np

    folder = home / "datasets"
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(
        folder / f"{dataset.name}.npz",
        x_train=dataset.train.images,
        y_train=dataset.train.labels,
        x_test=dataset.test.images,
        y_test=dataset.test.labels,
    )


def with_statistics_of(model: Any, images: "NDArray[np.uint8]") -> None:
    """Set the means and variances of a network's batch normalisations to those of images, one layer after the other.

    Args:
        model: whose layers follow each other; it is changed.
        images: (n, height, width, channels) uint8, together one batch.
    """
    import keras
    import tensorflow as tf

    values = tf.constant(images, tf.float32)
    for layer in model.layers[1:]:
        if isinstance(layer, keras.layers.BatchNormalization):
            axes = list(range(len(values.shape) - 1))
            layer.moving_mean.assign(tf.reduce_mean(values, axes))
            layer.moving_variance.assign(tf.math.reduce_variance(values, axes))
        values = layer(values, training=False)


def figures(run: "Run", test: "Split") -> dict[str, float]:
    """Return the shares of images that a run gets right, at its end and as the mean over its snapshots.

    Beside what it says itself stands the most that can be had: the same weights with the statistics of all test images.
    """
    from cnnviz.models import assign_weights
    from cnnviz.training.forward import Forward, probabilities_of

    model, own, most = run.model(), [], []
    forward = Forward(model)

    def right() -> float:
        return float((probabilities_of(forward(test.images)).argmax(1) == test.labels).mean())

    for snapshot in run.snapshots()[1:]:  # the first is of the weights before the first step
        assign_weights(model, run.weights(snapshot.number))
        own.append(right())
        with_statistics_of(model, test.images)
        most.append(right())
    learned = run.history().epochs["accuracy"][-1]
    values = (learned, own[-1], statistics.fmean(own), most[-1], statistics.fmean(most))
    return dict(zip(MEASURED, values, strict=True))


def trained(spec: "RunSpec", home: Path, way: str, images: int) -> "Run":
    """Train a run whose statistics come about in one of the three ways."""
    from cnnviz.training.execute import train
    from cnnviz.training.normalising import Statistics

    if way == ANEW:
        return train(spec, home)
    if way == BY_STEPS:
        spec = with_momentum(spec, 1 - 10 / max(10, spec.train.epochs * math.ceil(images / spec.train.batch_size)))
    with patch.object(Statistics, "measure", lambda _: None):
        return train(spec, home)


def with_momentum(spec: "RunSpec", most: float) -> "RunSpec":
    """Return settings whose batch normalisations have at most that momentum."""
    from cnnviz.spec import BatchNormalization

    layers = tuple(
        layer.changed(momentum=min(layer.momentum, most)) if isinstance(layer, BatchNormalization) else layer
        for layer in spec.model.layers
    )
    return spec.changed(model=spec.model.changed(layers=layers))


def compared(
    specs: list["RunSpec"], home: Path, ways: tuple[str, ...] = (FIXED, BY_STEPS, ANEW)
) -> dict[str, list[dict[str, float]]]:
    """Train each of some settings in some ways and return what comes out, by the way."""
    from cnnviz.data import load_dataset, prepare

    found: dict[str, list[dict[str, float]]] = {way: [] for way in ways}
    for spec in specs:
        data = prepare(load_dataset(spec.data.name, home), spec.data, spec.train.seed)
        for way, kept in found.items():
            kept.append(figures(trained(spec, home, way, len(data.train)), data.test))
            print(f"{spec.preset}, seed {spec.train.seed}, {way}: test {kept[-1]['test']:.3f}", file=sys.stderr)
    return found


def small(presets: tuple[str, ...], seeds: int, pictures: int, size: int, epochs: int | None) -> Result:
    """Train presets on few drawn pictures."""
    with temporary_home() as home:
        write(drawn(pictures, size), home)
        found = {
            name: compared([_spec(name, "drawn", size, CLASSES, seed, epochs) for seed in range(seeds)], home)
            for name in presets
        }
    return _result(f"{pictures} drawn pictures of {CLASSES} classes, {seeds} seeds", found)


def large(presets: tuple[str, ...], seeds: int, epochs: int) -> Result:
    """Train presets on the embedded sample of CIFAR-10, 5,000 images, as before and as now."""
    with temporary_home() as home:
        found = {
            name: compared(
                [_spec(name, "cifar10-sample", 32, 10, seed, epochs) for seed in range(seeds)], home, (FIXED, ANEW)
            )
            for name in presets
        }
    return _result(f"the embedded sample of CIFAR-10, {epochs} epochs, {seeds} seeds", found)


def _spec(name: str, data: str, size: int, classes: int, seed: int, epochs: int | None) -> "RunSpec":
    from cnnviz.spec import preset

    spec = preset(name).for_data(data, (size, size, 3), classes)
    return spec.changed(train=spec.train.changed(seed=seed, **({"epochs": epochs} if epochs else {})))


def _result(title: str, found: dict[str, dict[str, list[dict[str, float]]]]) -> Result:
    rows, ratios = [], {}
    for name, ways in found.items():
        for way, seeds in ways.items():
            rows.append((f"{name}, {way}", *(_percent([seed[column] for seed in seeds]) for column in MEASURED)))
            test, most = (statistics.fmean(seed[column] for seed in seeds) for column in ("test", "most: test"))
            ratios[f"{name}, {way}: test accuracy against the most"] = f"{test / most:.2f}x"
    return Result(
        title=f"Accuracy in % on {title}",
        columns=("", *MEASURED),
        rows=rows,
        ratios=ratios,
        notes=[
            "Mean (smallest–largest) over the seeds. training: of the last epoch, as the curves show it.",
            "test: of the last snapshot. on the way: the mean over all snapshots but the first.",
            "most: the same weights with the means and variances of all test images at once.",
        ],
    )


def _percent(shares: list[float]) -> str:
    values = [100 * share for share in shares]
    return f"{statistics.fmean(values):.1f} ({min(values):.1f}–{max(values):.1f})"


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--large", action="store_true", help="the embedded sample of CIFAR-10 instead")
    parser.add_argument("--seeds", type=int, help=f"how many; {SEEDS}, {LARGE_SEEDS} with --large")
    parser.add_argument("--epochs", type=int, help=f"as the preset says; {LARGE_EPOCHS} with --large")
    parser.add_argument("--presets", nargs="+", default=PRESETS)
    options = parser.parse_args()
    presets = tuple(options.presets)
    if options.quick:
        show(options, lambda: small(presets[:1], 1, 60, 16, 1))
    elif options.large:
        show(options, lambda: large(presets, options.seeds or LARGE_SEEDS, options.epochs or LARGE_EPOCHS))
    else:
        show(options, lambda: small(presets, options.seeds or SEEDS, PICTURES, 32, options.epochs))


if __name__ == "__main__":
    main()
