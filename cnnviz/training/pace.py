"""How many steps come between two reports, and which images they see."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["EARLY_STEPS", "FIRST_CHUNK", "next_chunk", "next_indices"]

# Snapshots inside the first epoch, by step: most of what a first layer learns, it learns there.
EARLY_STEPS = (10, 30, 100, 300)
FIRST_CHUNK = 2

_CHUNK_S = 0.25  # a report four times a second looks alive; the return to Python costs nothing at that pace
_REPORTS_AN_EPOCH = 8


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
