"""A RunSpec as a plain Keras script that trains the same run: the same first weights, images, order and steps."""

from dataclasses import dataclass

from cnnviz.export.data_code import DataPlace, data_code, data_settings
from cnnviz.export.network_code import network_code
from cnnviz.spec import RunSpec

__all__ = ["CELL", "Plan", "training_script"]

CELL = "# %% "  # begins a cell: editors know it, and the notebook is cut there


@dataclass(frozen=True)
class Plan:
    """How long a run was trained.

    Attributes:
        epochs: times that every image was seen.
        images: training images an epoch, where a run that was given a time used only some; None for all.
    """

    epochs: int
    images: int | None = None


_HEAD = '''\
"""Trains a network in plain Keras{origin}.

The layers, their first weights, the images, their order and every step are the same.

    python train.py

Needs: pip install {packages}
Only rounding differs. The network is kept as trained.keras beside this file.
"""
'''

_SETTINGS = """\
import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from pathlib import Path

import keras
import numpy as np
{imports}
HERE = Path(globals().get("__file__", "notebook")).absolute().parent
{data}SEED = {seed}
EPOCHS = {epochs}
BATCH_SIZE = {batch_size}
LEARNING_RATE = {learning_rate!r}
{more}"""

_AUGMENT = '''\
def uniform(images, limit, step, purpose):
    """Return a number between -limit and limit for each image; each purpose draws its own."""
    seed = tf.random.fold_in(tf.constant([SEED, step]), purpose)
    return tf.random.stateless_uniform([len(images)], seed, -limit, limit)


def moved(images, step):
    """Turn, zoom, mirror and shift each image; what leaves the picture is mirrored back in."""
    height, width = images.shape[1:3]
    angle = uniform(images, np.deg2rad(ROTATION), step, 0)
    scale = 1 / (1 + uniform(images, ZOOM, step, 1))
    flip = tf.where(uniform(images, 1.0, step, 2) < 0, -1.0, 1.0) if FLIP else tf.ones(len(images))
    right = tf.round(uniform(images, SHIFT * width, step, 3))
    down = tf.round(uniform(images, SHIFT * height, step, 5))
    # from where a pixel lands to where it came from: (x, y) -> (a x + b y + c, d x + e y + f)
    a, b = scale * tf.cos(angle) * flip, -scale * tf.sin(angle) * flip
    d, e = scale * tf.sin(angle), scale * tf.cos(angle)
    x, y = (width - 1) / 2, (height - 1) / 2
    c, f = x - a * x - b * y + right, y - d * x - e * y + down
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=tf.stack([a, b, c, d, e, f, tf.zeros_like(a), tf.zeros_like(a)], axis=1),
        output_shape=[height, width],
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="REFLECT",
    )


def augment(images, step):
    """Change the images of a step at random, each time the same way."""
    if FLIP or SHIFT or ROTATION or ZOOM:
        images = moved(images, step)
    if CONTRAST:
        mean = tf.reduce_mean(images, axis=(1, 2, 3), keepdims=True)
        factor = 1 + uniform(images, CONTRAST, step, 4)[:, None, None, None]
        images = tf.clip_by_value((images - mean) * factor + mean, 0, 255)
    return images


'''

_BATCHES = '''\
class Batches(keras.utils.PyDataset):
    """The training images in the order of an epoch."""

    def begin(self, epoch):
        chosen = np.random.default_rng([SEED, 0]).permutation(len(x_train))[:IMAGES]
        self.epoch, self.order = epoch, np.random.default_rng([SEED, 1, epoch]).permutation(chosen)

    def __len__(self):
        return STEPS

    def __getitem__(self, batch):
        chosen = self.order[batch * BATCH_SIZE : (batch + 1) * BATCH_SIZE]
        images = x_train[chosen].astype(np.float32)
{augmenting}        return images, targets(y_train[chosen]){weighting}


'''

_TARGETS = {
    "sparse_categorical_crossentropy": "    return labels\n",
    "categorical_crossentropy": "    return keras.utils.to_categorical(labels, len(CLASSES))\n",
    "binary_crossentropy": "    return labels[:, None].astype(np.float32)\n",
}

_LOSSES = {
    "sparse_categorical_crossentropy": "keras.losses.SparseCategoricalCrossentropy()",
    "categorical_crossentropy": "keras.losses.CategoricalCrossentropy({smoothing})",
    "binary_crossentropy": "keras.losses.BinaryCrossentropy({smoothing})",
}

_ONE_CYCLE = '''\
class OneCycle(keras.optimizers.schedules.LearningRateSchedule):
    """The rate rises for a third of the steps and then falls to zero (Smith 2018)."""

    def __call__(self, step):
        done = keras.ops.cast(step, "float32") / (EPOCHS * STEPS)
        share = keras.ops.minimum((done + 1 / (EPOCHS * STEPS)) * 3, (1 - done) * 1.5)
        return LEARNING_RATE * keras.ops.clip(share, 0, 1)


'''

_RATES = {
    "constant": "LEARNING_RATE",
    "plateau": "LEARNING_RATE",
    "cosine": "keras.optimizers.schedules.CosineDecay(LEARNING_RATE, decay_steps=EPOCHS * STEPS)",
    "one_cycle": "OneCycle()",
}

_RUN = """\
history = model.fit(
    batches,
    epochs=EPOCHS,
    shuffle=False,  # they have their order
    callbacks=callbacks,
{validation})
loss, accuracy = model.evaluate(x_test, targets(y_test), batch_size=100, verbose=0)
print(f"test loss {loss:.4f}, test accuracy {accuracy:.1%}")
keras.Model(inputs, outputs, name="cnn").save(HERE / "trained.keras")  # without the optimizer
"""


