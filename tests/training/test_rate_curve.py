"""What is read off a curve of loss against rate, on curves whose answer is known."""

import numpy as np
import pytest
from numpy.typing import NDArray

from cnnviz.spec import Augmentation, RunSpec, TrainSpec, preset
from cnnviz.training.rate_curve import RateCurve, growing_rates, has_risen, role_of_rate, searched_with


def losses_at(rates: NDArray[np.float64], good: float = 1e-3, noise: float = 0.0, seed: int = 0) -> NDArray[np.float64]:
    """A loss that falls from 2.3 by 0.5, in its middle at the good rate, and explodes above a hundred times that."""
    fall = 0.5 / (1 + (rates / good) ** -2)
    explosion = np.maximum(0, rates / (100 * good) - 1)
    return 2.3 - fall + explosion + noise * np.random.default_rng(seed).normal(size=len(rates))


@pytest.mark.parametrize("batch_size", [1, 2, 32, 64, 100, 500, 4096])
def test_rates_grow_by_an_equal_factor_over_eight_decades(batch_size: int) -> None:
    rates = growing_rates(batch_size)
    np.testing.assert_allclose(rates[1:] / rates[:-1], rates[1] / rates[0])
    np.testing.assert_allclose(rates[[0, -1]], [1e-6, 100])
    assert 80 < len(rates) < 520


def test_small_batches_are_looked_at_more_often() -> None:
    assert len(growing_rates(1)) > len(growing_rates(32)) > len(growing_rates(64)) > len(growing_rates(500))


@pytest.mark.parametrize("batch_size", [1, 32, 64, 500])
@pytest.mark.parametrize("good", [1e-4, 1e-3, 1e-2, 0.1])
def test_the_steepest_fall_is_suggested(good: float, batch_size: int) -> None:
    rates = growing_rates(batch_size)
    curve = RateCurve.of(rates, losses_at(rates, good))
    assert curve.suggested == pytest.approx(good, rel=0.25)
    assert curve.suggested < curve.rates[curve.best]
    assert curve.remark == ""


def test_noise_moves_it_little() -> None:
    rates = growing_rates(32)
    found = [RateCurve.of(rates, losses_at(rates, 1e-3, noise=0.05, seed=seed)).suggested for seed in range(20)]
    logs = np.log10([one for one in found if one is not None])
    assert len(logs) == 20
    assert np.abs(logs + 3).max() < 0.5
    assert len({float(f"{one:.2g}") for one in found if one}) == len(set(found))  # two digits


def test_a_later_fall_beyond_the_lowest_loss_is_none() -> None:
    rates = growing_rates(64)
    peak = 3 * np.exp(-(((np.log10(rates)) / 0.4) ** 2)) + 0.2 * (rates > 1)  # at 1; from it the loss falls steeply
    curve = RateCurve.of(rates, 2.3 - 0.5 / (1 + (rates / 1e-3) ** -2) + peak)
    assert curve.suggested == pytest.approx(1e-3, rel=0.3)


def test_an_explosion_does_not_reach_back() -> None:
    rates = growing_rates(64)
    calm = losses_at(rates)[:80]
    wild = calm.copy()
    wild[-1] = 1e30
    before = slice(0, 80 - 9)  # half a decade has eight steps
    np.testing.assert_array_equal(
        RateCurve.of(rates[:80], wild).smoothed[before], RateCurve.of(rates[:80], calm).smoothed[before]
    )


def test_smoothing_is_a_mean_around_each_step() -> None:
    rates = growing_rates(64)
    level = RateCurve.of(rates, np.full(len(rates), 1.5)).smoothed
    np.testing.assert_allclose(level, 1.5)
    slope = 2.3 - np.arange(len(rates)) * 0.01
    inner = slice(8, -8)
    np.testing.assert_allclose(RateCurve.of(rates, slope).smoothed[inner], slope[inner])  # nothing lags behind
    jump = RateCurve.of(rates, np.where(np.arange(len(rates)) < 60, 2.0, 1.0)).smoothed
    np.testing.assert_allclose(jump[[51, 59, 68]], [2.0, 1.55, 1.0], atol=0.06)


@pytest.mark.parametrize("batch_size", [32, 500])
def test_noise_alone_suggests_nothing(batch_size: int) -> None:
    rates = growing_rates(batch_size)
    curves = [RateCurve.of(rates, losses_at(rates, good=1e9, noise=0.2, seed=seed)) for seed in range(40)]
    without = [curve for curve in curves if curve.suggested is None]
    assert len(without) >= 36
    assert all("none stands out" in curve.remark for curve in without)


def test_a_loss_that_only_rises_suggests_nothing() -> None:
    rates = growing_rates(64)
    curve = RateCurve.of(rates, 1 + rates, "risen")
    assert (curve.suggested, curve.ending) == (None, "risen")
    assert curve.remark.endswith(".")


@pytest.mark.parametrize("count", [0, 1, 2, 9, 16])
def test_a_loss_that_is_no_number_at_once_is_said(count: int) -> None:
    curve = RateCurve.of(growing_rates(64)[:count], np.ones(count), "not a number")
    assert curve.suggested is None
    assert "not a number from the first steps on" in curve.remark
    assert len(curve.smoothed) == count


def test_it_has_risen_far_above_where_it_began_and_not_before() -> None:
    rates = growing_rates(64)
    losses = losses_at(rates, 1e-3).tolist()
    first = next(count for count in range(1, len(rates) + 1) if has_risen(rates, losses[:count]))
    assert 0.1 < rates[first - 1] < 1.2
    assert losses[first - 1] > 4
    assert not has_risen(rates, [2.3] * len(rates))
    assert not has_risen(rates, [0.1, 2.3])  # two batches say nothing


def test_what_plays_no_part_in_a_search_makes_no_other_search() -> None:
    spec = preset("two-conv")

    def changed(**train: object) -> RunSpec:
        return spec.changed(train=spec.train.changed(**train))

    same = [
        changed(learning_rate=0.5),
        changed(epochs=3, early_stopping=2, keep="best", views=6),
        changed(seconds=60.0),
        changed(schedule="cosine", warm_up=0.1, final_rate=0.1),
        changed(schedule="plateau", plateau_factor=0.1, plateau_patience=3),
        changed(averaging="ema", averaging_decay=0.5, averaging_every=7),
        spec.changed(name="other", preset=None),
    ]
    assert {searched_with(one).to_json() for one in same} == {searched_with(spec).to_json()}
    others = [
        changed(optimizer="sgd"),
        changed(batch_size=32),
        changed(seed=1),
        changed(weight_decay=0.1),
        changed(augmentation=Augmentation(flip=True)),
        changed(label_smoothing=0.1),
        changed(class_weights="balanced"),
        spec.changed(data=spec.data.changed(train_images=500)),
        preset("regularised"),
    ]
    assert len({searched_with(one).to_json() for one in [spec, *others]}) == 1 + len(others)


def test_of_a_schedule_it_is_the_highest_rate() -> None:
    assert role_of_rate(TrainSpec(schedule="one_cycle")) == "the highest rate of the one cycle"
    roles = {role_of_rate(TrainSpec(schedule=one)) for one in ("constant", "cosine", "one_cycle", "plateau")}  # type: ignore[arg-type]
    assert len(roles) == 4
