"""The moments of a run that can be looked at: what its snapshots are called."""

from collections.abc import Collection

from cnnviz.errors import RunError
from cnnviz.runs import Run

__all__ = ["no_such_snapshot", "snapshot_labels"]


def snapshot_labels(run: Run, *, measured: bool = False) -> dict[int, str]:
    """Name a run's snapshots by when they were made, oldest first.

    Args:
        run: whose.
        measured: those with predictions of the test images, instead of those that can be opened.
    """
    named = run.predicted_snapshots() if measured else run.snapshots()
    return {item.number: item.moment for item in named}


def no_such_snapshot(run: Run, asked: str, numbers: Collection[int]) -> RunError:
    """Return what to raise where a link asks for a snapshot that is not on offer.

    Args:
        run: whose.
        asked: what the link says.
        numbers: of the snapshots on offer.
    """
    gaps = len(numbers) <= max(numbers, default=0)  # of a large network that came with cnnviz a few can be opened
    there = ", ".join(map(str, sorted(numbers))) if gaps else f"0 to {max(numbers, default=0)}"
    known = f"the snapshots {there}; choose one of these" if numbers else "none; choose another run"
    return RunError(f"the link asks for snapshot {asked[:40]!r} of the run {run.name}, which has {known}")