def training_script(spec: RunSpec, place: DataPlace, plan: Plan | None = None, run_id: str = "") -> str:
    """Return the script.

    Args:
        spec: what it trains.
        place: where the images are.
        plan: how long the run was trained; None for what the spec says.
        run_id: of the run, for its first line; empty where there is none.
    """
    plan = plan or Plan(spec.train.epochs)
    packages = ["keras", "tensorflow", "numpy", *([] if place.file else ["scikit-learn"])]
    cells = (
        ("Settings", _settings(spec, place, plan)),
        ("The images", data_code(place)),
        ("The network", network_code(spec.model)),
        ("How it learns", _learning(spec, plan)),
        ("Train and measure", _RUN.replace("{validation}", _validation(spec))),
    )
    head = _HEAD.format(origin=f", as the run {run_id} of cnnviz" if run_id else "", packages=" ".join(packages))
    return head + "".join(f"{_space_before(code)}{CELL}{title}\n{code.rstrip()}\n" for title, code in cells)


def _space_before(code: str) -> str:
    return "\n\n" if code.startswith(("def ", "class ")) else "\n"


def _settings(spec: RunSpec, place: DataPlace, plan: Plan) -> str:
    train, change = spec.train, spec.train.augmentation
    more = []
    if train.label_smoothing:
        more.append(f"LABEL_SMOOTHING = {train.label_smoothing!r}")
    if change.active:
        more.append(f"FLIP, SHIFT, ROTATION = {change.flip}, {change.shift!r}, {change.rotation!r}")
        more.append(f"ZOOM, CONTRAST = {change.zoom!r}, {change.contrast!r}")
    if train.seconds is not None and plan.images is None:
        more.append(f"# The run was given {train.seconds:g} seconds instead of a number of epochs.")
    imports = "import tensorflow as tf\n" if change.active else ""
    imports += "" if place.file else "from sklearn.datasets import load_digits\n"
    return _SETTINGS.format(
        imports=imports,
        data=data_settings(place),
        seed=train.seed,
        epochs=plan.epochs,
        batch_size=train.batch_size,
        learning_rate=train.learning_rate,
        more="\n".join(more),
    )


def _learning(spec: RunSpec, plan: Plan) -> str:
    train = spec.train
    smoothing = "label_smoothing=LABEL_SMOOTHING" if train.label_smoothing else ""
    return "".join(
        (
            f"IMAGES = {'len(x_train)' if plan.images is None else plan.images}  # an epoch\n",
            "STEPS = -(-IMAGES // BATCH_SIZE)  # an epoch; the last may be smaller\n",
            _class_weights(spec),
            "\n\n",
            _AUGMENT if train.augmentation.active else "",
            f'def targets(labels):\n    """Return labels as the loss wants them."""\n{_TARGETS[spec.loss]}\n\n',
            _BATCHES.format(
                augmenting="        images = augment(images, self.epoch * STEPS + batch).numpy()\n"
                if train.augmentation.active
                else "",
                weighting=", class_weights[y_train[chosen]]" if train.class_weights is not None else "",
            ),
            _ONE_CYCLE if train.schedule == "one_cycle" else "",
            "model.compile(\n",
            f"    optimizer={_optimizer(spec)},\n",
            f"    loss={_LOSSES[spec.loss].format(smoothing=smoothing)},\n",
            '    metrics=["accuracy"],\n',
            "    jit_compile=False,  # on a processor it is slower with\n",
            ")\n",
            "batches = Batches()\nbatches.begin(epoch=0)\n",
            _callbacks(spec),
        )
    )


def _class_weights(spec: RunSpec) -> str:
    weights = spec.train.class_weights
    if weights is None:
        return ""
    if weights == "balanced":
        return (
            "counts = np.bincount(y_train, minlength=len(CLASSES))\n"
            "class_weights = (len(y_train) / (len(CLASSES) * np.maximum(counts, 1))).astype(np.float32)\n"
        )
    return f"class_weights = np.array({list(weights)!r}, np.float32)\n"


def _optimizer(spec: RunSpec) -> str:
    train = spec.train
    rate = _RATES[train.schedule]
    if train.optimizer == "adam":
        return f"keras.optimizers.Adam({rate})"
    nesterov = train.nesterov and train.momentum > 0
    return f"keras.optimizers.SGD({rate}, momentum={train.momentum!r}, nesterov={nesterov})"


def _callbacks(spec: RunSpec) -> str:
    train, lines = (
        spec.train,
        ["    keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: batches.begin(epoch)),\n"],
    )
    if train.schedule == "plateau":
        lines.append(
            f"    keras.callbacks.ReduceLROnPlateau(factor={train.plateau_factor!r}, "
            f"patience={train.plateau_patience}, min_delta=0),\n"
        )
    if train.early_stopping is not None or train.keep == "best":
        patience = train.early_stopping or "EPOCHS"
        best = train.keep == "best"
        lines.append(
            f'    keras.callbacks.EarlyStopping(patience={patience}, mode="min", restore_best_weights={best}),\n'
        )
    return f"callbacks = [\n{''.join(lines)}]\n"


def _validation(spec: RunSpec) -> str:
    if not spec.data.validation:
        return ""
    return "    validation_data=(x_val, targets(y_val)),\n    validation_batch_size=100,\n"
