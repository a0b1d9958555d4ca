"""How a run learns as plain Keras code: augmentation, order, loss, optimiser, learning rate, averaging."""

from dataclasses import dataclass

from cnnviz.spec import BatchNormalization, RunSpec
from cnnviz.training.memory import images_at_once

__all__ = ["Plan", "learning_code"]


@dataclass(frozen=True)
class Plan:
    """How long a run was trained.

    Attributes:
        epochs: times that every image was seen.
        images: training images an epoch, where a run that was given a time used only some; None for all.
    """

    epochs: int
    images: int | None = None


_AUGMENT = '''\
def uniform(images, limit, step, purpose):
    """Return a number between -limit and limit for each image; each purpose draws its own."""
    seed = tf.random.fold_in(tf.constant([SEED, step]), purpose)
    return tf.random.stateless_uniform([len(images)], seed, -limit, limit)


def moved(images, step{mirrored}):
    """Turn, zoom, mirror and shift each image; what leaves the picture is mirrored back in."""
    height, width = images.shape[1:3]
    angle = uniform(images, np.deg2rad(ROTATION), step, 0)
    scale = 1 / (1 + uniform(images, ZOOM, step, 1))
{flip}    right = tf.round(uniform(images, SHIFT * width, step, 3))
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


def augment(images, step{mirrored}):
    """Change the images of a step at random, each time the same way."""
    if FLIP or SHIFT or ROTATION or ZOOM:
        images = moved(images, step{mirrored})
    if CONTRAST:
        mean = tf.reduce_mean(images, axis=(1, 2, 3), keepdims=True)
        factor = 1 + uniform(images, CONTRAST, step, 4)[:, None, None, None]
        images = tf.clip_by_value((images - mean) * factor + mean, 0, 255)
    return images


'''

_FLIP = "    flip = tf.where(uniform(images, 1.0, step, 2) < 0, -1.0, 1.0) if FLIP else tf.ones(len(images))\n"
_ALTERNATE = "    flip = tf.where(mirrored, -1.0, 1.0) if FLIP else tf.ones(len(images))\n"
_SIDES = """\
# each image is mirrored in every other epoch, these in the even ones
MIRRORED = tf.random.stateless_uniform([len(x_train)], [SEED, -1]).numpy() < 0.5
"""

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

_AUGMENTING = "        images = augment(images, self.epoch * STEPS + batch{mirrored}).numpy()\n"
_CHOSEN_SIDES = ", MIRRORED[chosen] != (self.epoch % 2 == 1)"

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
    """The rate rises in a straight line and falls in another (Smith 2018)."""

    def __call__(self, step):
        done = keras.ops.cast(step, "float32") / (EPOCHS * STEPS)
        rise = (done + 1 / (EPOCHS * STEPS)) / max(WARM_UP, 1e-9)
        fall = FINAL_RATE + (1 - FINAL_RATE) * (1 - done) / max(1 - WARM_UP, 1e-9)
        return LEARNING_RATE * keras.ops.clip(keras.ops.minimum(rise, fall), 0, 1)


'''

_FAST_OFFSETS = '''\
class FastOffsets(keras.optimizers.SGD):
    """The offsets of batch normalisations learn faster than the rest."""

    def apply(self, grads, trainable_variables=None):
        faster = [variable.path.endswith("/beta") for variable in trainable_variables]
        grads = [OFFSET_RATE * grad if fast else grad for grad, fast in zip(grads, faster, strict=True)]
        super().apply(grads, trainable_variables)


'''

_AVERAGING = '''\
class Averaging(keras.callbacks.Callback):
    """Keeps a moving average of the weights, which is what is validated and kept."""

    def on_train_begin(self, logs=None):
        self.steps, self.present = 0, None
        self.averages = [weight.numpy().copy() for weight in self.model.weights]

    def on_train_batch_end(self, batch, logs=None):
        self.steps += 1
        young = self.steps < AVERAGING_EVERY  # no average yet
        if self.steps % AVERAGING_EVERY and self.steps != EPOCHS * STEPS and not young:
            return
        decay = 0 if young else AVERAGING_DECAY**AVERAGING_EVERY * (self.steps / (EPOCHS * STEPS)) ** 3
        for weight, average in zip(self.model.weights, self.averages, strict=True):
            average += (1 - decay) * (weight.numpy() - average)
{back}
    def look(self):
        """Put the averages in the weights' place, for validation and for what is kept."""
        if self.present is None:
            self.present = self.model.get_weights()
            self.model.set_weights(self.averages)

    def on_test_begin(self, logs=None):
        self.look()

    def on_epoch_end(self, epoch, logs=None):
        self.look()

    def on_epoch_begin(self, epoch, logs=None):
        if self.present is not None:
            self.model.set_weights(self.present)
        self.present = None


