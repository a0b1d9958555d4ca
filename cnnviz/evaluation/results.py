"""What came of several runs, number by number, in words: a table to compare them."""

from collections.abc import Sequence

from cnnviz.evaluation.differences import NONE
from cnnviz.evaluation.report import Evaluation
from cnnviz.runs import Run
from cnnviz.words import duration, percent

__all__ = ["results_in_words"]

_TESTED = "test images"
_PARAMETERS, _LEARNED = "parameters", "of these learn"


def results_in_words(runs: Sequence[tuple[Run, Evaluation | None]], same_images: bool) -> dict[str, list[str]]:
    """Return every number that at least one of the runs has.

    Args:
        runs: each with its report; None where it cannot be judged.
        same_images: whether all were measured on the same ones; else the table says on which.

    Returns:
        By what it is called: its value as text for each run, "–" for one that has none.
    """
    columns = [_of_tests(report) | _of_training(run) for run, report in runs]
    names = dict.fromkeys(name for column in columns for name in column)
    unsaid = {_TESTED} if same_images else set()
    if all(column.get(_LEARNED) in (None, column[_PARAMETERS]) for column in columns):
        unsaid.add(_LEARNED)  # nothing is frozen
    order = [name for name in _ORDER if name in names and name not in unsaid]
    return {name: [column.get(name, NONE) for column in columns] for name in order}


_ORDER = (
    "test accuracy",
    "95 % interval",
    _TESTED,
    "mistakes",
    "test loss",
    "among the three most probable",
    "F1, mean over classes",
    "calibration error",
    "epochs",
    "validation accuracy, last epoch",
    "training time",
    _PARAMETERS,
    _LEARNED,
)


def _of_tests(report: Evaluation | None) -> dict[str, str]:
    """What a report knows."""
    if report is None:
        return {}
    told = {
        "test accuracy": percent(report.accuracy),
        "95 % interval": f"{percent(report.interval[0])} to {percent(report.interval[1])}",
        _TESTED: f"{report.n_test:,} of {len(report.class_names)} classes",
        "mistakes": f"{report.n_mistakes:,}",
        "F1, mean over classes": f"{report.f1_macro:.3f}",
    }
    if report.loss is not None:
        told["test loss"] = f"{report.loss:.3f}"
    if report.top3 is not None:
        told["among the three most probable"] = percent(report.top3)
    if not report.independent:
        told["calibration error"] = percent(report.calibration.expected_error)
    return told


def _of_training(run: Run) -> dict[str, str]:
    """What a run's status and history know."""
    status, history = run.status, run.history()
    validated, seconds = history.epochs.get("val_accuracy"), history.epochs.get("seconds")
    spec = run.spec
    told = {_PARAMETERS: f"{spec.model.parameters:,}"}
    if not spec.model.foreign:
        told[_LEARNED] = f"{spec.trained_parameters:,}"
    if status.epochs:
        told["epochs"] = f"{status.epoch} of {status.epochs}"
    if validated:
        told["validation accuracy, last epoch"] = f"{percent(validated[-1])}{history.of_validation}"
    if seconds:
        told["training time"] = duration(seconds[-1])
    return told
