"""`cnnviz train`: train a network in this process, or go on with a run."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cnnviz.cli.codes import INTERRUPTED
from cnnviz.cli.options import AsJson, Home, home_flag
from cnnviz.cli.output import complain, emit, in_line, say
from cnnviz.cli.progress import training_progress
from cnnviz.cli.quiet_import import silent_start
from cnnviz.cli.runs import find, report, result_line
from cnnviz.cli.settings import Flags, spec_of, with_flags
from cnnviz.errors import CnnvizError, SpecError

if TYPE_CHECKING:
    from cnnviz.runs import Run, RunStore

__all__ = ["train"]


@with_flags
def train(
    flags: Flags,
    resume: Annotated[
        str | None, typer.Option("--resume", metavar="RUN", help="Continue a run; takes no other settings.")
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Train a network; Ctrl-C stops it, to be resumed.

    Without --preset: two-conv where its layers fit the images, else one-conv.
    With --start-from: its network, with settings for few images.
    Flags change what --spec or --preset say.
    """
    with _unexpected() as errors:
        run = _continued(resume, flags, home) if resume is not None else _trained(flags, home)
    _tell(run, home, as_json)
    _end(run, home, errors)


def _trained(flags: Flags, home: Path | None) -> "Run":
    from cnnviz.cli.data import fetch_where_missing
    from cnnviz.runs import RunStore

    settings = spec_of(flags, home)
    with silent_start():  # before a download: without TensorFlow that would be for nothing
        from cnnviz.training.execute import train as train_here
    fetch_where_missing(settings.data.name, home)
    store = RunStore(home)
    _say_if_waiting(store)
    with training_progress(settings.train.epochs) as on_event, _cut_off(store, home):
        return train_here(settings, home, on_event)


def _continued(text: str, flags: Flags, home: Path | None) -> "Run":
    from cnnviz.runs import RunStore
    from cnnviz.training import RESUMABLE
    from cnnviz.training.reopen import reopened

    if flags.given:
        raise SpecError(
            f"--resume continues a run with its own settings and was given {', '.join(flags.given)} too; leave that out"
        )
    store = RunStore(home)
    run = find(text, home)
    if run.bundled or run.state not in RESUMABLE:
        with reopened(run):  # says why not, before TensorFlow is imported for nothing
            pass
    _say_if_waiting(store)
    with silent_start():
        from cnnviz.training.execute import continue_run
    with training_progress(run.status.epochs or run.spec.train.epochs) as on_event, _cut_off(store, home):
        return continue_run(run, on_event)


def _say_if_waiting(store: "RunStore") -> None:
    """Say so where another run trains already."""
    from cnnviz.training.queue import all_taken

    if all_taken(store):
        complain("another run is training; this one waits for its turn (Ctrl-C gives up)")


@contextmanager
def _cut_off(store: "RunStore", home: Path | None) -> Iterator[None]:
    """Name the run that a second Ctrl-C ended in the middle of a step."""
    try:
        yield
    except KeyboardInterrupt:
        own = next((run for run in map(store.get, store.ids()) if run.status.pid == os.getpid()), None)
        if own is None:
            raise
        complain(f"interrupted: {own.id} was cut off; {_resume_hint(own, home)}")
        raise typer.Exit(INTERRUPTED) from None


@contextmanager
def _unexpected() -> Iterator[list[BaseException]]:
    """Collect the errors that a training logs and survives; they are bugs of ours, for the end."""
    errors: list[BaseException] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.exc_info and record.exc_info[1]:
                errors.append(record.exc_info[1])

    logger, collector = logging.getLogger("cnnviz"), Collector()
    propagated, logger.propagate = logger.propagate, False
    logger.addHandler(collector)
    try:
        yield errors
    finally:
        logger.removeHandler(collector)
        logger.propagate = propagated


def _tell(run: "Run", home: Path | None, as_json: bool) -> None:
    values = {**report(run), "images_per_second": round(_images_per_second(run), 1), "seconds": _seconds(run)}
    if as_json:
        emit(values)
        return
    if values["state"] != "completed" and not values["epochs_done"]:
        return
    say(f"{run.name} on {run.spec.data.name}, {values['state']}: {result_line(values)}")
    for doubt in values["doubts"]:
        say(doubt["sentence"])
    say(f"{values['seconds']:.1f} s of training, {values['images_per_second']:,.0f} images/s")
    say(f"run {run.id}")
    if values["state"] == "completed":
        flag = home_flag(home)
        say(f"Look at it: cnnviz app{flag}, or: cnnviz runs show {run.id}{flag}")


def _end(run: "Run", home: Path | None, errors: list[BaseException]) -> None:
    """Leave with the exit code of the run's state, and the line that goes with it."""
    status = run.status
    if status.state == "completed":
        return
    if status.state == "stopped":
        complain(f"interrupted: {in_line(status.message)}; {_resume_hint(run, home)}")
        raise typer.Exit(INTERRUPTED)
    if errors:
        raise errors[-1]
    raise CnnvizError(f"the run {run.id} {status.state}: {in_line(status.message)}")


def _resume_hint(run: "Run", home: Path | None) -> str:
    return f"resume it with: cnnviz train --resume {run.id}{home_flag(home)}"


def _seconds(run: "Run") -> float:
    """Seconds of training so far; validation, snapshots and predictions at the end of each epoch included."""
    history = run.history()
    return max((columns.get("seconds") or [0.0])[-1] for columns in (history.epochs, history.batches))


def _images_per_second(run: "Run") -> float:
    """Training images seen, a second of training, over the whole run."""
    images, seconds = run.history().batches.get("images"), _seconds(run)
    return sum(images) / seconds if images and seconds else 0.0
