"""A process that trains trials, one after the other, as it is told on its standard input.

Each line is a task and a run's id: "train", "test" (measure a complete run on the test images), or "time" (how long one
image takes). Data are loaded once and TensorFlow is imported once; what that keeps of each network grows, so a process
that has become large ends and makes room for another. When the one that tells it is gone, so is its standard input: it
trains what it has to the end, so that nothing is lost, and leaves.
"""

import argparse
import logging
import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Literal

import psutil

from cnnviz.data import Prepared
from cnnviz.errors import CnnvizError
from cnnviz.files import write_json
from cnnviz.runs import Run, RunStore, process_fields, write_status
from cnnviz.training.reopen import RESUMABLE, reopened

__all__ = ["READY", "Task", "main"]

READY = "ready\n"
Task = Literal["train", "test", "time"]

_TIMED = 50
_LARGEST = 3_000_000_000  # bytes; TensorFlow with one network takes about a fifth of that

log = logging.getLogger("cnnviz.trials")


def main(arguments: Sequence[str] | None = None) -> None:
    """Train what is asked for, and say `READY` on standard output after each.

    Args:
        arguments: `--home DIR --threads N`; the process's own when None.
    """
    parser = argparse.ArgumentParser(description="Trains the trials of a study.")
    parser.add_argument("--home", required=True)
    parser.add_argument("--threads", type=int, required=True, help="for TensorFlow; 0 leaves that to it")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever else prints, prints into the log
    from cnnviz.training.halves import share_cores

    if options.threads:
        share_cores(options.threads)
    store, images = RunStore(options.home), _Images()
    for line in sys.stdin:
        task, _, run_id = line.strip().partition(" ")
        try:
            _TASKS[task](store.get(run_id), images)
        except CnnvizError as error:
            log.error("the run %s: %s", run_id, error)
        if psutil.Process().memory_info().rss > _LARGEST:
            return  # its end is an answer, too
        with suppress(BrokenPipeError):
            answers.write(READY)
            answers.flush()


class _Images:
    """The images of the last run, kept for the next one with the same."""

    def __init__(self) -> None:
        self._key = ""
        self._kept: Prepared | None = None

    def of(self, run: Run) -> Prepared:
        from cnnviz.training.loading import load_for

        spec = run.spec
        key = f"{spec.data.to_json()} {spec.train.seed}"
        if self._kept is None or key != self._key:
            self._kept = None  # else both are in memory
            self._kept = load_for(spec, run.home)
            self._key = key
        return self._kept


def _train(run: Run, images: _Images) -> None:
    from cnnviz.training.execute import execute, stop_on_signals

    try:
        data = images.of(run)
    except CnnvizError as error:  # the data set was deleted, say
        write_status(run.folder, replace(run.status, state="failed", message=error.sentence, seconds_left=None))
        raise
    if run.state in RESUMABLE:
        with reopened(run) as status:
            write_status(run.folder, replace(status, **process_fields()))
    with stop_on_signals(run):
        execute(run, data)


def _test(run: Run, images: _Images) -> None:
    from cnnviz.training.execute import measure

    measure(run, images.of(run))


def _time(run: Run, images: _Images) -> None:
    """Write how long one image takes: the best of some, since others disturb it and nothing makes it faster."""
    from cnnviz.training.forward import Forward

    forward, image = Forward(run.model()), images.of(run).validation.images[:1]
    forward(image)  # compiles
    times = []
    for _ in range(_TIMED):
        began = time.perf_counter()
        forward(image)
        times.append(time.perf_counter() - began)
    write_json(run.folder / "speed.json", {"milliseconds": round(1000 * min(times), 4)}, within=run.folder)


_TASKS: dict[str, Callable[[Run, _Images], None]] = {"train": _train, "test": _test, "time": _time}


if __name__ == "__main__":
    main()
