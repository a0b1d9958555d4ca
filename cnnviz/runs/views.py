"""How good a run is when it looks at several views of each test image: a figure beside its accuracy, never in it."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cnnviz.runs.run import Run

__all__ = ["ViewsScore", "read_views", "write_views"]

_FILE = "views.json"


@dataclass(frozen=True)
class ViewsScore:
    """A run's model on the test images, each seen in several views whose probabilities are averaged.

    Attributes:
        views: how many views, 2 or 6.
        n_test: test images, at least 1.
        n_mistakes: how many of them are predicted wrongly.
    """

    views: int
    n_test: int
    n_mistakes: int

    @property
    def accuracy(self) -> float:
        """The share of the others, in [0, 1]."""
        return (self.n_test - self.n_mistakes) / self.n_test

    def to_json(self) -> dict[str, Any]:
        """Return it as it is kept and printed."""
        return {**asdict(self), "accuracy": self.accuracy}


def read_views(run: Run, home: str | Path | None = None) -> tuple[ViewsScore, ...]:
    """Return what was measured with several views, those with most views last; nothing where nothing was.

    Args:
        run: the run.
        home: the home folder, where the additions to a read-only run are; None for the run's own.

    Raises:
        RunError: the file is damaged; it is left as it is.
    """
    kept = _scores(run.additions(home).read(_FILE))
    if run.bundled:  # what it came with, unless it was measured here
        kept = {**_scores(Run(run.folder).additions().read(_FILE)), **kept}
    return tuple(kept[views] for views in sorted(kept))


def write_views(run: Run, score: ViewsScore, home: str | Path | None = None) -> None:
    """Keep a measurement with several views.

    Raises:
        RunError: the file is damaged; it is left as it is.
        StorageError: the disk refuses, or the run is gone.
    """

    def changed(values: dict[str, Any]) -> dict[str, Any]:
        scores = {**_scores(values), score.views: score}
        return {"format": 1, "scores": [scores[views].to_json() for views in sorted(scores)]}

    run.additions(home).change(_FILE, changed)


def _scores(values: dict[str, Any]) -> dict[int, ViewsScore]:
    """Return what makes sense of a file's content, by the number of views."""
    found = values.get("scores")
    numbers = [
        tuple(item.get(key) for key in ("views", "n_test", "n_mistakes"))
        for item in (found if isinstance(found, list) else [])
        if isinstance(item, dict)
    ]
    return {
        views: ViewsScore(views, n_test, n_mistakes)
        for views, n_test, n_mistakes in numbers
        if type(views) is type(n_test) is type(n_mistakes) is int and views > 1 and 0 <= n_mistakes <= n_test > 0
    }
