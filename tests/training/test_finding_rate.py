"""The range test against plain Keras, and against a problem whose good rates are known."""

import os
from pathlib import Path

import keras
import numpy as np
import pytest

from cnnviz.data import load_dataset, prepare
from cnnviz.errors import DataError, SpecError
from cnnviz.models import build
from cnnviz.runs import Run
from cnnviz.spec import Augmentation, Dense, Flatten, RunSpec, Scaling
from cnnviz.training.finding_rate import find_rate
from cnnviz.training.rate_curve import growing_rates
from tests.training.helpers import AUGMENTATION, NETWORK, PLAIN, STRONG, tiny_spec, write_large, write_tiny
from tests.training.test_beginning import begun


def files_of(home: Path) -> dict[str, int]:
    return {
        os.path.join(folder, name): os.stat(os.path.join(folder, name)).st_mtime_ns
        for folder, _, names in os.walk(home)
        for name in names
    }


def optimizer_of(spec: RunSpec) -> keras.optimizers.Optimizer:
    if spec.train.optimizer == "sgd":
        return keras.optimizers.SGD(1e-3, momentum=spec.train.momentum, nesterov=True)
    return keras.optimizers.Adam(1e-3)


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_losses_are_those_of_plain_keras(home: Path, optimizer: str) -> None:
    spec = tiny_spec(PLAIN, optimizer=optimizer)
    curve = find_rate(spec, home)
    data = prepare(load_dataset("tiny", home), spec.data, 5)
    # the order by hand: the images are drawn once, then shuffled anew in every epoch
    chosen = np.random.default_rng([5, 0]).permutation(216)
    order = np.concatenate([np.random.default_rng([5, 1, epoch]).permutation(chosen) for epoch in range(3)])
    model = build(spec.model, 5)
    reference = keras.Model(model.inputs, model.get_layer("logits").output)
    reference.compile(optimizer_of(spec), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    expected = []
    for step, rate in enumerate(curve.rates[:60]):  # 480 images: each comes twice
        reference.optimizer.learning_rate.assign(rate)
        now = order[8 * step : 8 * step + 8]
        reference.reset_metrics()
        images = data.train.images[now].astype(np.float32)
        expected.append(float(reference.train_on_batch(images, data.train.labels[now], return_dict=True)["loss"]))
    np.testing.assert_allclose(curve.losses[:60], expected, atol=1e-5)
    np.testing.assert_allclose(curve.rates, growing_rates(8)[: len(curve.rates)])


def test_the_same_seed_finds_the_same_and_nothing_is_written(home: Path) -> None:
    spec = tiny_spec(NETWORK, augmentation=AUGMENTATION, learning_rate=0.01)
    before = files_of(home)
    first, again = find_rate(spec, home), find_rate(spec.changed(train=spec.train.changed(learning_rate=0.7)), home)
    np.testing.assert_array_equal(first.losses, again.losses)
    assert first.suggested == again.suggested
    other = find_rate(spec.changed(train=spec.train.changed(seed=6)), home)
    assert not np.array_equal(first.losses[:50], other.losses[:50])
    assert files_of(home) == before


def test_a_softmax_regression_gets_a_rate_that_its_curvature_allows(home: Path) -> None:
    spec = tiny_spec((Flatten(),), optimizer="sgd", momentum=0.0, nesterov=False, batch_size=216)
    curve = find_rate(spec, home)
    assert curve.suggested is not None
    images = prepare(load_dataset("tiny", home), spec.data, 5).train
    x = np.c_[images.images.reshape(216, -1) / 255.0, np.ones(216)]
    bound = 0.5 * np.linalg.eigvalsh(x.T @ x / 216)[-1]  # of the Hessian of the mean cross-entropy (Böhning 1992)
    assert curve.suggested < 2 * 2 / bound  # beyond 2 / bound a step may overshoot
    assert curve.suggested > 2 / bound / 100

    def after(rate: float, steps: int = 60) -> float:
        """The loss of plain gradient descent, which begins with weights of zero."""
        weights, wanted = np.zeros((x.shape[1], 4)), np.eye(4)[images.labels]
        for _ in range(steps):
            logits = x @ weights
            shares = np.exp(logits - logits.max(1, keepdims=True))
            shares /= shares.sum(1, keepdims=True)
            weights -= rate * x.T @ (shares - wanted) / 216
        return float(-np.log(np.maximum(shares[np.arange(216), images.labels], 1e-300)).mean())

    assert after(curve.suggested) < 0.3 * after(curve.suggested / 100)


def test_a_quadratic_ends_where_its_steps_overshoot(home: Path) -> None:
    """The penalty 0.5 |w|^2 is the loss but for a trifle: a step multiplies w by 1 - rate, so beyond 2 it grows."""
    layers = (Flatten(), Dense(units=200, l2=0.5, activation="linear"), Scaling(factor=1e-4))
    curve = find_rate(tiny_spec(layers, optimizer="sgd", momentum=0.0, nesterov=False, batch_size=32), home)
    assert curve.ending == "risen"
    assert 2 < curve.rates[-1] < 10
    assert np.isfinite(curve.losses).all()
    assert curve.suggested is not None
    assert 0.005 < curve.suggested < 1  # at 1 a single step is the best there is


def test_it_ends_before_a_loss_that_is_no_number(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layers = (Flatten(), Dense(units=200, l2=0.5, activation="linear"))
    monkeypatch.setattr("cnnviz.training.finding_rate.has_risen", lambda rates, losses: False)
    curve = find_rate(tiny_spec(layers, optimizer="sgd", momentum=0.0, nesterov=False, batch_size=8), home)
    assert curve.ending == "not a number"
    assert 2 < curve.rates[-1] < 100
    assert np.isfinite(curve.losses).all()
    assert np.isfinite(curve.smoothed).all()
    assert curve.suggested is not None
    assert curve.suggested < 1


@pytest.mark.parametrize(
    "spec",
    [
        tiny_spec(STRONG, optimizer="sgd", offset_rate=8.0, label_smoothing=0.2, averaging="lookahead"),
        tiny_spec(PLAIN, class_weights="balanced", schedule="one_cycle", seconds=5.0),
        tiny_spec(PLAIN, batch_size=1000),
        tiny_spec(PLAIN, data={"train_images": 8, "validation": 0.0}, batch_size=3),
        tiny_spec(PLAIN, batch_size=32, augmentation=Augmentation(flip=True, alternate=True)),
    ],
    ids=["strong", "weighed", "one batch", "few images", "in turn"],
)
def test_every_setting_goes(home: Path, spec: RunSpec) -> None:
    curve = find_rate(spec, home)
    assert len(curve.losses) == len(curve.rates) == len(curve.smoothed) > 20
    assert bool(curve.remark) == (curve.suggested is None)


def test_images_on_the_disk_give_the_same_as_in_memory(home: Path) -> None:
    write_large(home)
    spec = tiny_spec(PLAIN, data={"validation": 0.0})
    there = find_rate(spec.changed(data=spec.data.changed(name="tiny-large")), home)
    np.testing.assert_allclose(there.losses, find_rate(spec, home).losses, atol=1e-4)


def test_a_head_on_frozen_layers(busy: Run, shared_home: Path) -> None:
    write_tiny(shared_home, "three", classes=3)
    told: list[str] = []
    spec = begun(busy, classes=3, name="three", augmentation=AUGMENTATION, copies=3, batch_size=8)
    before = files_of(shared_home)
    curve = find_rate(spec, shared_home, on_progress=lambda share, phrase: told.append(phrase))
    assert files_of(shared_home) == before
    # as many features as images are seen at most, here all: 216 images and three copies of each, none for validation
    assert "passing images through the frozen layers: 864 of 864" in told
    assert curve.suggested is not None
    assert curve.suggested < curve.rates[curve.best]


def test_rates_by_depth(busy: Run, shared_home: Path) -> None:
    spec = begun(busy, frozen="none", early_rate=0.1, batch_size=32)
    assert len(find_rate(spec, shared_home).losses) > 100


def test_progress_and_stop(home: Path) -> None:
    told: list[tuple[float, str]] = []

    def report(share: float, phrase: str) -> None:
        told.append((share, phrase))
        if phrase.startswith("step 12 "):
            raise InterruptedError

    with pytest.raises(InterruptedError):
        find_rate(tiny_spec(PLAIN), home, on_progress=report)
    assert told[-1] == (11 / 513, "step 12 of 513")
    assert all(0 <= share <= 1 for share, _ in told)


def test_what_cannot_work_is_said(home: Path) -> None:
    with pytest.raises(DataError, match="no data set 'nope'"):
        find_rate(tiny_spec(data={"name": "nope"}), home)
    with pytest.raises(SpecError, match="the images of tiny are 8x8x1"):
        find_rate(tiny_spec().changed(model=tiny_spec().model.changed(input_shape=(9, 9, 1))), home)
