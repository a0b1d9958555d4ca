"""How a run learns as plain Keras code: augmentation, order, loss, optimiser, learning rate, averaging."""

from dataclasses import dataclass

from cnnviz.export.augment_code import augment_code, sides_code
from cnnviz.export.beginning_code import slower, slower_code
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
{inputs}        return {given}, targets(y_train[chosen]){weighting}


'''

_IMAGES = "        images = x_train[chosen].astype(np.float32)\n"
_SEED = "        seed = tf.constant([SEED, self.epoch * STEPS + batch])\n"
_AUGMENTING = "        images = augment(images, seed{mirrored}).numpy()\n"
_CHOSEN_SIDES = ", MIRRORED[chosen] != (self.epoch % 2 == 1)"
_CHOSEN_COPIES = """\
        copies = tf.random.stateless_uniform([len(chosen)], seed, 0, 1 + COPIES, tf.int32).numpy()  # 0 is as it is
"""

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

_OFFSETS = """\
normalisations = [layer for layer in network.layers if isinstance(layer, keras.layers.BatchNormalization)]
OFFSETS = {layer.beta.path for layer in normalisations if layer.center}


"""

_FAST_OFFSETS = '''\
class FastOffsets(keras.optimizers.SGD):
    """The offsets of batch normalisations learn faster than the rest."""

    def apply(self, grads, trainable_variables=None):
        faster = [__fast__ for variable in trainable_variables]
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
        values = {values}
        for layer in {chain}.layers[1:]:
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
    augmented, alternate = _augmented(spec), train.augmentation.alternate
    return "".join(
        (
            f"IMAGES = {'len(x_train)' if plan.images is None else plan.images}  # an epoch\n",
            "STEPS = -(-IMAGES // BATCH_SIZE)  # an epoch; the last may be smaller\n",
            _class_weights(spec),
            sides_code() if augmented and alternate else "",
            "\n\n",
            augment_code(train.augmentation, alternate=alternate) if augmented else "",
            f'def targets(labels):\n    """Return labels as the loss wants them."""\n{_TARGETS[spec.loss]}\n\n',
            _batches(spec),
            _ONE_CYCLE if train.schedule == "one_cycle" else "",
            _fast_offsets(spec) if train.offset_rate != 1 else "",
            slower_code(_usual_optimizer(spec)) if slower(spec) else "",
            _AVERAGING.replace("{back}", _GO_ON if train.averaging == "lookahead" else "")
            if train.averaging != "none"
            else "",
            _statistics(spec) if _normalised(spec) else "",
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


def _augmented(spec: RunSpec) -> bool:
    """Whether images are changed in every step; where a body is frozen, copies were changed before."""
    return spec.train.augmentation.active and not spec.computes_once


def _batches(spec: RunSpec) -> str:
    """Return the code that gives the images of a step, or what a frozen body makes of them or of a copy of each."""
    if spec.computes_once:
        inputs = _SEED + _CHOSEN_COPIES if spec.copies else ""
        given = "train_features[chosen, copies]" if spec.copies else "train_features[chosen]"
    else:
        mirrored = _CHOSEN_SIDES if spec.train.augmentation.alternate else ""
        inputs = _IMAGES + (_SEED + _AUGMENTING.format(mirrored=mirrored) if _augmented(spec) else "")
        given = "images"
    weighting = ", class_weights[y_train[chosen]]" if spec.train.class_weights is not None else ""
    return _BATCHES.format(inputs=inputs, given=given, weighting=weighting)


def _fast_offsets(spec: RunSpec) -> str:
    """Return the code of the optimizer; in a network that was taken over, other layers have a beta too."""
    if spec.beginning is None:
        return _FAST_OFFSETS.replace("__fast__", 'variable.path.endswith("/beta")')
    return _OFFSETS + _FAST_OFFSETS.replace("__fast__", "variable.path in OFFSETS")


def _statistics(spec: RunSpec) -> str:
    values, chain = "keras.ops.convert_to_tensor(x_train[chosen].astype(np.float32))", "self.model"
    if spec.computes_once:
        values = f"keras.ops.convert_to_tensor(train_features[chosen{', 0' if spec.copies else ''}])"
    elif spec.beginning is not None:
        values, chain = "body(x_train[chosen].astype(np.float32), training=False)", "head"
    return _STATISTICS.format(count=images_at_once(spec), values=values, chain=chain)


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


def _usual_optimizer(spec: RunSpec) -> str:
    """The name of the optimizer where all layers learn at the same rate."""
    if spec.train.optimizer == "adam":
        return "keras.optimizers.Adam"
    return "FastOffsets" if spec.train.offset_rate != 1 else "keras.optimizers.SGD"


def _optimizer(spec: RunSpec) -> str:
    train = spec.train
    kind = "Slower" if slower(spec) else _usual_optimizer(spec)
    decay = f", weight_decay={train.weight_decay!r}" if train.weight_decay else ""
    rate = _RATES[train.schedule]
    if train.optimizer == "adam":
        return f"{kind}({rate}{decay})"
    nesterov = train.nesterov and train.momentum > 0
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
