"""What changes over a run, and when to stop early: plain functions of what is known at the time."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cnnviz.spec import TrainSpec

__all__ = ["KEEP", "averaging_decays", "learning_rates", "should_stop_early"]

KEEP = -1.0  # the decay of a step that leaves the average alone


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
            rise = (done + 1 / max(total, 1)) / max(spec.warm_up, 1e-9)  # the very first step has a rate above zero
            fall = spec.final_rate + (1 - spec.final_rate) * (1 - done) / max(1 - spec.warm_up, 1e-9)
            share = np.clip(np.minimum(rise, fall), 0, 1)
        case "plateau":
            share = np.full(count, spec.plateau_factor ** _plateaus(val_losses, spec.plateau_patience))
        case "constant":
            share = np.ones(count)
    return (spec.learning_rate * share).astype(np.float32)


def averaging_decays(spec: TrainSpec, first: int, count: int, total: int) -> NDArray[np.float32]:
    """Return the share of the average that each of the next steps keeps.

    Args:
        spec: its rule for averaging.
        first: steps taken so far.
        count: how many are wanted.
        total: steps of the whole run.

    Returns:
        (count,) float32 in [0, 1), or KEEP where a step leaves the average alone.
    """
    taken = np.arange(first, first + count) + 1  # after the step
    young = taken < spec.averaging_every  # no average yet: an epoch of few steps would be shown as the first weights
    decays = spec.averaging_decay**spec.averaging_every * np.minimum(taken / max(total, 1), 1) ** 3 * ~young
    due = (taken % spec.averaging_every == 0) | (taken == total) | young  # the last weights are always part of it
    return np.where(due & (spec.averaging != "none"), decays, KEEP).astype(np.float32)


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
