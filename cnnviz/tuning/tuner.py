"""The tuner: chooses trials, has them trained beside each other, compares, prunes, and measures the best.

It holds nothing that is not in the study's folder and in the runs' folders. A tuner that is killed is followed by
another, which takes over the trials that nobody works on and goes on with their runs from their checkpoints.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace

from filelock import FileLock
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import FrozenTrial, Trial, TrialState

from cnnviz.errors import CnnvizError, RunError, SpecError, StorageError
from cnnviz.files import read_json
from cnnviz.runs import Run, RunStore, Status, process_fields, read_class_names, write_status
from cnnviz.runs.beginning import beginning_with
from cnnviz.spec import RunSpec
from cnnviz.training.queue import free_slot, somebody_waits
from cnnviz.training.reopen import RESUMABLE, reopened
from cnnviz.tuning.choosing import distributions, goes_on, next_values
from cnnviz.tuning.decided import Decided
from cnnviz.tuning.ranges import Value
from cnnviz.tuning.records import CURVE, OUTCOME, PROBLEM, RUN, SECONDS
from cnnviz.tuning.settings import changed
from cnnviz.tuning.study import Study, Tuner, database_errors
from cnnviz.tuning.study_spec import NOTHING, START_FROM
from cnnviz.tuning.workers import Workers

__all__ = ["work_on"]

_LOOK_S = 0.1
_SAY_S = 1.0
_MOST_ATTEMPTS = 3  # of a run whose process ends without a word
_MOST_PASSED_OVER = 500  # of settings in a row that do not go together; then the space is at fault

_NEVER_BEGUN = f"Its process ended before it began, {_MOST_ATTEMPTS} times; tuner.log may say why."

_TUNER = "tuner"  # whose trial it is

OnChange = Callable[[Study], None]


def work_on(study: Study, workers: Workers, on_change: OnChange | None = None) -> None:
    """Work on a study until its budget is spent or somebody asks it to stop; then measure the best on the test images.

    Args:
        study: which.
        workers: who trains.
        on_change: called whenever a trial has begun, gone on or ended, and about every second.

    Raises:
        StudyError: its storage cannot be reached.
        SpecError: nothing of what is searched goes together.
        StorageError: the home cannot be written.
    """
    with database_errors(study.spec):
        _Work(study, workers, on_change or (lambda _: None)).to_end()


@dataclass(eq=False)
class _Open:
    """A trial that this process works on.

    Attributes:
        trial: as Optuna writes to it.
        run: its run; None while it waits for others to end.
        curve: the first objective after each epoch that was looked at.
        reported: how many of these are in the database.
        verdict: why it was asked to end early; empty where it was not.
        attempts: how often its run was begun here.
        timing: whether it is trained and only timed.
    """

    trial: Trial
    run: Run | None = None
    curve: list[float] = field(default_factory=list)
    reported: int = 0
    verdict: str = ""
    attempts: int = 0
    timing: bool = False


class _Work:
    """One process's work on a study."""

    def __init__(self, study: Study, workers: Workers, on_change: OnChange) -> None:
        self.study, self.spec, self.workers, self.on_change = study, study.spec, workers, on_change
        self.store = RunStore(study.home)
        self.me = Tuner(study)
        self.open: dict[int, _Open] = {}
        self.place: FileLock | None = None
        self._began = time.monotonic()
        self._spent = study.spent
        self._said = 0.0
        self._waits = False  # for a place to train, which somebody else has

    def to_end(self) -> None:
        self._say()
        try:
            while not self._stopping():
                self._look()
                self._fill()
                self._pause()
                if self._over or not (self.open or self._may_begin() or self._abandoned()):
                    break
            self._wind_up()
        finally:
            with suppress(StorageError):  # full, or deleted meanwhile: the rest has to be given back all the same
                self._keep_time()
            self._leave_place()
            self.workers.close()
            self.me.leave()
            with suppress(CnnvizError):
                self.on_change(self.study)

    # --- beginning trials ------------------------------------------------------------------------------------------

    def _fill(self) -> None:
        """Begin trials while there are places for them."""
        self._give_way()
        for number, one in sorted(self.open.items()):
            if one.run is None and self._has_place():
                self._choose(number, one)
        while len(self.open) < self.workers.places and self._has_place():
            taken = self._take_over()
            if taken is None:
                taken = self._new()
            if taken is None:
                return
            self._choose(taken, self.open[taken])

    def _may_begin(self) -> bool:
        trials = self.study.trials()
        passed = 0
        for trial in reversed(trials):
            if trial.state != "passed over":
                break
            passed += 1
        if passed >= _MOST_PASSED_OVER:
            raise SpecError(
                f"{passed} settings in a row do not go together, the last because {trials[-1].problem}; try others"
            )
        if self._over:
            return False
        if self.spec.sampler == "grid" and len(trials) >= self.spec.whole_grid:
            return False
        return sum(trial.state != "passed over" for trial in trials) < self.study.budget.trials

    def _new(self) -> int | None:
        """Take the next number, if the budget has one left."""
        with self.study.alone():
            if not self._may_begin():
                return None
            trial = self.study.optuna.ask()
            trial.set_user_attr(_TUNER, self.me.name)
        self.open[trial.number] = _Open(trial)
        return trial.number

    def _take_over(self) -> int | None:
        """Take a trial that a process left when it ended."""
        with self.study.alone():
            for frozen in self._abandoned():
                trial = Trial(self.study.optuna, frozen._trial_id)  # Optuna tells ids in no other way
                trial.set_user_attr(_TUNER, self.me.name)
                self.open[frozen.number] = _Open(trial, reported=len(frozen.intermediate_values))
                return frozen.number
        return None

    def _abandoned(self) -> list[FrozenTrial]:
        """The trials that have not ended and that nobody works on."""
        return [one for one in self._unended() if one.number not in self.open and not self._is_others(one)]

    def _unended(self) -> list[FrozenTrial]:
        return [frozen for frozen in self.study.frozen() if frozen.state == TrialState.RUNNING]

    def _is_others(self, frozen: FrozenTrial) -> bool:
        return self.me.is_other(frozen.user_attrs.get(_TUNER))

    def _choose(self, number: int, one: _Open) -> None:
        """Give a trial its values and its run, once all that decides them has ended."""
        earlier = self._earlier(number)
        if earlier is None:
            return
        values = next_values(self.spec, number, earlier)
        sampler = self.study.optuna.sampler
        assert isinstance(sampler, Decided)
        sampler.values[number] = values
        for name, distribution in distributions(self.spec).items():
            _write_down(one.trial, name, distribution)
        try:
            spec = self._settings(number, values)
        except CnnvizError as error:
            self._end(number, TrialState.PRUNED, outcome="passed over", problem=str(error))
            return
        run_id = one.trial.user_attrs.get(RUN) or self.store.new_id(spec)
        one.trial.set_user_attr(RUN, run_id)  # before there is a run: one that nobody knows of would be lost
        try:
            one.run = self.store.get(run_id)
        except RunError:
            waiting = Status("queued", epochs=spec.train.epochs, **process_fields())
            one.run = self.store.create(spec, waiting, run_id)
            with suppress(CnnvizError):
                one.run.describe(tags=(f"study {self.study.name}"[:30],))
        else:
            self._follow(number, one, one.run)  # it may have been told to end already
        if not one.verdict and one.run.state not in ("completed", "diverged", "running", "stopping"):
            self._begin(one)
        self.on_change(self.study)

    def _earlier(self, number: int) -> list[FrozenTrial] | None:
        """The trials that decide what this one has; None while one of them has not ended."""
        frozen = self.study.frozen()[: max(0, number + 1 - self.spec.behind)]
        return frozen if all(trial.state.is_finished() for trial in frozen) else None

    def _settings(self, number: int, values: dict[str, Value]) -> RunSpec:
        spec = self.spec.trial_base
        begin = values.get(START_FROM, NOTHING)
        if begin != NOTHING:
            run = self.store.get(str(begin))
            spec = beginning_with(run, spec, spec.data.classes or read_class_names(run.folder))
        own = {name: value for name, value in values.items() if name != START_FROM}
        spec = changed(spec, own).changed(name=f"{self.study.name} {number}"[:80])
        most = self.spec.most_parameters
        if most is not None and spec.model.parameters > most:
            raise SpecError(f"this network has {spec.model.parameters:,} parameters; at most {most:,} are allowed")
        return spec

    def _begin(self, one: _Open) -> None:
        assert one.run is not None
        one.attempts += 1
        if one.run.state in RESUMABLE:  # whose worker may die before it says so: then it was not stopped once more
            with suppress(RunError), reopened(one.run) as status:
                write_status(one.run.folder, replace(status, **process_fields()))
        self.workers.begin(one.run)

    # --- looking at them -------------------------------------------------------------------------------------------

    def _look(self) -> None:
        """See how far the open trials are."""
        for number, one in list(self.open.items()):
            if one.run is not None:
                self._look_at(number, one, one.run)

    def _look_at(self, number: int, one: _Open, run: Run) -> None:
        busy = self.workers.has(run.id)  # before its files are read: what it wrote last is then in them
        self._follow(number, one, run)
        if busy:
            return
        state = run.state
        if not run.folder.is_dir():
            self._end(number, TrialState.FAIL, problem="Its run was deleted.")
        elif state in ("running", "stopping"):  # trained by a process of an earlier tuner, which goes on to its end
            return
        elif one.verdict:
            self._end(number, TrialState.PRUNED, outcome="pruned", problem=one.verdict)
        elif state == "completed":
            try:
                self._complete(number, one, run)
            except RunError as error:  # its files are damaged
                self._end(number, TrialState.FAIL, problem=error.sentence)
        elif state == "diverged":
            self._end(number, TrialState.PRUNED, outcome="diverged", problem=run.status.message)
        elif state == "stopped" and not self._stopping():
            self._end(number, TrialState.PRUNED, outcome="pruned", problem="Somebody stopped it.")
        elif state == "failed" or one.attempts >= _MOST_ATTEMPTS:
            self._end(number, TrialState.FAIL, problem=run.status.message or _NEVER_BEGUN)
        elif not self._stopping():
            self._begin(one)

    def _follow(self, number: int, one: _Open, run: Run) -> None:
        """Take in the epochs that ended, and ask it to end where it does worse than others."""
        columns = run.history().epochs
        values = columns.get("val_accuracy" if self.spec.objectives[0] != "loss" else "val_loss", [])
        new = values[len(one.curve) :]
        for value in new:
            if one.verdict:
                return
            one.curve.append(value)
            if len(one.curve) > one.reported:
                if self.spec.several:  # Optuna keeps curves of one objective alone
                    one.trial.set_user_attr(CURVE, one.curve)
                else:
                    one.trial.report(value, len(one.curve))
                one.reported = len(one.curve)
            earlier = self._earlier(number) or []
            if not self.spec.several and not goes_on(self.spec, number, one.curve, earlier):
                one.verdict = f"It did worse than others after epoch {len(one.curve)}."
                with suppress(RunError):  # it has just ended
                    run.request_stop()
        if new:
            self.on_change(self.study)

    def _complete(self, number: int, one: _Open, run: Run) -> None:
        if "milliseconds" in self.spec.objectives and not (run.folder / "speed.json").exists():
            if one.timing:
                self._end(number, TrialState.FAIL, problem="How long an image takes could not be measured.")
                return
            one.timing = True
            self.workers.begin(run, "time")
            return
        values = [_objective(objective, run) for objective in self.spec.objectives]
        if any(value is None for value in values):
            self._end(number, TrialState.FAIL, problem="It left no validation accuracy.")
        else:
            self._end(number, TrialState.COMPLETE, values=[float(value) for value in values if value is not None])

    def _end(
        self, number: int, state: TrialState, *, values: list[float] | None = None, outcome: str = "", problem: str = ""
    ) -> None:
        one = self.open.pop(number)
        for name, said in ((OUTCOME, outcome), (PROBLEM, problem)):
            if said:
                one.trial.set_user_attr(name, said)
        if one.run is not None:
            one.trial.set_user_attr(SECONDS, (one.run.history().batches.get("seconds") or [0.0])[-1])
        self.study.optuna.tell(one.trial, values, state=state)
        self.on_change(self.study)

    # --- stopping, making way, ending ------------------------------------------------------------------------------

    def _stopping(self) -> bool:
        return (self.study.folder / "stop").exists()

    def _wind_up(self) -> None:
        """End what still runs, then measure the best where the study is done."""
        for one in self.open.values():
            if one.run is not None:
                with suppress(RunError):
                    one.run.request_stop()
        while any(one.run is not None and self.workers.has(one.run.id) for one in self.open.values()):
            self._pause()
        for number, one in list(self.open.items()):
            if one.run is not None and one.run.state == "completed":
                self._look_at(number, one, one.run)
                while number in self.open:  # it is being timed
                    self._pause()
                    self._look_at(number, one, one.run)
            elif self._over and not self._stopping() and one.run is not None:
                self._end(number, TrialState.PRUNED, outcome="pruned", problem="The time of the study was up.")
        if self._stopping() or any(map(self._is_others, self._unended())):
            return  # they measure the best at their end
        for trial in self.study.best()[:1]:
            with suppress(RunError):  # it was deleted
                self._test(self.store.get(trial.run_id))

    def _test(self, run: Run) -> None:
        """Measure the best on the test images, once."""
        if run.evaluation() is not None:
            return
        self.workers.begin(run, "test")
        while self.workers.has(run.id):
            self._pause()

    def _has_place(self) -> bool:
        """Whether this machine's place to train is ours, or becomes ours now; a cluster has its own."""
        if not self.workers.here:
            return True
        if self.place is None and not somebody_waits(self.store):
            self.place = free_slot(self.store, give_up=lambda: True)
        self._waits = self.place is None
        return self.place is not None and not somebody_waits(self.store)

    def _give_way(self) -> None:
        """Leave the machine to a run that somebody waits for, as soon as the open trials have ended."""
        busy = any(one.run is not None for one in self.open.values())
        if self.place is not None and not busy and somebody_waits(self.store):
            self._leave_place()

    def _leave_place(self) -> None:
        if self.place is not None:
            self.place.release()
            self.place = None

    @property
    def _over(self) -> bool:
        """Whether the time of the study is up."""
        return self._spent_s >= (self.study.budget.seconds or float("inf"))

    @property
    def _spent_s(self) -> float:
        return self._spent + time.monotonic() - self._began

    def _pause(self) -> None:
        """Wait a moment; now and then say that this process lives."""
        if time.monotonic() - self._said > _SAY_S:
            self._say()
            self.on_change(self.study)
        time.sleep(_LOOK_S)

    def _say(self) -> None:
        self._said = time.monotonic()
        self.me.say(waits=self._waits)
        self._keep_time()

    def _keep_time(self) -> None:
        self.study.spent = self._spent_s


def _write_down(trial: Trial, name: str, tried: BaseDistribution) -> None:
    """Let a trial take the value that was decided for it; one that has it already keeps it."""
    if isinstance(tried, IntDistribution):
        trial.suggest_int(name, tried.low, tried.high, step=tried.step, log=tried.log)
    elif isinstance(tried, FloatDistribution):
        trial.suggest_float(name, tried.low, tried.high, step=tried.step, log=tried.log)
    elif isinstance(tried, CategoricalDistribution):
        trial.suggest_categorical(name, tried.choices)


def _objective(objective: str, run: Run) -> float | None:
    if objective == "parameters":
        return float(run.spec.model.parameters)
    if objective == "milliseconds":
        return (read_json(run.folder / "speed.json") or {}).get("milliseconds")
    losses, accuracies = (run.history().epochs.get(name, []) for name in ("val_loss", "val_accuracy"))
    if not losses:
        return None
    kept = losses.index(min(losses)) if run.spec.train.keep == "best" else -1
    return (losses if objective == "loss" else accuracies)[kept]
