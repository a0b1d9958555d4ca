"""Runs for the tests of the interface: a real one, and what is left of unlucky ones."""

from pathlib import Path

from cnnviz.runs import Run, RunStore, Status
from cnnviz.spec import RunSpec, preset


def small_spec(name: str = "") -> RunSpec:
    """One convolution on 200 digits, for one epoch: trains in a moment."""
    spec = preset("one-conv")
    return spec.changed(
        name=name,
        data=spec.data.changed(train_images=200),
        train=spec.train.changed(epochs=1),
    )


def finished_run(home: Path, name: str = "") -> Run:
    """Train a run."""
    from cnnviz.training.execute import train

    return train(small_spec(name), home)


def failed_run(home: Path, name: str = "unlucky") -> Run:
    """A run that never got further than its folder."""
    return RunStore(home).create(small_spec(name), Status("failed", message="The disk was full."))


def waiting_run(home: Path, name: str = "patient") -> Run:
    """A run that waits for a worker; there is none."""
    store = RunStore(home)
    run = store.create(small_spec(name), Status("queued", epochs=1))
    store.queue.mkdir(exist_ok=True)
    (store.queue / run.id).touch()
    return run


def running_run(home: Path, name: str = "busy") -> Run:
    """A run that says this very process trains it, at the third of ten epochs."""
    from cnnviz.runs import process_fields

    status = Status(
        "running", epoch=2, epochs=10, step=25, steps=100, position=2.5, seconds_left=41.3, **process_fields()
    )
    return RunStore(home).create(small_spec(name), status)
