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
from collections.abc import Sequence
from contextlib import suppress

import psutil

from cnnviz.errors import CnnvizError
from cnnviz.runs import RunStore
from cnnviz.training.tasks import TASKS, Images

__all__ = ["READY", "main"]

READY = "ready\n"

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
    store, images = RunStore(options.home), Images()
    for line in sys.stdin:
        task, _, run_id = line.strip().partition(" ")
        try:
            TASKS[task](store.get(run_id), images)  # type: ignore[index]
        except CnnvizError as error:
            log.error("the run %s: %s", run_id, error)
        if psutil.Process().memory_info().rss > _LARGEST:
            return  # its end is an answer, too
        with suppress(BrokenPipeError):
            answers.write(READY)
            answers.flush()


if __name__ == "__main__":
    main()
