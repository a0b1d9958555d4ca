"""The names of the classes that a run tells apart."""

from pathlib import Path

from cnnviz.data.catalogue import list_datasets
from cnnviz.data.known import KNOWN
from cnnviz.runs import Run, read_class_names

__all__ = ["class_names_of"]


def class_names_of(run: Run, home: str | Path | None = None) -> tuple[str, ...]:
    """Return the names of a run's classes by label, without reading an image.

    They come from the run itself (its settings where only some classes were chosen, else what it kept when it was
    trained), else from its data set's file, else from what cnnviz knows of the published sets.

    Args:
        run: the run.
        home: where the data sets are; None for the usual home.

    Returns:
        A name for each class; "class 0", "class 1", ... where nobody knows them any more.
    """
    spec = run.spec
    count, name = spec.model.classes, spec.data.name
    for names in (spec.data.classes or (), read_class_names(run.folder)):
        if len(names) == count:
            return names
    if not spec.data.classes:
        published = KNOWN[name].class_names if name in KNOWN else ()
        for names in (*(info.classes for info in list_datasets(home) if info.name == name), published):
            if len(names) == count:
                return names
    return tuple(f"class {number}" for number in range(count))
