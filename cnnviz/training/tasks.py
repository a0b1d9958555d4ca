"""What a process that trains is told to do with a run: train it, measure it on the test images, time it."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from cnnviz.data import Prepared
from cnnviz.errors import CnnvizError
from cnnviz.files import write_json
from cnnviz.runs import Run, process_fields, write_status
from cnnviz.training.reopen import RESUMABLE, reopened
from cnnviz.training.stopping import stop_on_signals

__all__ = ["TASKS", "Images", "Task"]

Task = Literal["train", "test", "time"]

_TIMED = 50


class Images:
    """The images of the last run, kept for the next one with the same."""

    def __init__(self) -> None:
        self._key = ""
        self._kept: Prepared | None = None

    def of(self, run: Run) -> Prepared:
        """Return a run's images.

        Raises:
            SpecError: the network does not fit the data, or one step of it not the memory.
            DataError: the data set does not exist or cannot be had.
        """
        from cnnviz.training.loading import load_for

        spec = run.spec
        key = f"{spec.data.to_json()} {spec.train.seed}"
        if self._kept is None or key != self._key:
            self._kept = None  # else both are in memory
            self._kept = load_for(spec, run.home)
            self._key = key
        return self._kept


def _train(run: Run, images: Images) -> None:
    from cnnviz.training.execute import execute

    try:
        data = images.of(run)
    except CnnvizError as error:  # the data set was deleted, say
        write_status(run.folder, replace(run.status, state="failed", message=error.sentence, seconds_left=None))
        raise
    if run.state in RESUMABLE:
        with reopened(run) as status:
            write_status(run.folder, replace(status, **process_fields()))
    with stop_on_signals(run.folder):
        execute(run, data)


def _test(run: Run, images: Images) -> None:
    from cnnviz.training.execute import measure

    measure(run, images.of(run))


def _time(run: Run, images: Images) -> None:
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


TASKS: dict[Task, Callable[[Run, Images], None]] = {"train": _train, "test": _test, "time": _time}
