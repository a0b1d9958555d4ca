"""All runs as rows of a table, with how each learned: read once, and again only when its files change."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from cnnviz.errors import CnnvizError
from cnnviz.files import stamp
from cnnviz.runs.about import ABOUT
from cnnviz.runs.events import EventReader
from cnnviz.runs.history import Timeline
from cnnviz.runs.run import Run
from cnnviz.runs.store import RunStore, RunSummary, summarise
from cnnviz.spec import RunSpec

__all__ = ["RunOverview", "overviews", "started_at"]

Version = tuple[tuple[int, ...], ...]

_FILES = ("spec.json", "status.json", "events.jsonl", "evaluation.json")
_SETTLED = {"completed", "stopped", "failed", "diverged"}  # the other states depend on a process, too
_SECOND = len("20260101-120000")


@dataclass(frozen=True, eq=False)
class RunOverview:
    """A run and how it learned, in what a row of a table can hold.

    Attributes:
        summary: which run it is and how it ended.
        accuracies: by epoch, shares in [0, 1]: of validation images, or of training images where none were held back.
        validated: whether they are of validation images.
        seconds: that it trained for, up to its last finished epoch; None before the first.
        spec: its settings; None where they cannot be read.
        started: when it was started, in this machine's time; None where its id does not say, as with bundled runs.
    """

    summary: RunSummary
    accuracies: tuple[float, ...]
    validated: bool
    seconds: float | None
    spec: RunSpec | None
    started: datetime | None

    @property
    def parameters(self) -> int | None:
        """Weights of its network; None where its settings cannot be read."""
        return None if self.spec is None else self.spec.model.parameters


def overviews(home: str | Path | None = None) -> tuple[RunOverview, ...]:
    """Return a row for every run, newest first, bundled ones last.

    Args:
        home: the home folder; None for the usual one.
    """
    return tuple(_row(run) for run in RunStore(home).runs())


def started_at(run_id: str) -> datetime | None:
    """Return the moment with which a run's id begins, in the time of the machine that made it; None without one."""
    try:
        return datetime.strptime(run_id[:_SECOND], "%Y%m%d-%H%M%S")
    except ValueError:
        return None


def _row(run: Run) -> RunOverview:
    about = run.additions().folder / ABOUT
    version = (*(stamp(run.folder / name) for name in _FILES), stamp(about))
    return _settled(run.folder, run.bundled, run.home, version) or _read(run, version)


@lru_cache(maxsize=20_000)
def _settled(folder: Path, bundled: bool, home: Path, version: Version) -> RunOverview | None:
    """Return the row of a run that nothing but its files can change; None for any other."""
    row = _read(Run(folder, bundled=bundled, home=home), version)
    return row if row.summary.state in _SETTLED else None


def _read(run: Run, version: Version) -> RunOverview:
    spec, _, events, *_ = version
    accuracies, validated, seconds = _learned(run.folder, events)
    return RunOverview(summarise(run), accuracies, validated, seconds, _spec(run.folder, spec), started_at(run.id))


@lru_cache(maxsize=2_000)
def _learned(folder: Path, version: tuple[int, ...]) -> tuple[tuple[float, ...], bool, float | None]:
    epochs = Timeline(EventReader(folder / "events.jsonl", batches=False).read()).history.epochs
    validated = bool(epochs.get("val_accuracy"))
    accuracies = epochs["val_accuracy"] if validated else epochs.get("accuracy", [])
    seconds: Iterator[float] = reversed(epochs.get("seconds", []))
    return tuple(accuracies), validated, next(seconds, None)


@lru_cache(maxsize=2_000)
def _spec(folder: Path, version: tuple[int, ...]) -> RunSpec | None:
    try:
        return Run(folder).spec
    except CnnvizError:
        return None
