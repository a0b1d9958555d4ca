"""The compiled step against Keras' own training: same weights, same order, same numbers."""

from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.utils.class_weight import compute_class_weight

from cnnviz.data import Split
from cnnviz.models import build, named_weights
from cnnviz.spec import (
    Augmentation,
    BatchNormalization,
    Convolution,
    Dense,
    Flatten,
    Layer,
    ModelSpec,
    Pooling,
    RunSpec,
    TrainSpec,
)
from cnnviz.training.step import TrainingStep, class_weights

STEPS, BATCH, CLASSES = 6, 16, 3
L2: tuple[Layer, ...] = (Convolution(filters=3, l2=0.01), Pooling(), Flatten(), Dense(units=5, l2=0.02))
NORMALISED: tuple[Layer, ...] = (Convolution(filters=3, bias=False), BatchNormalization(), Flatten())


def spec_of(layers: tuple[Layer, ...] = L2, output: str = "softmax", **train: Any) -> RunSpec:
    classes = 2 if output == "sigmoid" else CLASSES
    model = ModelSpec(input_shape=(8, 8, 1), layers=layers, classes=classes, output=output)  # type: ignore[arg-type]
    return RunSpec(model=model, train=TrainSpec(**{"learning_rate": 0.01, "batch_size": BATCH, **train}))


def images_for(spec: RunSpec) -> Split:
    rng = np.random.default_rng(3)
    images = rng.integers(0, 256, (60, 8, 8, 1), dtype=np.uint8)
    return Split(images, rng.integers(0, spec.model.classes, 60))


def keras_model(spec: RunSpec) -> keras.Model:
    """The same network, compiled as anyone would with Keras alone."""
    model, train = build(spec.model, 1), spec.train
    if train.optimizer == "sgd":
        momentum = {"momentum": train.momentum, "nesterov": train.nesterov}
        optimizer = keras.optimizers.SGD(train.learning_rate, weight_decay=train.weight_decay or None, **momentum)
    else:
        optimizer = keras.optimizers.Adam(train.learning_rate, weight_decay=train.weight_decay or None)
    smoothing = train.label_smoothing
    loss: Any = {
        "sparse_categorical_crossentropy": keras.losses.SparseCategoricalCrossentropy(),
        "categorical_crossentropy": keras.losses.CategoricalCrossentropy(label_smoothing=smoothing),
        "binary_crossentropy": keras.losses.BinaryCrossentropy(label_smoothing=smoothing),
    }[spec.loss]
    model.compile(optimizer, loss, metrics=["accuracy"])
    return model


def targets(spec: RunSpec, labels: NDArray[np.int64]) -> NDArray[Any]:
    """Labels in the form that Keras wants for the loss."""
    if spec.loss == "categorical_crossentropy":
        return np.eye(spec.model.classes, dtype=np.float32)[labels]
    return labels[:, None].astype(np.float32) if spec.loss == "binary_crossentropy" else labels


@pytest.mark.parametrize(
    "spec",
    [
        spec_of(),
        spec_of(NORMALISED),
        spec_of(optimizer="sgd"),
        spec_of(optimizer="sgd", nesterov=False),
        spec_of(optimizer="sgd", momentum=0, nesterov=False),
        spec_of(weight_decay=0.1),
        spec_of(NORMALISED, optimizer="sgd", weight_decay=0.1),
        spec_of(class_weights=(0.2, 1.0, 3.0)),
        spec_of(label_smoothing=0.2),
        spec_of(loss="categorical_crossentropy"),
        spec_of(output="sigmoid"),
        spec_of(output="sigmoid", label_smoothing=0.1, class_weights=(1.0, 4.0), optimizer="sgd"),
    ],
    ids=lambda spec: "-".join(
        map(str, (spec.model.output, *spec.train.model_dump(exclude_defaults=True).values(), spec.loss))
    ),
)
def test_steps_are_keras_own_steps(spec: RunSpec) -> None:
    split = images_for(spec)
    order = np.random.default_rng(9).integers(0, len(split), (STEPS, BATCH)).astype(np.int32)
    model = build(spec.model, 1)
    step = TrainingStep(model, spec, split, class_weights(spec, split.labels))
    rates = np.full(STEPS, spec.train.learning_rate, np.float32)
    first = step(order[:2], rates[:2], 0)
    rest = step(order[2:], rates[2:], 2)
    losses, correct = (np.concatenate(pair) for pair in zip(first, rest, strict=True))

    reference = keras_model(spec)
    weights = class_weights(spec, split.labels)
    for number, chosen in enumerate(order):
        images, labels = split.images[chosen].astype(np.float32), split.labels[chosen]
        reference.reset_metrics()
        result = reference.train_on_batch(
            images,
            targets(spec, labels),
            sample_weight=None if weights is None else weights[labels].astype(np.float32),
            return_dict=True,
        )
        assert losses[number] == pytest.approx(float(result["loss"]), abs=1e-5)
        if weights is None:
            assert correct[number] / BATCH == pytest.approx(float(result["accuracy"]))
    for name, array in named_weights(reference).items():
        np.testing.assert_allclose(named_weights(model)[name], array, atol=1e-5, err_msg=name)


