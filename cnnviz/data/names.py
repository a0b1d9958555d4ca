"""The names of the classes that a run tells apart."""

from pathlib import Path

from cnnviz.data.catalogue import list_datasets
from cnnviz.runs import Run

__all__ = ["class_names_of"]


def class_names_of(run: Run, home: str | Path | None = None) -> tuple[str, ...]:
    """Return the names of a run's classes by label; numbers where its data set is gone.

    Args:
        run: the run.
        home: where the data sets are; None for the usual home.
    """
    spec = run.spec
    known = {info.name: info.classes for info in list_datasets(home)}
    names = spec.data.classes or known.get(spec.data.name, ())
    return names if len(names) == spec.model.classes else tuple(f"class {n}" for n in range(spec.model.classes))
