"""A batch in halves: the same numbers as the whole, whatever its size; threads are chosen by the network."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from cnnviz.data import Split
from cnnviz.models import build, named_weights
from cnnviz.spec import BatchNormalization, Convolution, Dense, Dropout, Flatten, Layer, ModelSpec, Pooling, RunSpec
from cnnviz.training import step
from cnnviz.training.forward import Forward

PLAIN: tuple[Layer, ...] = (Convolution(filters=3, l2=0.01), Pooling(), Flatten(), Dropout(rate=0.5), Dense(units=5))


@pytest.fixture
def halved(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process whose threads were chosen for halves."""
    monkeypatch.setattr(step, "in_halves", lambda: True)
    monkeypatch.setattr("cnnviz.training.forward.in_halves", lambda: True)


def trained(spec: RunSpec, batches: list[int]) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Weights and losses after a step with a batch of each size."""
    rng = np.random.default_rng(0)
    images = Split(rng.integers(0, 256, (40, 8, 8, 1), dtype=np.uint8), rng.integers(0, 3, 40))
    model = build(spec.model, 1)
    taking = step.TrainingStep(model, spec, images, np.array([0.5, 1.0, 2.0]))
    chosen = [rng.integers(0, 40, (1, size)).astype(np.int32) for size in batches]
    losses = [taking(indices, np.full(1, 0.01, np.float32), 0)[0] for indices in chosen]
    return named_weights(model), np.concatenate(losses)


def spec_of(*layers: Layer) -> RunSpec:
    return RunSpec(model=ModelSpec(input_shape=(8, 8, 1), layers=layers, classes=3))


@pytest.mark.parametrize("size", [1, 2, 7, 16])
def test_halves_are_the_whole(size: int, request: pytest.FixtureRequest) -> None:
    whole, whole_losses = trained(spec_of(*PLAIN), [size, size, size])
    request.getfixturevalue("halved")
    parted, losses = trained(spec_of(*PLAIN), [size, size, size])
    np.testing.assert_allclose(losses, whole_losses, rtol=1e-5)
    for name, array in whole.items():
        np.testing.assert_allclose(parted[name], array, atol=2e-5, err_msg=name)


@pytest.mark.usefixtures("halved")
def test_the_same_seed_gives_the_same_run_to_the_last_bit() -> None:
    first, second = (trained(spec_of(*PLAIN), [16, 16, 3]) for _ in range(2))
    np.testing.assert_array_equal(first[1], second[1])
    for name, array in first[0].items():
        np.testing.assert_array_equal(second[0][name], array)


@pytest.mark.usefixtures("halved")
def test_a_normalised_batch_stays_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = spec_of(Convolution(filters=3), BatchNormalization(), Flatten())
    parted = trained(spec, [16, 5])
    monkeypatch.setattr(step, "in_halves", lambda: False)
    whole = trained(spec, [16, 5])
    np.testing.assert_array_equal(parted[1], whole[1])


@pytest.mark.usefixtures("halved")
@pytest.mark.parametrize("count", [0, 1, 101, 250])
def test_logits_in_halves_are_the_network_s(count: int) -> None:
    model = build(spec_of(*PLAIN).model)
    images = np.random.default_rng(0).integers(0, 256, (count, 8, 8, 1), dtype=np.uint8)
    found = Forward(model)(images)
    assert found.shape == (count, 3)
    if count:
        np.testing.assert_allclose(tf.nn.softmax(found), model(images.astype(np.float32)), atol=1e-6)


CHOOSING = """
import sys
from cnnviz.models import build
from cnnviz.spec import preset
from cnnviz.training import halves
from cnnviz.training.warm import take_one_step
halves._cores = lambda: 2
if "warm" in sys.argv:
    take_one_step()
if "used" in sys.argv:
    build(preset("one-conv").model)
halves.choose_threads(preset(sys.argv[1]).model)
build(preset("one-conv").model)
print(halves.in_halves())
"""


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("two-conv",), True),
        (("two-conv", "warm"), True),
        (("regularised", "warm"), False),
        (("two-conv", "used"), False),
    ],
)
def test_threads_follow_the_network_where_tensorflow_has_not_started(
    arguments: tuple[str, ...], expected: bool
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHOOSING, *arguments],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "TF_OVERRIDE_GLOBAL_THREADPOOL": "1", "CUDA_VISIBLE_DEVICES": "-1"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[-1] == str(expected)
