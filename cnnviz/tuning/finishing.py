"""What comes after a study: the settings of its best trial, to train in full or to begin others with."""

from cnnviz.runs import RunStore
from cnnviz.spec import RunSpec
from cnnviz.tuning.records import Trial
from cnnviz.tuning.study import Study

__all__ = ["full_spec"]


def full_spec(study: Study, trial: Trial, seed: int | None = None) -> RunSpec:
    """Return the settings of a trial for all training images and all epochs of the base, measured on test images.

    Args:
        study: whose trial it is.
        trial: one with a run.
        seed: None for the base's own.

    Raises:
        RunError: its run was deleted.
    """
    spec, base = RunStore(study.home).get(trial.run_id).spec, study.spec.base
    train = spec.train.changed(
        epochs=base.train.epochs,
        seconds=base.train.seconds,
        tests=base.train.tests,
        views=base.train.views,
        seed=base.train.seed if seed is None else seed,
    )
    return spec.changed(name=f"{study.name} best"[:80], data=base.data, train=train, versions={}, preset=None)
