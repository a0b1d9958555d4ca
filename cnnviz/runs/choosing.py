"""Which network is shown where nobody asked for one: the one that somebody pinned, or the best for the purpose.

A run near chance, as after a training with a rate of 5, has nothing to show; it is in every list, and first in none.
"""

import math
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Literal

from cnnviz.errors import CnnvizError
from cnnviz.files import read_json, write_json
from cnnviz.home import resolve_home
from cnnviz.runs.run import Run
from cnnviz.runs.store import RUN_ID

__all__ = ["Purpose", "best_runs", "near_chance", "pin_run", "pinned_run", "standing"]

Purpose = Literal["look", "use"]

_FILE = "pinned.json"
_NEAR = 0.15  # of the way from chance to perfect: 24 % of ten classes, 58 % of two
_ERRORS = 3.0  # standard errors, which few test images make large
_WIDEST = 0.25


def pinned_run(home: str | Path | None = None) -> str | None:
    """Return the id of the run that somebody pinned in this home, or None; whether there still is such a run, ask it.

    Args:
        home: the home folder; None for the usual one.
    """
    found = (read_json(resolve_home(home) / _FILE) or {}).get("run")
    return found if isinstance(found, str) and RUN_ID.fullmatch(found) else None


def pin_run(run_id: str | None, home: str | Path | None = None) -> None:
    """Pin a run: Home shows it, and pages open on it, until another is pinned.

    Args:
        run_id: the run; None pins none.
        home: as for `pinned_run`.

    Raises:
        StorageError: the home cannot be written.
    """
    write_json(resolve_home(home) / _FILE, {"run": run_id})


def standing(run: Run) -> float | None:
    """Return how far a run came from chance (0) to every test image right (1); None where that is not known.

    Raises:
        RunError: its settings cannot be read.
    """
    found = _measured(run)
    return None if found is None else (found[0] - found[1]) / max(1 - found[1], 1e-9)


def near_chance(run: Run) -> bool:
    """Say whether a run's model is hardly better than guessing, or never came to be measured at all.

    One from elsewhere, and one that still trains, have not been measured and are no worse for it.

    Raises:
        RunError: its settings cannot be read.
    """
    found = _measured(run)
    if found is None:
        return run.state in ("failed", "diverged")
    accuracy, chance, count = found
    error = math.sqrt(chance * (1 - chance) / count)
    return accuracy - chance < max(_NEAR * (1 - chance), min(_ERRORS * error, _WIDEST))


def best_runs(runs: Iterable[Run], purpose: Purpose, classes: Callable[[Run], tuple[str, ...]]) -> tuple[Run, ...]:
    """Sort runs by how well they serve a purpose, the best first, and leave out what is near chance or damaged.

    What nobody has measured, such as a network from elsewhere whose classes no data set has, comes last: it may be as
    good as any, and it may say the same of everything. To look inside, one's own come before those that came with
    cnnviz, and kernels that learned before others. To classify photos, what takes colour comes first, then classes that
    none of those has that came with cnnviz.

    Args:
        runs: the newest first; of equals the first one wins.
        purpose: what for.
        classes: returns the names of a run's classes.
    """
    worthy = [run for run in runs if _worthy(run)]
    if purpose == "look":
        return tuple(sorted(worthy, key=_to_look, reverse=True))
    came = {classes(run) for run in worthy if run.bundled}
    return tuple(sorted(worthy, key=lambda run: _to_use(run, classes(run) not in came), reverse=True))


def _worthy(run: Run) -> bool:
    try:
        return not near_chance(run)
    except CnnvizError:
        return False


def _to_look(run: Run) -> tuple[float, ...]:
    first = next((row.name for row in run.spec.model.rows if row.kind == "convolution"), None)
    learned = first is not None and run.spec.model.unlearned(first) is None
    return (_known(run), not run.bundled, learned, standing(run) or 0.0)


def _to_use(run: Run, own_classes: bool) -> tuple[float, ...]:
    return (_known(run), run.spec.model.input_shape[2] == 3, own_classes, standing(run) or 0.0)


def _known(run: Run) -> bool:
    """Whether a run was measured, or trains still and will be."""
    return run.status.active or _measured(run) is not None


def _measured(run: Run) -> tuple[float, float, int] | None:
    """A run's accuracy, what guessing would get right, and the number of test images; None without a report."""
    report = run.evaluation()
    if report is None:
        return None
    return float(report["accuracy"]), 1 / max(run.spec.model.classes, 2), max(int(report["n_test"]), 1)
