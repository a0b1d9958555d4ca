"""Means and variances of batch normalisations: measured against NumPy, and enough for every preset on few pictures."""

import statistics
from pathlib import Path

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.small_data import drawn, with_statistics_of, write
from cnnviz.data import Split
from cnnviz.models import assign_weights, build, named_weights
from cnnviz.runs import Run
from cnnviz.spec import (
    PRESETS,
    Activation,
    BatchNormalization,
    Convolution,
    Dropout,
    Flatten,
    Layer,
    ModelSpec,
    RunSpec,
    TrainSpec,
    preset,
)
from cnnviz.training.execute import continue_run, train
from cnnviz.training.forward import Forward, probabilities_of
from cnnviz.training.memory import images_at_once
from cnnviz.training.normalising import Statistics
from tests.training.helpers import busy_spec, same_weights, stop_at

SIZE = 20  # pixels: the smallest that every preset's layers fit
N_TEST, NEAR = 120, 0.08

NORMALISED: tuple[Layer, ...] = (
    Convolution(filters=5, bias=False),
    BatchNormalization(),
    Dropout(rate=0.5),
    Flatten(),
    BatchNormalization(momentum=0.6, scale=False),
    Activation(),
)


def test_they_are_those_of_what_reaches_each_layer() -> None:
    spec = RunSpec(model=ModelSpec(input_shape=(8, 8, 3), layers=NORMALISED, classes=3), train=TrainSpec(seed=4))
    model = build(spec.model, 4)
    images = np.random.default_rng(0).integers(0, 256, (30, 8, 8, 3)).astype(np.uint8)
    Statistics(model, spec, images).measure()
    for name, before in (("batch_normalization_1", "conv2d_1"), ("batch_normalization_2", "flatten_1")):
        reached = keras.Model(model.input, model.get_layer(before).output)(images.astype(np.float32))
        values = np.asarray(reached, np.float64)
        axes, kept = tuple(range(values.ndim - 1)), named_weights(model)
        np.testing.assert_allclose(kept[f"{name}/moving_mean"], values.mean(axes), atol=1e-5)
        np.testing.assert_allclose(kept[f"{name}/moving_variance"], values.var(axes), rtol=1e-4, atol=1e-6)


def test_the_images_are_few_enough_for_the_memory_and_never_fewer_than_a_batch() -> None:
    def images(size: int, batch: int) -> int:
        model = ModelSpec(input_shape=(size, size, 3), layers=(Convolution(filters=64, padding="same"),))
        return images_at_once(RunSpec(model=model, train=TrainSpec(batch_size=batch)))

    assert images(32, 64) == images(32, 2000) == 256
    assert images(512, 8) == 8
    assert images(256, 1) == int(512e6 / (256 * 256 * 64 * 8)) == 15


def test_a_network_without_them_is_left_alone() -> None:
    spec = preset("two-conv")
    model = build(spec.model)
    before = named_weights(model)
    Statistics(model, spec, np.zeros((3, 32, 32, 3), np.uint8)).measure()
    for name, array in named_weights(model).items():
        np.testing.assert_array_equal(array, before[name])


@pytest.mark.usefixtures("step_by_step")
def test_a_stopped_run_has_those_of_its_last_step_and_goes_on_as_if_it_had_not(home: Path, busy: Run) -> None:
    run = train(busy_spec(), home, stop_at(home, 40))
    kept, last = named_weights(run.model()), run.weights(run.snapshots()[-1].number)
    mean = "batch_normalization_1/moving_mean"
    assert not np.array_equal(kept[mean], last[mean])  # it was stopped between two snapshots
    model = build(run.spec.model)
    assign_weights(model, kept)
    Statistics(model, run.spec, _training_images(run)).measure()
    np.testing.assert_array_equal(named_weights(model)[mean], kept[mean])
    continue_run(run)
    same_weights(run, busy, busy.snapshots()[-1].number)


def _training_images(run: Run) -> NDArray[np.uint8]:
    from cnnviz.data import load_dataset, prepare

    return prepare(load_dataset("tiny", run.home), run.spec.data, run.spec.train.seed).train.images


def test_the_average_has_statistics_of_its_own(home: Path) -> None:
    run = train(busy_spec(averaging="ema", averaging_decay=0.99, epochs=1), home)
    kept = run.weights(run.snapshots()[-1].number)
    model = build(run.spec.model)
    assign_weights(model, kept)
    Statistics(model, run.spec, _training_images(run)).measure()
    for name, array in named_weights(model).items():
        np.testing.assert_array_equal(array, kept[name], err_msg=name)


def few(name: str, pictures: int) -> RunSpec:
    """The settings of a preset for drawn pictures: as they are, but for so few epochs that this is a test."""
    spec = preset(name)
    spec = spec.for_data("drawn", (SIZE, SIZE, 3), 2 if name == "cats-vs-dogs" else 6)
    normalised = any(isinstance(layer, BatchNormalization) for layer in spec.model.layers)
    epochs = {40: 6, 200: 4, 720: 4}[pictures] if normalised else 1
    if name == "strong":  # the largest of them
        epochs = 2
    return spec.changed(train=spec.train.changed(epochs=epochs, views=1))


@pytest.mark.parametrize("pictures", [40, 200, 720])
@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_sees_few_pictures_as_well_as_batch_statistics_let_it(
    name: str, pictures: int, home: Path
) -> None:
    spec = few(name, pictures)
    data = drawn(pictures, SIZE, spec.model.classes, n_test=N_TEST)
    write(data, home)
    run = train(spec, home)
    own, most = over_snapshots(run, data.test)
    report = run.evaluation()
    assert report is not None
    assert report["accuracy"] == own[-1]
    assert own[-1] >= most[-1] - NEAR
    assert statistics.fmean(own) >= statistics.fmean(most) - NEAR
    if name in ("regularised", "big-kernels") and pictures == 720:
        assert most[-1] > 2 / spec.model.classes  # else nothing was learned, and nothing can be missed


def over_snapshots(run: Run, test: Split) -> tuple[list[float], list[float]]:
    """The accuracies of each snapshot but the first: its own, and of the same weights with the test's statistics."""
    model, own, most = run.model(), [], []
    forward = Forward(model)
    for snapshot in run.snapshots()[1:]:
        assign_weights(model, run.weights(snapshot.number))
        own.append(float((run.predictions(snapshot.number).predicted == test.labels).mean()))
        with_statistics_of(model, test.images)
        most.append(float((probabilities_of(forward(test.images)).argmax(1) == test.labels).mean()))
    return own, most
