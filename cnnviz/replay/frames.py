"""Which snapshots a replay shows, where a run has more than a playback needs."""

from collections.abc import Sequence

import numpy as np

from cnnviz.errors import SpecError
from cnnviz.runs import Snapshot

__all__ = ["MOST_FRAMES", "choose_frames"]

# A minute at one snapshot a second; more only makes the first look wait.
MOST_FRAMES = 60


def choose_frames(snapshots: Sequence[Snapshot], most: int = MOST_FRAMES) -> tuple[Snapshot, ...]:
    """Choose at most so many snapshots: the early ones, where most happens, then evenly to the last.

    Args:
        snapshots: all of a run, oldest first.
        most: how many, at least 3.

    Returns:
        The chosen ones in order, the first and the last always among them.

    Raises:
        SpecError: `most` is less than 3.
    """
    if most < 3:
        raise SpecError(f"a replay was to have {most} frames; give at least 3")
    if len(snapshots) <= most:
        return tuple(snapshots)
    early = min(sum(snapshot.position <= 1 for snapshot in snapshots), most // 3) or 1
    later = np.linspace(early, len(snapshots) - 1, most - early).round().astype(int)
    return tuple(snapshots[index] for index in sorted({*range(early), *later.tolist()}))
