"""What trains a run again: its script and its notebook, from its settings and from how long it really took."""

from pathlib import Path

from cnnviz.data import list_datasets
from cnnviz.errors import DataError, RunError, SpecError
from cnnviz.export.data_code import DataPlace
from cnnviz.export.formats import Format
from cnnviz.export.notebook import notebook
from cnnviz.export.training_script import Plan, training_script
from cnnviz.home import datasets_folder
from cnnviz.runs import Run
from cnnviz.runs.weights import BEGINNING, NETWORK
from cnnviz.spec import RunSpec

__all__ = ["can_train_again", "recipe"]


def can_train_again(run: Run) -> bool:
    """Whether a run's settings are enough to train it again; of a network from elsewhere nobody knows how it was."""
    return not run.spec.model.foreign


def recipe(run: Run, chosen: Format, home: str | Path | None = None) -> str:
    """Return the script or the notebook that trains a run again.

    Args:
        run: the run.
        chosen: "script" or "notebook".
        home: where the data sets are; None for the usual home.

    Raises:
        SpecError: the network came from elsewhere.
        RunError: it begins with a network that is not in its folder yet.
        DataError: the run uses some classes of a data set that is gone, so that nobody knows which labels they had.
    """
    if not can_train_again(run):
        raise SpecError(
            f"the network of {run.id} came from elsewhere, so how it was trained is not known; export it in another "
            "format"
        )
    script = training_script(run.spec, _place(run.spec, home), _plan(run), run.id, _begun(run))
    return notebook(script) if chosen.name == "notebook" else script


def _begun(run: Run) -> Path | None:
    """Return the folder that holds the network that a run begins with; None where it begins with random weights."""
    if run.spec.beginning is None:
        return None
    if not all((run.folder / name).is_file() for name in (NETWORK, BEGINNING)):
        raise RunError(
            f"the run {run.id} does not hold the network that it begins with yet; wait until its first step, or train "
            "it again"
        )
    return run.folder


def _place(spec: RunSpec, home: str | Path | None) -> DataPlace:
    found = next((info for info in list_datasets(home) if info.name == spec.data.name), None)
    known, held = (found.classes, found.n_validation > 0) if found else ((), False)
    names, kept = known, None
    if spec.data.classes is not None:
        missing = [name for name in spec.data.classes if name not in known]
        if missing:
            raise DataError(
                f"the data set {spec.data.name} has no class {missing[0]!r:.60} here, which the run learned; import it "
                "again"
            )
        names, kept = spec.data.classes, tuple(known.index(name) for name in spec.data.classes)
    if len(names) != spec.model.classes:
        names = tuple(f"class {number}" for number in range(spec.model.classes))
    return DataPlace(spec.data, spec.model.input_shape, names, kept, datasets_folder(home), held)


def _plan(run: Run) -> Plan | None:
    """Return how long a run was trained that was given a time; None where its settings say it."""
    history = run.history()
    if run.spec.train.seconds is None or not history.n_epochs or "images" not in history.batches:
        return None
    batches = zip(history.batches["position"], history.batches["images"], strict=True)
    in_first_epoch = sum(int(images) for position, images in batches if position <= 1)
    return Plan(run.status.epochs or history.n_epochs, in_first_epoch)
