"""Learning rates and stopping early, against Keras' schedules and callbacks."""

import keras
import numpy as np
import pytest

from cnnviz.spec import TrainSpec
from cnnviz.training.rates import learning_rates, should_stop_early


def rates(total: int, **settings: object) -> list[float]:
    return [float(rate) for rate in learning_rates(TrainSpec(**settings), 0, total, total)]  # type: ignore[arg-type]


def test_constant_is_constant() -> None:
    assert rates(3, learning_rate=0.5) == [0.5, 0.5, 0.5]


def test_cosine_is_keras_own() -> None:
    reference = keras.optimizers.schedules.CosineDecay(0.3, decay_steps=37)
    expected = [float(reference(step)) for step in range(37)]
    np.testing.assert_allclose(rates(37, schedule="cosine", learning_rate=0.3), expected, rtol=1e-5)


def test_cosine_by_hand() -> None:
    found = rates(4, schedule="cosine", learning_rate=1.0)
    np.testing.assert_allclose(found, [1, 0.5 + np.sqrt(0.5) / 2, 0.5, 0.5 - np.sqrt(0.5) / 2], rtol=1e-6)


def test_one_cycle_by_hand() -> None:
    # six steps: the second is the highest, and from there four more falls of a quarter would reach zero
    found = rates(6, schedule="one_cycle", learning_rate=1.0)
    np.testing.assert_allclose(found, [0.5, 1, 1, 0.75, 0.5, 0.25], rtol=1e-6)


@pytest.mark.parametrize("total", [1, 2, 3, 10, 1000])
def test_one_cycle_rises_for_a_third_and_falls(total: int) -> None:
    found = np.array(rates(total, schedule="one_cycle", learning_rate=2.0))
    top = int(found.argmax())
    assert (np.diff(found[: top + 1]) >= 0).all()
    assert (np.diff(found[top:]) <= 0).all()
    assert (found > 0).all()
    assert found.max() <= 2.0
    assert abs(top - total / 3) <= 1
    assert found.max() > 1.9 or total == 1


@pytest.mark.parametrize("schedule", ["constant", "cosine", "one_cycle"])
def test_any_cut_of_the_run_gives_the_same_rates(schedule: str) -> None:
    spec = TrainSpec(schedule=schedule)  # type: ignore[arg-type]
    whole = learning_rates(spec, 0, 20, 20)
    parts = [learning_rates(spec, first, count, 20) for first, count in ((0, 3), (3, 1), (4, 16))]
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    assert whole.dtype == np.float32


@pytest.mark.parametrize("schedule", ["constant", "cosine", "one_cycle", "plateau"])
def test_rates_stay_numbers_beyond_the_end(schedule: str) -> None:
    found = learning_rates(TrainSpec(schedule=schedule), 0, 3, 0)  # type: ignore[arg-type]
    assert np.isfinite(found).all()
    assert (found >= 0).all()


def told_by_keras(losses: list[float], callback: keras.callbacks.Callback) -> tuple[list[float], int | None]:
    """The rate after each epoch and the epoch at whose end Keras stops."""
    inputs = keras.Input((1,))
    model = keras.Model(inputs, keras.layers.Dense(1)(inputs))
    model.compile(keras.optimizers.SGD(1.0), "mse")
    model.stop_training = False
    callback.set_model(model)
    callback.on_train_begin()
    seen = []
    for epoch, loss in enumerate(losses):
        callback.on_epoch_end(epoch, {"val_loss": loss})
        seen.append(float(model.optimizer.learning_rate))
        if model.stop_training:
            return seen, epoch
    return seen, None


def test_plateau_is_keras_own() -> None:
    # Keras asks for a fall of 1e-4 by default; any fall counts here, as the documentation says: min_delta is 0
    rng = np.random.default_rng(0)
    for _ in range(40):
        losses = [round(float(loss), 1) for loss in rng.uniform(0, 1, 15)]  # one digit, so that equal ones happen
        patience = int(rng.integers(1, 5))
        spec = TrainSpec(schedule="plateau", learning_rate=1.0, plateau_factor=0.3, plateau_patience=patience)
        expected, _ = told_by_keras(
            losses, keras.callbacks.ReduceLROnPlateau(factor=0.3, patience=patience, min_delta=0.0)
        )
        found = [float(learning_rates(spec, 0, 1, 99, losses[: count + 1])[0]) for count in range(len(losses))]
        np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_early_stopping_is_keras_own() -> None:
    rng = np.random.default_rng(1)
    for _ in range(60):
        losses = [round(float(loss), 1) for loss in rng.uniform(0, 1, 15)]
        patience = int(rng.integers(1, 6))
        _, expected = told_by_keras(losses, keras.callbacks.EarlyStopping(patience=patience))
        counts = range(1, len(losses) + 1)
        found = next((count - 1 for count in counts if should_stop_early(losses[:count], patience)), None)
        assert found == expected


def test_without_patience_nothing_stops() -> None:
    assert not should_stop_early([1.0, 2.0, 3.0, 4.0], None)
    assert not should_stop_early([], 1)


def test_one_cycle_rises_and_ends_where_it_is_told() -> None:
    found = np.array(rates(100, schedule="one_cycle", learning_rate=2.0, warm_up=0.2, final_rate=0.1))
    assert found.argmax() == pytest.approx(20, abs=1)
    assert found.max() == pytest.approx(2.0, rel=0.02)
    np.testing.assert_allclose(np.diff(found[:19]), 0.1, rtol=1e-4)  # 2 in a fifth of 100 steps
    np.testing.assert_allclose(np.diff(found[21:]), -1.8 / 80, rtol=1e-4)
    assert found[-1] == pytest.approx(0.2 + 1.8 / 80, rel=1e-4)


@pytest.mark.parametrize("warm_up", [0.0, 1.0])
def test_one_cycle_may_only_fall_or_only_rise(warm_up: float) -> None:
    found = np.array(rates(50, schedule="one_cycle", learning_rate=1.0, warm_up=warm_up))
    assert np.isfinite(found).all()
    assert ((np.diff(found) < 0) == (warm_up == 0)).all()
    assert found.max() == pytest.approx(1.0)
