"""Averaged weights against hand arithmetic, and that they are what a run shows and keeps."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cnnviz.models import build, named_weights
from cnnviz.spec import TrainSpec
from cnnviz.training.execute import train
from cnnviz.training.rates import KEEP, averaging_decays
from cnnviz.training.step import TrainingStep
from tests.training.helpers import PLAIN, busy_spec, same_weights, tiny_spec
from tests.training.test_step import NORMALISED, images_for, spec_of

ORDER = np.random.default_rng(2).integers(0, 60, (7, 16)).astype(np.int32)
RATES = np.full(7, 0.05, np.float32)
DECAYS = np.array([0.1, KEEP, 0.5, KEEP, KEEP, 0.9, KEEP], np.float32)


def test_the_share_that_is_kept_grows_with_the_cube_of_the_steps() -> None:
    spec = TrainSpec(averaging="ema", averaging_decay=0.9, averaging_every=3)
    found = averaging_decays(spec, 0, 10, 10)
    kept = 0.9**3
    expected = [0, 0, kept * 0.027, KEEP, KEEP, kept * 0.216, KEEP, KEEP, kept * 0.729, kept]
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    parts = [averaging_decays(spec, first, count, 10) for first, count in ((0, 4), (4, 1), (5, 5))]
    np.testing.assert_array_equal(np.concatenate(parts), found)


@pytest.mark.parametrize("total", [1, 3, 4])
def test_a_run_too_short_for_an_average_keeps_its_last_weights(total: int) -> None:
    assert (averaging_decays(TrainSpec(averaging="lookahead"), 0, total, total) == 0).all()


def test_without_averaging_every_step_leaves_the_average_alone() -> None:
    assert (averaging_decays(TrainSpec(), 0, 20, 20) == KEEP).all()


def begun(**train: Any) -> TrainingStep:
    spec = spec_of(NORMALISED, optimizer="sgd", **train)
    return TrainingStep(build(spec.model, 1), spec, images_for(spec))


def weights_of(step: TrainingStep) -> list[NDArray[np.float32]]:
    return list(named_weights(step.model).values())


def test_an_average_is_the_one_of_hand_arithmetic() -> None:
    averaged, plain = begun(averaging="ema"), begun()
    means = weights_of(plain)
    for number in range(7):
        for step, decays in ((averaged, DECAYS), (plain, None)):
            step(ORDER[number][None], RATES[:1], number, decays=None if decays is None else decays[number][None])
        if DECAYS[number] >= 0:
            decay = DECAYS[number]
            means = [decay * mean + (1 - decay) * new for mean, new in zip(means, weights_of(plain), strict=True)]
    for mine, theirs in zip(weights_of(averaged), weights_of(plain), strict=True):
        np.testing.assert_array_equal(mine, theirs)  # what learns knows nothing of its average
    with averaged.averages.in_place():
        for mine, mean in zip(weights_of(averaged), means, strict=True):
            np.testing.assert_allclose(mine, mean, atol=1e-6)
    for mine, theirs in zip(weights_of(averaged), weights_of(plain), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_lookahead_goes_on_from_the_average() -> None:
    ahead, plain = begun(averaging="lookahead", momentum=0.0), begun(momentum=0.0)
    start = weights_of(plain)
    for number in range(2):
        plain(ORDER[number][None], RATES[:1], number)
    ahead(ORDER[:2], RATES[:2], 0, decays=np.array([KEEP, 0.5], np.float32))
    halfway = [(begin + end) / 2 for begin, end in zip(start, weights_of(plain), strict=True)]
    for mine, mean in zip(weights_of(ahead), halfway, strict=True):
        np.testing.assert_allclose(mine, mean, atol=1e-6)
    for variable, mean in zip(plain.model.weights, halfway, strict=True):
        variable.assign(mean)
    for step in (plain, ahead):
        step(ORDER[2][None], RATES[:1], 2)
    for mine, theirs in zip(weights_of(ahead), weights_of(plain), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-6)


@pytest.mark.parametrize("keep", ["last", "best"])
def test_a_run_shows_and_keeps_the_average(home: Path, keep: str) -> None:
    settings = {"optimizer": "sgd", "learning_rate": 0.05, "keep": keep}
    run = train(tiny_spec(PLAIN, averaging="ema", averaging_decay=0.99, averaging_every=1, **settings), home)
    raw = train(tiny_spec(PLAIN, **settings), home)
    assert run.history().epochs["loss"] == pytest.approx(raw.history().epochs["loss"], abs=1e-6)
    same_weights(run, raw, 0)
    snapshots = [item.number for item in run.snapshots()]
    last = snapshots[-1]
    kept = run.weights(last if keep == "last" else snapshots[best_snapshot(run)])
    assert not np.allclose(run.weights(last)["logits/kernel"], raw.weights(last)["logits/kernel"])
    for name, array in named_weights(run.model()).items():
        np.testing.assert_array_equal(array, kept[name])
    live, model = run.live(), run.model()
    assert live is not None
    np.testing.assert_allclose(live.kernels, np.asarray(model.get_layer("conv2d_1").kernel), atol=1e-7)
    report = run.evaluation()
    assert report is not None
    final = run.predictions()
    assert report["accuracy"] == pytest.approx(float((final.predicted == final.labels).mean()))


def best_snapshot(run: Any) -> int:
    """The place of the snapshot after the epoch with the lowest validation loss."""
    best = float(np.argmin(run.history().epochs["val_loss"]) + 1)
    return next(place for place, item in enumerate(run.snapshots()) if item.position == best)


def test_the_busy_network_averages_its_moving_means_too(home: Path) -> None:
    run = train(busy_spec(averaging="ema", averaging_decay=0.99, epochs=1), home)
    raw = train(busy_spec(epochs=1), home)
    last = run.snapshots()[-1].number
    name = "batch_normalization_1/moving_mean"
    assert not np.array_equal(run.weights(last)[name], raw.weights(last)[name])
