"""How many steps come between two reports, and which images they see."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["EARLY_STEPS", "FIRST_CHUNK", "chosen_images", "epoch_order", "next_chunk", "next_indices"]

# Snapshots inside the first epoch, by step: most of what a first layer learns, it learns there.
EARLY_STEPS = (10, 30, 100, 300)
FIRST_CHUNK = 2

_CHUNK_S = 0.25  # a report four times a second looks alive; the return to Python costs nothing at that pace
_REPORTS_AN_EPOCH = 8


def chosen_images(seed: int, total: int, count: int) -> NDArray[np.int64]:
    """Draw the training images of a run that does not see all of them.

    Args:
        seed: the run's.
        total: how many there are.
        count: how many it sees.

    Returns:
        (count,) their numbers; fewer are the first ones of more.
    """
    return np.random.default_rng([seed, 0]).permutation(total)[:count]


def epoch_order(seed: int, epoch: int, chosen: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return the numbers (images,) of the images in the order of an epoch, by the run's seed and the epoch alone."""
    return np.random.default_rng([seed, 1, epoch]).permutation(chosen).astype(np.int32)


def next_chunk(before: int, steps: float, took: float, steps_per_epoch: int) -> int:
    """Choose how many steps come next: a quarter of a second's, but at least eight reports an epoch.

    At most four times as many as before, so that one lucky timing does not silence the reports.

    Args:
        before: the number chosen last.
        steps: steps that were taken, a smaller last batch counted as its share.
        took: how long that took, in seconds.
        steps_per_epoch: of the plan.
    """
    wanted = steps * _CHUNK_S / max(took, 1e-6)
    return int(np.clip(min(wanted, steps_per_epoch / _REPORTS_AN_EPOCH), 1, 4 * before))


def next_indices(
    order: NDArray[np.int32], size: int, batch: int, chunk: int, *, first_epoch: bool
) -> NDArray[np.int32]:
    """Say which images the next steps see: some full batches, or the epoch's smaller last one.

    Args:
        order: (images,) of the epoch.
        size: images a batch.
        batch: batches of the epoch that were taken.
        chunk: how many may come at most; a tiny rest joins them.
        first_epoch: whether to halt at every one of EARLY_STEPS.

    Returns:
        (steps, batch) indices.
    """
    full = len(order) // size
    count = min(chunk, full - batch)
    if count <= 0:
        return order[full * size :][None]
    if full - batch - count < count // 2:
        count = full - batch
    if first_epoch:
        nearest = min((step for step in EARLY_STEPS if step > batch), default=batch + count)
        count = min(count, nearest - batch)
    return order[batch * size : (batch + count) * size].reshape(count, size)