'''

_STATISTICS = '''\
class Statistics(keras.callbacks.Callback):
    """Measures the means and variances of batch normalisations before each look (Wu and Johnson 2021)."""

    def measure(self):
        chosen = np.random.default_rng([SEED, 2]).permutation(len(x_train))[:{count}]
        values = keras.ops.convert_to_tensor(x_train[chosen].astype(np.float32))
        for layer in self.model.layers[1:]:
            if isinstance(layer, keras.layers.BatchNormalization):
                mean, variance = keras.ops.moments(values, list(range(values.ndim - 1)))
                layer.moving_mean.assign(mean)
                layer.moving_variance.assign(variance)
            values = layer(values, training=False)

    def on_test_begin(self, logs=None):
        self.measure()

    def on_epoch_end(self, epoch, logs=None):
        self.measure()


'''
_GO_ON = "            weight.assign(average)  # and goes on from there\n"

_RATES = {
    "constant": "LEARNING_RATE",
    "plateau": "LEARNING_RATE",
    "cosine": "keras.optimizers.schedules.CosineDecay(LEARNING_RATE, decay_steps=EPOCHS * STEPS)",
    "one_cycle": "OneCycle()",
}


def learning_code(spec: RunSpec, plan: Plan) -> str:
    """Return the code that makes `batches`, `callbacks`, and compiles `model`."""
    train = spec.train
    smoothing = "label_smoothing=LABEL_SMOOTHING" if train.label_smoothing else ""
    return "".join(
        (
            f"IMAGES = {'len(x_train)' if plan.images is None else plan.images}  # an epoch\n",
            "STEPS = -(-IMAGES // BATCH_SIZE)  # an epoch; the last may be smaller\n",
            _class_weights(spec),
            _SIDES if train.augmentation.active and train.augmentation.alternate else "",
            "\n\n",
            _augment(spec),
            f'def targets(labels):\n    """Return labels as the loss wants them."""\n{_TARGETS[spec.loss]}\n\n',
            _BATCHES.format(
                augmenting=_AUGMENTING.format(mirrored=_CHOSEN_SIDES if train.augmentation.alternate else "")
                if train.augmentation.active
                else "",
                weighting=", class_weights[y_train[chosen]]" if train.class_weights is not None else "",
            ),
            _ONE_CYCLE if train.schedule == "one_cycle" else "",
            _FAST_OFFSETS if train.offset_rate != 1 else "",
            _AVERAGING.replace("{back}", _GO_ON if train.averaging == "lookahead" else "")
            if train.averaging != "none"
            else "",
            _STATISTICS.format(count=images_at_once(spec)) if _normalised(spec) else "",
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


def _augment(spec: RunSpec) -> str:
    change = spec.train.augmentation
    if not change.active:
        return ""
    mirrored, flip = (", mirrored", _ALTERNATE) if change.alternate else ("", _FLIP)
    return _AUGMENT.replace("{mirrored}", mirrored).replace("{flip}", flip)


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
    decay = f", weight_decay={train.weight_decay!r}" if train.weight_decay else ""
    if train.optimizer == "adam":
        return f"keras.optimizers.Adam({rate}{decay})"
    nesterov = train.nesterov and train.momentum > 0
    kind = "FastOffsets" if train.offset_rate != 1 else "keras.optimizers.SGD"
    return f"{kind}({rate}, momentum={train.momentum!r}, nesterov={nesterov}{decay})"


def _normalised(spec: RunSpec) -> bool:
    return any(isinstance(layer, BatchNormalization) for layer in spec.model.layers)


def _callbacks(spec: RunSpec) -> str:
    train, lines = (
        spec.train,
        ["    keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: batches.begin(epoch)),\n"],
    )
    if train.averaging != "none":
        lines.append("    Averaging(),\n")
    if _normalised(spec):
        lines.append("    Statistics(),\n")  # of the averages
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
