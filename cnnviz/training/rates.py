"""Learning rates over a run, and when to stop early: plain functions of what is known at the time."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cnnviz.spec import TrainSpec

__all__ = ["learning_rates", "should_stop_early"]

_WARM_UP = 1 / 3  # share of a one-cycle run in which the rate rises


def learning_rates(
    spec: TrainSpec, first: int, count: int, total: int, val_losses: Sequence[float] = ()
) -> NDArray[np.float32]:
    """Return the learning rate of each of the next steps.

    Args:
        spec: the schedule and its highest rate.
        first: steps taken so far.
        count: how many rates are wanted.
        total: steps of the whole run.
        val_losses: validation loss of every finished epoch; only "plateau" looks at it.

    Returns:
        (count,) float32.
    """
    done = np.arange(first, first + count) / max(total, 1)
    match spec.schedule:
        case "cosine":
            share = 0.5 * (1 + np.cos(np.pi * np.minimum(done, 1)))
        case "one_cycle":
            rise = (done + 1 / max(total, 1)) / _WARM_UP  # the very first step is not taken with a rate of zero
            share = np.clip(np.minimum(rise, (1 - done) / (1 - _WARM_UP)), 0, 1)
        case "plateau":
            share = np.full(count, spec.plateau_factor ** _plateaus(val_losses, spec.plateau_patience))
        case "constant":
            share = np.ones(count)
    return (spec.learning_rate * share).astype(np.float32)


def _plateaus(losses: Sequence[float], patience: int) -> int:
    """How often the loss has not fallen for `patience` epochs; the wait begins anew after each time."""
    best, waited, plateaus = float("inf"), 0, 0
    for loss in losses:
        best, waited = (loss, 0) if loss < best else (best, waited + 1)
        if waited == patience:
            plateaus, waited = plateaus + 1, 0
    return plateaus


def should_stop_early(losses: Sequence[float], patience: int | None) -> bool:
    """Say whether the best of the losses is `patience` epochs old.

    Args:
        losses: validation loss of every finished epoch.
        patience: epochs to wait for a better one; None waits for ever.
    """
    if patience is None or not losses:
        return False
    return len(losses) - 1 - int(np.argmin(losses)) >= patience
