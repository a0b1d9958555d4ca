"""Studies and trials made by hand, and workers that train nothing."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from optuna.trial import FrozenTrial, TrialState, create_trial

from cnnviz.runs import EventLog, Run, Status, process_fields, write_status
from cnnviz.spec import DataSpec, RunSpec, preset
from cnnviz.training.tasks import Task
from cnnviz.tuning import Between, OneOf, Range, StudySpec, Value
from cnnviz.tuning.choosing import distributions

RATES = Between(low=1e-4, high=1e-1, log=True)


def base(**train: Any) -> RunSpec:
    """The smallest training that there is."""
    small = preset("one-conv")
    return small.changed(
        data=DataSpec(name="digits", train_images=200, validation=0.2),
        train=small.train.changed(**{"epochs": 4, **train}),
    )


def study_spec(space: Mapping[str, Range] | None = None, **values: Any) -> StudySpec:
    """A study of the learning rate, unless something else is said."""
    return StudySpec(**{"name": "rates", "base": base(), "space": dict(space or {"learning_rate": RATES}), **values})


def frozen(
    spec: StudySpec,
    number: int,
    settings: Mapping[str, Value],
    *values: float,
    curve: Sequence[float] = (),
    state: TrialState = TrialState.COMPLETE,
) -> FrozenTrial:
    """An ended trial as Optuna has it."""
    trial = create_trial(
        state=state,
        values=values or None,
        params=dict(settings),
        distributions=distributions(spec),
        intermediate_values=dict(enumerate(curve, 1)),
    )
    trial.number = number
    return trial


Curve = Callable[[RunSpec], Sequence[float]]


def by_rate(spec: RunSpec) -> list[float]:
    """Validation accuracies after each epoch: the nearer the rate is to 0.01, the better; all rise."""
    rate = spec.train.learning_rate
    best = max(0.0, 1 - abs(rate - 0.01) * (10 if rate > 0.01 else 100))
    return [round(0.9 * best * epoch / spec.train.epochs, 6) for epoch in range(1, spec.train.epochs + 1)]


class Workers:
    """Writes what a worker would have left, an epoch at each look.

    Args:
        places: how many runs at once.
        curve: the validation accuracies of a run.
        endings: the states in which runs end that do not complete, by their name; "gone" dies without a word.
        order: which of the runs goes on; None for all of them.
    """

    def __init__(
        self,
        places: int = 2,
        curve: Curve = by_rate,
        endings: Mapping[str, Sequence[str]] | None = None,
        order: Callable[[list[str]], Sequence[str]] = lambda names: names,
    ) -> None:
        self.places, self.curve, self.order = places, curve, order
        self.endings = {name: list(states) for name, states in (endings or {}).items()}
        self.here = True
        self.begun: list[tuple[str, Task]] = []
        self.closed = False
        self.most_at_once = 0
        self.before: Callable[[], None] = lambda: None
        self._busy: dict[str, Run] = {}

    def begin(self, run: Run, task: Task = "train") -> None:
        self.begun.append((run.name, task))
        assert run.id not in self._busy
        if task == "time":
            (run.folder / "speed.json").write_text('{"milliseconds": 0.5}')
        elif task == "test":
            (run.folder / "evaluation.json").write_text('{"n_test": 9, "n_mistakes": 3, "accuracy": 0.6, "loss": 1.0}')
        else:
            (run.folder / "stop").unlink(missing_ok=True)
            self._busy[run.id] = run
            assert len(self._busy) <= self.places
            self.most_at_once = max(self.most_at_once, len(self._busy))
            self._say(run, "running")

    def has(self, run_id: str) -> bool:
        if run_id in self._busy:
            run = self._busy[run_id]
            going = self.order(sorted(one.name for one in self._busy.values()))
            if run.name in going or (run.folder / "stop").exists():
                self._go_on(run)
        return run_id in self._busy

    def close(self) -> None:
        assert not self._busy, "runs were left running"
        self.closed = True

    def trained(self) -> list[str]:
        """The names of the runs that were trained, in the order in which they were begun."""
        return [name for name, task in self.begun if task == "train"]

    def _go_on(self, run: Run) -> None:
        self.before()
        curve, done = self.curve(run.spec), run.history().n_epochs
        endings = self.endings.get(run.name, [])
        if (run.folder / "stop").exists():
            self._end(run, "stopped")
        elif endings and done:
            self._end(run, endings.pop(0))
        else:
            if done < len(curve):
                epoch(run, done + 1, curve[done])
            if done + 1 >= len(curve):
                self._end(run, "completed")

    def _end(self, run: Run, state: str) -> None:
        del self._busy[run.id]
        if state == "gone":
            dead = {**process_fields(), "process_started": 0.0, "process_since_boot": None}
            write_status(run.folder, Status("running", epochs=4, **dead))
        else:
            self._say(run, state, f"It is {state}." if state in ("failed", "diverged") else "")

    @staticmethod
    def _say(run: Run, state: str, message: str = "") -> None:
        write_status(run.folder, Status(state, epochs=4, message=message, **process_fields()))  # type: ignore[arg-type]


def epoch(run: Run, number: int, accuracy: float) -> None:
    """Write down an epoch as a worker does."""
    log = EventLog(run.folder / "events.jsonl")
    values = {"loss": 1 / number, "accuracy": accuracy, "val_loss": 1 - accuracy, "val_accuracy": accuracy}
    log.append("epoch", epoch=number, **values, learning_rate=0.1, seconds=float(number))
    log.close()


def runs_of(home: Path) -> list[str]:
    """The folders of runs in a home."""
    return sorted(path.name for path in (home / "runs").glob("[0-9]*"))


CHOICE = OneOf(values=("adam", "sgd"))
