"""Carrying out a run in this process: from its folder to its model, with every ending said."""

import logging
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from cnnviz.data import Prepared, load_dataset, prepare
from cnnviz.errors import CnnvizError, SpecError, StorageError
from cnnviz.files import write_json
from cnnviz.models import save_model
from cnnviz.runs import Run, RunStore, Status, process_fields, write_status
from cnnviz.spec import RunSpec
from cnnviz.training.fit import Fit, Outcome
from cnnviz.training.queue import free_slot, parallel_runs
from cnnviz.training.recorder import OnEvent, Recorder
from cnnviz.training.reopen import reopened, run_lock

__all__ = ["continue_run", "execute", "stop_on_signals", "train"]

log = logging.getLogger(__name__)


def train(spec: RunSpec, home: str | Path | None = None, on_event: OnEvent | None = None) -> Run:
    """Train a network in this process; the worker of the dashboard does the same.

    Waits for its turn when another run is training. Control-C stops the run as its Stop button does: it can be resumed.

    Args:
        spec: what to train; a preset, say.
        home: the home folder; None for `$CNNVIZ_HOME` or `~/.cnnviz`.
        on_event: called with every event (a dict, as in events.jsonl) once it is written.

    Returns:
        The run; its state says how it ended.

    Raises:
        SpecError: the network does not fit the data.
        DataError: the data set does not exist or cannot be had.
        StorageError: the home cannot be written.
        CnnvizError: the setting for parallel runs cannot be used.
    """
    parallel_runs()  # refused before anything is written
    store = RunStore(home)
    data = _load(spec, home)  # before anything is written: a wrong name leaves no folder
    run = store.create(spec, Status("queued", epochs=spec.train.epochs, **process_fields()))
    _take_turn(store, run, data, on_event)
    return run


def continue_run(run: Run, on_event: OnEvent | None = None) -> Run:
    """Continue a stopped, interrupted or failed run in this process, from its newest checkpoint.

    Args:
        run: the run.
        on_event: as for `train`.

    Raises:
        RunError: it is bundled, or in a state that cannot be resumed.
        StorageError: the home cannot be written.
    """
    with reopened(run) as status:
        write_status(run.folder, replace(status, **process_fields()))
    _take_turn(RunStore(run.folder.parent.parent), run, None, on_event)
    return run


def _take_turn(store: RunStore, run: Run, data: Prepared | None, on_event: OnEvent | None) -> None:
    """Wait for a place to train, then train."""
    with stop_on_signals(run):
        slot = free_slot(store, give_up=(run.folder / "stop").exists)
        if slot is None:
            write_status(run.folder, Status("stopped", message="Stopped before its turn came."))
            return
        with slot:
            execute(run, data, on_event)


def _load(spec: RunSpec, home: str | Path | None) -> Prepared:
    """Load and prepare a spec's images, refusing what the network cannot take."""
    data = prepare(load_dataset(spec.data.name, home), spec.data, spec.train.seed)
    shape = data.train.images.shape[1:]
    if shape != spec.model.input_shape:
        raise SpecError(
            f"the images of {spec.data.name} are {'x'.join(map(str, shape))} and the model takes "
            f"{'x'.join(map(str, spec.model.input_shape))}; change the model's input or choose another data set"
        )
    if len(data.class_names) != spec.model.classes:
        raise SpecError(
            f"{spec.data.name} has {len(data.class_names)} classes here and the model tells {spec.model.classes} "
            "apart; make them equal"
        )
    return data


def execute(run: Run, data: Prepared | None = None, on_event: OnEvent | None = None) -> None:
    """Train a run from where it stands and leave its folder in a final state; no exception escapes but an interrupt.

    Args:
        run: made by RunStore, claimed by the caller.
        data: its images, or None to load them here.
        on_event: called with every event once it is written.
    """
    with run_lock(run), Recorder(run, on_event, run.status) as recorder:
        try:
            recorder.state("running")
            prepared = data or _load(run.spec, run.folder.parent.parent)
            fit = Fit(run, prepared, recorder)
            _finish(fit, fit.run_to_end(), recorder)
        except StorageError as error:
            with suppress(OSError):
                os.unlink(run.folder / "live.npz")  # room on a full disk for saying so
            _fail(recorder, f"{str(error)[0].upper()}{str(error)[1:]}.")
        except CnnvizError as error:
            _fail(recorder, f"{str(error)[0].upper()}{str(error)[1:]}.")
        except Exception as error:
            log.exception("the run %s failed", run.id)
            _fail(
                recorder,
                f"An unexpected {type(error).__name__} ended it; worker.log in the run's folder has the details.",
            )


def _finish(fit: Fit, outcome: Outcome, recorder: Recorder) -> None:
    """Measure the chosen model on the test set, write it, and say how it ended."""
    if outcome.state == "diverged":
        recorder.event("error", message=outcome.message)
    if outcome.state == "completed" or fit.taken > 0:
        fit.looks.predict_pending()
        if fit.choose_model(diverged=outcome.state == "diverged"):
            write_json(fit.run.folder / "evaluation.json", fit.looks.final())
            save_model(fit.model, fit.run.folder / "model.keras")
            fit.looks.live(fit.position)
    recorder.state(outcome.state, outcome.message, seconds_left=None)


def _fail(recorder: Recorder, message: str) -> None:
    """Say that the run failed, as far as the disk still lets us; its process's end says the rest."""
    with suppress(StorageError):
        recorder.state("failed", message, seconds_left=None)
    with suppress(StorageError):
        recorder.event("error", message=message)


@contextmanager
def stop_on_signals(run: Run) -> Iterator[None]:
    """Make Control-C and a polite kill stop the run cleanly; a second Control-C ends it at once."""
    if threading.current_thread() is not threading.main_thread():  # a notebook's or server's thread gets no signals
        yield
        return

    def stop(number: int, _frame: object) -> None:
        with suppress(OSError):  # where the disk refuses, the second one still ends it
            (run.folder / "stop").touch()
        signal.signal(number, before[signal.Signals(number)])

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