def test_a_whole_epoch_is_keras_own_fit() -> None:
    spec = spec_of(class_weights=(0.5, 1.0, 2.0))
    split = images_for(spec)
    model = build(spec.model, 1)
    step = TrainingStep(model, spec, split, class_weights(spec, split.labels))
    order = np.arange(60, dtype=np.int32)
    losses, _ = step(order[:48].reshape(3, 16), np.full(3, 0.01, np.float32), 0)
    last, _ = step(order[48:][None], np.full(1, 0.01, np.float32), 3)

    reference = keras_model(spec)
    told = reference.fit(
        *(split.images.astype(np.float32), split.labels),
        batch_size=16,
        shuffle=False,
        class_weight={0: 0.5, 1: 1.0, 2: 2.0},
        verbose=0,
    )
    mean = np.average(np.append(losses, last), weights=[16, 16, 16, 12])
    assert mean == pytest.approx(told.history["loss"][0], abs=1e-5)
    for name, array in named_weights(reference).items():
        np.testing.assert_allclose(named_weights(model)[name], array, atol=1e-5, err_msg=name)


def test_every_step_has_its_own_learning_rate() -> None:
    spec = spec_of(optimizer="sgd", momentum=0.0, nesterov=False)
    split = images_for(spec)
    chosen = np.zeros((1, 4), np.int32)
    moved = []
    for rate in (0.0, 0.001, 0.002):
        model = build(spec.model, 1)
        before = named_weights(model)["logits/kernel"]
        TrainingStep(model, spec, split)(chosen, np.full(1, rate, np.float32), 0)
        moved.append(named_weights(model)["logits/kernel"] - before)
    assert not moved[0].any()
    assert moved[1].any()
    np.testing.assert_allclose(moved[2], 2 * moved[1], rtol=1e-2, atol=1e-6)


def test_augmentation_is_new_in_every_step_and_repeats_with_its_number() -> None:
    spec = spec_of(optimizer="sgd", learning_rate=1e-9, augmentation=Augmentation(shift=0.4, rotation=90))
    split = images_for(spec)
    step = TrainingStep(build(spec.model, 1), spec, split)
    same = np.tile(np.arange(BATCH, dtype=np.int32), (3, 1))
    rates = np.zeros(3, np.float32)
    losses, _ = step(same, rates, 0)
    assert len({round(float(loss), 4) for loss in losses}) == 3
    later, _ = step(same[:2], rates[:2], 1)
    np.testing.assert_allclose(later, losses[1:], rtol=1e-6)


def test_an_image_is_mirrored_in_every_other_epoch() -> None:
    spec = spec_of(optimizer="sgd", augmentation=Augmentation(flip=True, alternate=True))
    unchanged = spec.changed(train=spec.train.changed(augmentation=Augmentation()))
    split = images_for(spec)
    turned = Split(split.images[:, :, ::-1], split.labels)

    def losses(spec: RunSpec, split: Split, epochs: int) -> NDArray[np.float32]:
        """Each image's loss alone, (epochs, images)."""
        step = TrainingStep(build(spec.model, 1), spec, split)
        each, still = np.arange(len(split), dtype=np.int32)[:, None], np.zeros(len(split), np.float32)
        return np.stack([step(each, still, 60 * epoch, epoch=epoch)[0] for epoch in range(epochs)])

    (plain,), (mirrored,) = (losses(unchanged, images, 1) for images in (split, turned))
    seen = losses(spec, split, 4)
    first = np.isclose(seen[0], mirrored, rtol=1e-5)
    assert 15 < first.sum() < 45
    for epoch in range(4):
        np.testing.assert_allclose(seen[epoch], np.where(first == (epoch % 2 == 0), mirrored, plain), rtol=1e-5)


def test_the_offsets_learn_so_many_times_faster() -> None:
    moved = {}
    for rate in (1.0, 16.0):
        spec = spec_of(NORMALISED, optimizer="sgd", momentum=0.0, offset_rate=rate)
        model = build(spec.model, 1)
        before = named_weights(model)
        TrainingStep(model, spec, images_for(spec))(
            np.arange(16, dtype=np.int32)[None], np.full(1, 1e-3, np.float32), 0
        )
        moved[rate] = {path: array - before[path] for path, array in named_weights(model).items()}
    for path, plain in moved[1.0].items():
        times = 16 if path.endswith("/beta") else 1
        np.testing.assert_allclose(moved[16.0][path], times * plain, rtol=1e-3, atol=1e-6, err_msg=path)


def test_balanced_weights_are_scikit_learn_s() -> None:
    labels = np.array([0] * 7 + [1] * 2 + [2] * 11)
    found = class_weights(spec_of(class_weights="balanced"), labels)
    np.testing.assert_allclose(found, compute_class_weight("balanced", classes=np.arange(3), y=labels))


def test_a_class_without_images_is_no_division_by_zero() -> None:
    found = class_weights(spec_of(class_weights="balanced"), np.array([0, 0, 2]))
    assert found is not None
    assert np.isfinite(found).all()


def test_without_class_weights_all_count_the_same() -> None:
    assert class_weights(spec_of(), np.array([0, 1])) is None
