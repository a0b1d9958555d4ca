"""Where Grad-CAM should look: the whole maps that go into the pooling, against the last convolution and others.

    python benchmarks/explaining.py [--rounds N] [--quick] [--json]

Small networks with branches, of DenseNet's and of Inception's kind, and chains as the presets are, are trained on the
embedded sample; each round begins anew with a new seed. On test images, Grad-CAM of the predicted class is measured by
insertion and deletion (Petsiuk et al. 2018, "RISE: randomized input sampling for explanation of black-box models"): the
class's probability while pixels are put back in the order of the heatmap, the strongest first, and while they are taken
away. Both places of a pair are measured on the same images. The results that were kept are in
benchmarks/results/explaining/; docs/decisions/0011-where-to-explain.md is written from them.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measure import Result, repeated

IMAGES = 120
EPOCHS = 10
STEPS = 32  # moments at which the class's probability is asked
BLUR = 3.0  # pixels: insertion begins with the image so blurred
LAST_MAPS, LAST_CONVOLUTION, POOLED, BEFORE = "last maps", "last convolution", "after the pooling", "convolution before"


@dataclass(frozen=True)
class Kind:
    """A kind of network, and which places are compared in it.

    Attributes:
        title: as the table has it.
        build: makes one, not trained.
        other: what the last maps are compared with.
    """

    title: str
    build: Callable[[], Any]
    other: str


@dataclass(frozen=True, eq=False)
class Measured:
    """One network's heatmaps at the last maps and at the other place.

    Attributes:
        layers: whose output, and its shape, of either.
        accuracy: on the test images of the sample.
        insertion: (2, images) areas in 0..1, of the last maps first.
        deletion: (2, images).
    """

    layers: tuple[str, str]
    accuracy: float
    insertion: Any
    deletion: Any


def dense_kind() -> Any:
    """DenseNet's kind (Huang et al. 2017): every layer adds 12 channels to all before it."""
    from keras import Input, Model, layers

    def normalised(maps: Any) -> Any:
        return layers.ReLU()(layers.BatchNormalization(momentum=0.9)(maps))

    inputs = Input((32, 32, 3))
    maps = layers.Conv2D(24, 3, strides=2, padding="same", use_bias=False)(layers.Rescaling(1 / 127.5, -1)(inputs))
    for block in range(2):
        if block:
            maps = layers.Conv2D(maps.shape[-1] // 2, 1, use_bias=False)(normalised(maps))
            maps = layers.AveragePooling2D(2)(maps)
        for _ in range(5):
            new = layers.Conv2D(48, 1, use_bias=False)(normalised(maps))
            new = layers.Conv2D(12, 3, padding="same", use_bias=False)(normalised(new))
            maps = layers.Concatenate()([maps, new])
    pooled = layers.GlobalAveragePooling2D()(normalised(maps))
    return Model(inputs, layers.Dense(10, activation="softmax")(pooled))


def inception_kind() -> Any:
    """Inception's kind (Szegedy et al. 2016): four branches side by side, joined."""
    from keras import Input, Model, layers

    def convolved(maps: Any, filters: int, size: int) -> Any:
        made = layers.Conv2D(filters, size, padding="same", use_bias=False)(maps)
        return layers.ReLU()(layers.BatchNormalization(momentum=0.9)(made))

    inputs = Input((32, 32, 3))
    maps = convolved(layers.Rescaling(1 / 127.5, -1)(inputs), 24, 3)
    for _ in range(2):
        maps = layers.MaxPooling2D(2)(maps)
        for _ in range(2):
            pooled = layers.AveragePooling2D(3, 1, padding="same")(maps)
            branches = [
                convolved(maps, 24, 1),
                convolved(convolved(maps, 24, 1), 32, 3),
                convolved(convolved(convolved(maps, 16, 1), 24, 3), 24, 3),
                convolved(pooled, 16, 1),
            ]
            maps = layers.Concatenate()(branches)
    return Model(inputs, layers.Dense(10, activation="softmax")(layers.GlobalAveragePooling2D()(maps)))


def of_preset(name: str) -> Callable[[], Any]:
    """The network of one of cnnviz's presets."""

    def made() -> Any:
        from cnnviz.models import build
        from cnnviz.spec import preset

        return build(preset(name).model)

    return made


KINDS = (
    Kind("DenseNet's kind", dense_kind, LAST_CONVOLUTION),
    Kind("Inception's kind", inception_kind, LAST_CONVOLUTION),
    Kind("regularised", of_preset("regularised"), LAST_CONVOLUTION),
    Kind("regularised", of_preset("regularised"), POOLED),
    Kind("big-kernels", of_preset("big-kernels"), LAST_CONVOLUTION),
    Kind("two-conv", of_preset("two-conv"), POOLED),
)


def trained(model: Any, seed: int, epochs: int) -> float:
    """Train a network on the embedded sample, half of the images mirrored, and return its test accuracy."""
    import keras
    import numpy as np

    import cnnviz

    data = cnnviz.load_dataset("cifar10-sample")
    images = np.concatenate([data.train.images, data.train.images[:, :, ::-1]])
    labels = np.concatenate([data.train.labels, data.train.labels])
    kept = np.random.default_rng(seed).permutation(len(images))[: len(images) if epochs > 1 else 256]
    steps = epochs * -(-len(kept) // 128)
    rate = keras.optimizers.schedules.CosineDecay(3e-3, steps)
    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(images[kept].astype(np.float32), labels[kept], batch_size=128, epochs=epochs, verbose=0)
    return float(model.evaluate(data.test.images.astype(np.float32), data.test.labels, verbose=0)[1])


def places(model: Any, other: str) -> tuple[str, str]:
    """Return the names of the last maps and of the other place."""
    from cnnviz import explain

    listed = explain.layers_of(model)
    last = explain.last_place(model).name
    if other == LAST_CONVOLUTION:
        return last, [place.name for place in listed if place.is_convolution][-1]
    pools = [place.name for place in listed if place.kind in ("MaxPooling2D", "AveragePooling2D")]
    return last, pools[-1]


def areas(model: Any, images: Any, order: Any, classes: Any, first: Any, then: Any) -> Any:
    """Return (images,) the mean probability of each class while pixels of `first` become those of `then`, in order.

    Args:
        model: the network.
        images: (n, height, width, channels).
        order: (n, pixels) numbers of pixels, those that change first first.
        classes: (n,).
        first: as images.
        then: as images.
    """
    import numpy as np

    count, pixels = order.shape
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(pixels)[None], axis=1)
    rank = rank.reshape(images.shape[:3])[..., None]
    shares = []
    for step in range(STEPS + 1):
        changed = np.where(rank < step * pixels / STEPS, then, first).astype(np.float32)
        shares.append(model.predict(changed, verbose=0)[np.arange(count), classes])
    return np.trapezoid(shares, dx=1 / STEPS, axis=0)


def measured(kind: Kind, model: Any, accuracy: float, count: int) -> Measured:
    """Measure a trained network's heatmaps at both places."""
    import numpy as np
    from scipy.ndimage import gaussian_filter

    import cnnviz
    from cnnviz import explain

    test = cnnviz.load_dataset("cifar10-sample").test
    images = test.images[:count].astype(np.float32)
    classes = model.predict(images, verbose=0).argmax(1)
    blurred = gaussian_filter(images, (0, BLUR, BLUR, 0))
    grey = np.broadcast_to(images.mean(axis=(1, 2), keepdims=True), images.shape)
    ties = np.random.default_rng(0).random((count, 32 * 32)) * 1e-9  # pixels of the same value, in no order
    insertion, deletion, said = [], [], []
    for layer in places(model, kind.other):
        found = explain.explain_batch(model, images, "gradcam", classes, layer)
        order = np.argsort(ties - np.stack([one.values for one in found]).reshape(count, -1), axis=1)
        insertion.append(areas(model, images, order, classes, blurred, images))
        deletion.append(areas(model, images, order, classes, images, grey))
        shape = explain.feature_maps(model, images[:1], layer)[layer].shape[1:]
        said.append(f"{layer} ({'x'.join(map(str, shape))})")
    return Measured((said[0], said[1]), accuracy, np.array(insertion), np.array(deletion))


def measure(rounds: int, quick: bool) -> Result:
    import keras

    kinds = (KINDS[0], KINDS[-1]) if quick else KINDS  # one of each place it is compared with
    found: dict[Kind, list[Measured]] = {kind: [] for kind in kinds}
    for seed in range(1 if quick else rounds):
        models: dict[str, tuple[Any, float]] = {}
        for kind in kinds:
            if kind.title not in models:
                keras.utils.set_random_seed(seed)
                model = kind.build()
                models[kind.title] = model, trained(model, seed, 1 if quick else EPOCHS)
            found[kind].append(measured(kind, *models[kind.title], 8 if quick else IMAGES))
            print(f"round {seed + 1} of {rounds}: {kind.title}", file=sys.stderr)
    networks = "1 network" if rounds == 1 else f"{rounds} networks"
    return Result(
        title=f"Grad-CAM at the last maps and elsewhere: {IMAGES} test images, {networks} of each kind",
        columns=("", "accuracy", "last maps", "other place", "insertion", "there", "deletion", "there"),
        rows=[_row(kind, all_of) for kind, all_of in found.items()],
        ratios={
            f"{kind.title}, last maps minus {kind.other}: {what}": difference(all_of, name)
            for kind, all_of in found.items()
            for what, name in (("insertion, more is better", "insertion"), ("deletion, less is better", "deletion"))
        },
        notes=[
            "Insertion and deletion: area under the predicted class's probability, 0 to 1, while pixels of the image "
            f"come into its blurred copy, or give way to its mean colour, {32 * 32 // STEPS} at a time.",
            "Differences: mean over images and networks, with its 95 % interval (paired by image; the mean of the "
            "networks for each image).",
        ],
    )


def _row(kind: Kind, all_of: list[Measured]) -> tuple[str, ...]:
    import numpy as np

    accuracy = np.mean([one.accuracy for one in all_of])
    means = [np.mean([getattr(one, name) for one in all_of], axis=(0, 2)) for name in ("insertion", "deletion")]
    cells = [f"{mean:.3f}" for both in means for mean in both]
    return (f"{kind.title}, {kind.other}", f"{100 * accuracy:.1f} %", *all_of[0].layers, *cells)


def difference(all_of: list[Measured], name: str) -> str:
    """Return the mean difference of the last maps to the other place, with its 95 % interval."""
    import numpy as np

    each = np.mean([np.subtract(*getattr(one, name)) for one in all_of], axis=0)  # (images,)
    half = 1.96 * each.std(ddof=1) / np.sqrt(len(each))
    return f"{each.mean():+.3f} ({each.mean() - half:+.3f} to {each.mean() + half:+.3f})"


if __name__ == "__main__":
    repeated(__doc__, measure, rounds=1)
