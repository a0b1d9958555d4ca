"""Carrying out a run in this process: from its folder to its model, with every ending said."""

import logging
import os
import traceback
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # before the first import of TensorFlow, or it prints its notices

from cnnviz.data import Prepared
from cnnviz.data.grounds import keep_ground
from cnnviz.errors import CnnvizError, RunError, StorageError
from cnnviz.files import write_json
from cnnviz.models import save_model
from cnnviz.runs import OnEvent, Run, RunStore, Status, Weights, process_fields, write_class_names, write_status
from cnnviz.runs.locks import held
from cnnviz.runs.views import write_views
from cnnviz.spec import RunSpec
from cnnviz.training.fit import Fit, Outcome
from cnnviz.training.halves import choose_threads
from cnnviz.training.loading import load_for
from cnnviz.training.preparing import Preparing, StoppedEarlyError
from cnnviz.training.queue import free_slot, parallel_runs
from cnnviz.training.recorder import Recorder
from cnnviz.training.reopen import reopened, stopped_waiting
from cnnviz.training.stopping import stop_on_signals

__all__ = ["continue_run", "execute", "measure", "train"]

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
        SpecError: the network does not fit the data, or one step of it not the memory.
        DataError: the data set does not exist or cannot be had.
        StorageError: the home cannot be written.
        CnnvizError: the setting for parallel runs cannot be used.
    """
    parallel_runs()  # refused before anything is written
    store = RunStore(home)
    data = load_for(spec, home)  # before anything is written: a wrong name leaves no folder
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
    _take_turn(RunStore(run.home), run, None, on_event)
    return run


def _take_turn(store: RunStore, run: Run, data: Prepared | None, on_event: OnEvent | None) -> None:
    """Wait for a place to train, then train."""
    with stop_on_signals(run.folder):
        slot = free_slot(store, give_up=(run.folder / "stop").exists)
        if slot is None:
            write_status(run.folder, stopped_waiting(run))
            return
        with slot:
            execute(run, data, on_event)


def execute(run: Run, data: Prepared | None = None, on_event: OnEvent | None = None) -> None:
    """Train a run from where it stands and leave its folder in a final state.

    Once its folder is held and its log is open, no exception escapes but an interrupt.

    Args:
        run: made by RunStore, claimed by the caller.
        data: its images, or None to load them here.
        on_event: called with every event once it is written.

    Raises:
        RunError: another process holds it, or it was deleted meanwhile.
        StorageError: its log cannot be opened.
    """
    taken = f"the run {run.name} is being trained already; wait for it or stop it"
    with held(run.folder, taken), Recorder(run, on_event, run.status) as recorder:
        try:
            recorder.state("running")
            data = data or load_for(
                run.spec, run.home, Preparing(recorder, f"Getting {run.spec.data.name}", " MB", 1e6)
            )
            write_class_names(run.folder, data.class_names)
            keep_ground(run, data.train.images)
            choose_threads(run.spec.model)
            fit = Fit(run, data, recorder)
            _finish(fit, fit.run_to_end(), recorder)
        except StoppedEarlyError as stopped:
            recorder.state("stopped", str(stopped), seconds_left=None)
        except StorageError as error:
            with suppress(OSError):
                os.unlink(run.folder / "live.npz")  # room on a full disk for saying so
            _fail(recorder, error.sentence)
        except CnnvizError as error:
            _fail(recorder, error.sentence)
        except Exception as error:
            log.exception("the run %s failed", run.id)
            with suppress(OSError), open(run.folder / "worker.log", "a", encoding="utf-8") as file:
                traceback.print_exc(file=file)
            _fail(
                recorder,
                f"An unexpected {type(error).__name__} ended it; worker.log in the run's folder has the details.",
            )


def _finish(fit: Fit, outcome: Outcome, recorder: Recorder) -> None:
    """Write the chosen model and say how it ended; the test set is measured only at an end that is one."""
    if outcome.state == "diverged":
        recorder.event("error", message=outcome.message)
    if outcome.state == "completed" or fit.taken > 0:
        fit.looks.predict_pending()
        if fit.choose_model(diverged=outcome.state == "diverged"):
            if outcome.state != "stopped" and fit.train.tests != "never":
                _test(fit)
            save_model(fit.model, Weights(fit.run).path)
            fit.looks.live(fit.position)
    recorder.state(outcome.state, outcome.message, seconds_left=None)


def _test(fit: Fit) -> None:
    """Measure the chosen weights on the test images, which are in the model."""
    write_json(fit.run.folder / "evaluation.json", fit.looks.final(), within=fit.run.folder)
    if fit.train.views > 1:
        write_views(fit.run, fit.looks.views(fit.train.views))


def measure(run: Run, data: Prepared | None = None) -> None:
    """Measure a completed run on the test images, where that was left out; one that was measured stays as it is.

    Args:
        run: whose settings say that its tests are "never".
        data: its images, or None to load them here.

    Raises:
        RunError: it is not complete, or has no weights that can be measured.
        DataError: its data set cannot be had.
        StorageError: the home cannot be written.
    """
    if run.evaluation() is not None:
        return
    if run.state != "completed":
        raise RunError(f"the run {run.name} is {run.state}; only a completed one is measured on test images")
    data = data or load_for(run.spec, run.home)
    taken = f"the run {run.name} is in use by another process; wait for it"
    with held(run.folder, taken), Recorder(run, None, run.status) as recorder:
        fit = Fit(run, data, recorder)
        if fit.restore() is None:
            raise RunError(f"the run {run.name} has no checkpoint any more, so it cannot be measured; train it again")
        fit.choose_model()
        _test(fit)


def _fail(recorder: Recorder, message: str) -> None:
    """Say that the run failed, as far as the disk still lets us; its process's end says the rest."""
    with suppress(StorageError):
        recorder.state("failed", message, seconds_left=None)
    with suppress(StorageError):
        recorder.event("error", message=message)
