"""The tuner, with workers that only write what training would have left."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import optuna
import psutil
import pytest

from cnnviz.errors import SpecError
from cnnviz.runs import Run, RunStore
from cnnviz.runs.processes import process_fields
from cnnviz.spec import RunSpec
from cnnviz.training.queue import enqueue, free_slot
from cnnviz.tuning import START_FROM, Between, Budget, OneOf, Study, StudySpec, StudyStore, Trial, tuner
from cnnviz.tuning import study as study_module
from cnnviz.tuning.choosing import directions
from cnnviz.tuning.decided import Decided
from cnnviz.tuning.tuner import work_on
from tests.runs.folders import make_run
from tests.tuning.made import RATES, Workers, base, by_rate, runs_of, study_spec


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pauses, no waiting for the disk, and the trials in memory: test_study.py has them in their database."""
    storages: dict[str, optuna.storages.InMemoryStorage] = {}

    def opened(spec: StudySpec, folder: Path) -> optuna.Study:
        storage = storages.setdefault(spec.name, optuna.storages.InMemoryStorage())
        return optuna.create_study(
            study_name=spec.name,
            storage=storage,
            sampler=Decided(),
            directions=directions(spec),
            load_if_exists=True,
        )

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    monkeypatch.setattr(study_module, "_open", opened)
    monkeypatch.setattr(tuner, "_LOOK_S", 0.0)
    monkeypatch.setattr(os, "fsync", lambda _: None)


def begin(spec: StudySpec | None = None, trials: int = 6, **budget: Any) -> Study:
    return StudyStore().create(spec or study_spec(), Budget(trials, **budget))


def worked(spec: StudySpec | None = None, workers: Workers | None = None, trials: int = 6, **budget: Any) -> Study:
    """A study that was worked on to its end."""
    study = begin(spec, trials, **budget)
    work_on(study, workers or Workers())
    return study


def told(study: Study) -> list[tuple[Any, ...]]:
    """What must be the same in two studies with one seed: all but the runs' ids and what took how long."""
    return [(one.number, one.state, dict(one.settings), one.values, one.curve) for one in study.trials()]


def states(study: Study) -> list[str]:
    return [trial.state for trial in study.trials()]


def check_runs(study: Study, home: Path) -> None:
    """Each trial has a run of its own, and there is no other."""
    ids = [trial.run_id for trial in study.trials() if trial.run_id]
    assert len(set(ids)) == len(ids)
    assert sorted(ids) == runs_of(home)


def test_trials_are_trained_compared_and_the_best_is_measured_once(home: Path) -> None:
    workers = Workers()
    study = worked(workers=workers)
    assert states(study) == ["complete"] * 6
    assert study.trials()[0].settings == {"learning_rate": 0.001}
    (best,) = study.best()
    assert best.value == max(trial.value or 0 for trial in study.trials())
    assert best.curve == tuple(by_rate(RunStore().get(best.run_id).spec))
    assert [task for task in workers.begun if task[1] == "test"] == [(f"rates {best.number}", "test")]
    assert workers.begun[-1][1] == "test"
    assert workers.most_at_once == 2
    assert workers.closed
    assert (study.state, list(study.tuners())) == ("completed", [])
    check_runs(study, home)
    again = Workers()
    work_on(study, again)
    assert again.begun == []  # all is done, and it was measured


def test_a_trial_is_a_run_with_the_trials_settings_and_never_sees_test_images() -> None:
    study = worked(study_spec(epochs=2, train_images=100), trials=3)
    for trial in study.trials():
        run = RunStore().get(trial.run_id)
        assert run.spec.train.learning_rate == trial.settings["learning_rate"]
        assert (run.spec.train.tests, run.spec.train.epochs, run.spec.data.train_images) == ("never", 2, 100)
        assert (run.spec.name, run.tags) == (f"rates {trial.number}", ("study rates",))
        assert trial.seconds == 0.0
    assert sum(RunStore().get(trial.run_id).evaluation() is not None for trial in study.trials()) == 1


def test_the_same_seed_gives_the_same_study_whatever_ends_first(home: Path) -> None:
    spec = study_spec(seed=5)

    def last_first(names: list[str]) -> list[str]:
        return names[-1:]

    def first_first(names: list[str]) -> list[str]:
        return names[:1]

    found = []
    for number, (places, order) in enumerate([(1, first_first), (4, last_first), (3, first_first)]):
        study = worked(spec.changed(name=f"number-{number}"), Workers(places, order=order), trials=14)
        assert [trial.number for trial in study.trials()] == list(range(14))
        found.append(told(study))
    assert found[0] == found[1] == found[2]
    assert {state for _, state, *_ in found[0]} == {"complete", "pruned"}
    other = worked(spec.changed(name="other", seed=6), Workers(4), trials=14)
    assert told(other) != found[0]


def test_no_more_run_at_once_than_a_trial_is_behind() -> None:
    workers = Workers(places=8)
    worked(study_spec(behind=3), workers, trials=9)
    assert workers.most_at_once == 3


def test_whoever_does_worse_than_others_ends_early() -> None:
    def curve(spec: RunSpec) -> list[float]:
        number = int(spec.name.split()[-1])
        return [0.1] * 4 if number == 7 else [0.2, 0.4, 0.6, 0.8]

    study = worked(study_spec(behind=1), Workers(1, curve), trials=9)
    assert states(study) == ["complete"] * 7 + ["pruned", "complete"]
    pruned = study.trials()[7]
    assert pruned.curve == (0.1, 0.1)  # nobody ends after the first
    assert pruned.problem == "It did worse than others after epoch 2."
    assert RunStore().get(pruned.run_id).state == "stopped"
    assert pruned.values == ()


def test_by_loss_the_least_is_best() -> None:
    study = worked(study_spec(objectives=("loss",)))
    complete = [trial for trial in study.trials() if trial.state == "complete"]
    assert study.best()[0].value == min(trial.value or 9 for trial in complete)
    best = study.best()[0]
    assert best.curve[-1] == pytest.approx(1 - by_rate(RunStore().get(best.run_id).spec)[-1])


def test_of_a_run_that_keeps_its_best_weights_these_count() -> None:
    spec = study_spec(base=base(keep="best"))
    study = worked(spec, Workers(curve=lambda _: [0.2, 0.7, 0.5, 0.4]), trials=1)
    assert study.best()[0].value == 0.7


def test_several_objectives(home: Path) -> None:
    spec = study_spec(
        {"filters": Between(low=8, high=32, step=8, whole=True)},
        objectives=("accuracy", "parameters", "milliseconds"),
        pruner="none",
    )
    workers = Workers(curve=lambda one: [min(0.9, one.model.layers[0].filters / 24)])  # type: ignore[union-attr]
    study = worked(spec, workers, trials=6)
    assert states(study) == ["complete"] * 6
    for trial in study.trials():
        parameters = RunStore().get(trial.run_id).spec.model.parameters
        assert trial.values[1:] == (float(parameters), 0.5)
        assert trial.curve == (trial.values[0],)  # Optuna keeps none
    assert sorted(task for _, task in workers.begun) == ["test"] + ["time"] * 6 + ["train"] * 6
    sizes = [trial.values[1] for trial in study.best()]
    assert sizes == sorted(set(sizes), reverse=True)


def test_a_trial_that_cannot_be_timed_has_failed() -> None:
    class Blind(Workers):
        def begin(self, run: Any, task: Any = "train") -> None:
            super().begin(run, task)
            (run.folder / "speed.json").unlink(missing_ok=True)

    study = worked(study_spec(objectives=("accuracy", "milliseconds"), pruner="none"), Blind(), trials=2)
    assert states(study) == ["failed", "failed"]
    assert study.trials()[0].problem == "How long an image takes could not be measured."
    assert study.best() == ()


# --- what goes wrong -----------------------------------------------------------------------------------------------


def test_failed_and_diverged_trials_are_counted_and_told() -> None:
    workers = Workers(endings={"rates 1": ["failed"], "rates 2": ["diverged"]})
    study = worked(workers=workers)
    assert states(study) == ["complete", "failed", "diverged", *["complete"] * 3]
    assert [trial.problem for trial in study.trials()[1:3]] == ["It is failed.", "It is diverged."]
    assert workers.trained().count("rates 1") == 1
    assert study.state == "completed"


def test_a_run_whose_process_dies_goes_on_in_another_one_but_not_for_ever() -> None:
    workers = Workers(endings={"rates 1": ["gone"], "rates 2": ["gone"] * 9})
    study = worked(workers=workers)
    assert states(study) == ["complete", "complete", "failed", *["complete"] * 3]
    assert workers.trained().count("rates 1") == 2
    assert workers.trained().count("rates 2") == 3
    assert "without saying why" in study.trials()[2].problem


def test_a_run_that_no_process_takes_has_failed_with_a_sentence() -> None:
    class Deaf(Workers):
        def begin(self, run: Any, task: Any = "train") -> None:
            self.begun.append((run.name, task))

    study = worked(workers=Deaf(), trials=1)
    assert states(study) == ["failed"]
    assert study.trials()[0].problem == "Its process ended before it began, 3 times; tuner.log may say why."


def test_somebody_stops_a_trial() -> None:
    workers = Workers()

    def stop_one() -> None:
        for run in RunStore().runs():
            if run.name == "rates 3" and run.history().n_epochs == 1:
                (run.folder / "stop").touch()

    workers.before = stop_one
    study = worked(workers=workers)
    assert states(study) == [*["complete"] * 3, "pruned", *["complete"] * 2]
    assert study.trials()[3].problem == "Somebody stopped it."


def test_settings_that_do_not_go_together_are_passed_over_and_not_counted() -> None:
    space = {"kernel_size": OneOf(values=(3, 20)), "shift": Between(low=0, high=0.3)}
    study = worked(study_spec(space, sampler="random", seed=1), trials=6)
    assert states(study).count("complete") == 6
    passed = [trial for trial in study.trials() if trial.state == "passed over"]
    assert passed
    for trial in passed:
        assert trial.settings["kernel_size"] == 20
        assert (trial.run_id, trial.ended) == ("", False)
        assert "layer 1" in trial.problem
    assert study.state == "completed"


def test_larger_networks_than_allowed_are_passed_over() -> None:
    space = {"filters": Between(low=8, high=32, step=4, whole=True)}
    most = base().model.parameters
    study = worked(study_spec(space, most_parameters=most, seed=2, sampler="random"), trials=4)
    for trial in study.trials():
        assert (trial.state == "complete") == (int(trial.settings["filters"]) <= 16)
    (problem, *_) = [trial.problem for trial in study.trials() if trial.state == "passed over"]
    assert problem.endswith(f"parameters; at most {most:,} are allowed")


def test_a_space_in_which_nothing_goes_together_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tuner, "_MOST_PASSED_OVER", 20)
    workers = Workers()
    study = begin(study_spec(most_parameters=1))
    with pytest.raises(SpecError, match="20 settings in a row do not go together, the last because this network has"):
        work_on(study, workers)
    assert workers.closed
    assert list(study.tuners()) == []


def test_a_grid_ends_with_its_last_combination() -> None:
    space = {"flip": OneOf(values=(False, True)), "optimizer": OneOf(values=("adam", "sgd"))}
    study = worked(study_spec(space, sampler="grid", pruner="none"), trials=50)
    assert len({str(trial.settings) for trial in study.trials()}) == len(study.trials()) == 4
    assert study.state == "completed"


def test_trials_that_begin_with_another_run(home: Path) -> None:
    space = {START_FROM: OneOf(values=("nothing", "20300101-000000-not-there-0000")), "learning_rate": RATES}
    study = worked(study_spec(space, sampler="random"), trials=4)
    assert study.trials()[0].settings[START_FROM] == "nothing"
    for trial in study.trials():
        assert (trial.state == "complete") == (trial.settings[START_FROM] == "nothing")
    assert any("there is no run called '20300101-" in trial.problem for trial in study.trials())


def test_the_best_ones_run_was_deleted() -> None:
    study = worked(trials=3)
    RunStore().delete(study.best()[0].run_id)
    study.budget = Budget(4)
    work_on(study, Workers())
    assert states(study) == ["complete"] * 4
    assert study.state == "completed"


# --- stopping, dying, going on -------------------------------------------------------------------------------------


def stop_after(study: Study, looks: int, workers: Workers) -> Workers:
    """Let somebody ask a study to stop after so many epochs of all runs together."""
    left = [looks]

    def count() -> None:
        left[0] -= 1
        if left[0] == 0:
            (study.folder / "stop").touch()

    workers.before = count
    return workers


@pytest.mark.parametrize("looks", [1, 5, 9, 17])
def test_a_stopped_study_goes_on_as_if_nothing_had_been(looks: int, home: Path) -> None:
    whole = worked(study_spec(seed=3, behind=2), Workers(1), trials=7)
    study = begin(study_spec(name="again", seed=3, behind=2), 7)
    first, second = stop_after(study, looks, Workers()), Workers()
    work_on(study, first)
    assert study.state == "stopped"
    assert all(state in ("complete", "pruned", "running", "waiting") for state in states(study))
    assert "running" in states(study)
    assert not [task for task in first.begun if task[1] == "test"]
    open_ones = [trial.run_id for trial in study.trials() if trial.state == "running"]
    assert {RunStore().get(run_id).state for run_id in open_ones} <= {"stopped", "completed"}
    study.allow()
    assert study.state == "interrupted"
    work_on(study, second)
    assert study.state == "completed"
    assert told(study) == told(whole)
    ids = {trial.run_id for trial in (*whole.trials(), *study.trials())}
    assert sorted(ids) == runs_of(home)


def test_whoever_goes_on_has_no_more_at_once_than_it_has_places_for() -> None:
    study = begin(trials=3)
    work_on(study, stop_after(study, 1, Workers(2)))
    assert states(study) == ["running", "running"]
    study.allow()
    workers = Workers(1)
    work_on(study, workers)
    assert workers.most_at_once == 1
    assert workers.trained() == ["rates 0", "rates 1", "rates 2"]


class Killed(BaseException):
    """Ends a tuner as a signal 9 would, between any two of its steps."""


@pytest.mark.parametrize("looks", [1, 4, 6, 11, 16])
def test_a_killed_tuner_is_followed_by_another(looks: int, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = worked(study_spec(seed=3), Workers(2), trials=8)
    study = begin(study_spec(name="again", seed=3), 8)
    left = [looks]

    def die() -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Killed

    dying = Workers()
    dying.before = die
    monkeypatch.setattr(dying, "close", lambda: None)
    with monkeypatch.context() as patch:
        patch.setattr(tuner.Tuner, "leave", lambda _: None)
        with pytest.raises(Killed):
            work_on(study, dying)
    for path in (study.folder / "tuners").glob("*.json"):  # this process lives; the one that died did not start with it
        path.write_text(path.read_text().replace(f'"pid": {process_fields()["pid"]}', '"pid": 4194304'))
    assert study.state == "interrupted"
    for run_id in list(dying._busy):
        dying._end(RunStore().get(run_id), "gone")
    work_on(study, Workers())
    assert study.state == "completed"
    assert told(study) == told(whole)
    check_only(study, whole, home)


def check_only(study: Study, other: Study, home: Path) -> None:
    ids = [trial.run_id for one in (study, other) for trial in one.trials()]
    assert sorted(ids) == runs_of(home)


@pytest.mark.parametrize("step", ["ask", "set_user_attr", "suggest_float", "create", "describe"])
def test_wherever_a_tuner_dies_while_it_begins_a_trial_no_run_is_lost(
    step: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner: Any = {"ask": optuna.Study, "create": RunStore, "describe": Run}.get(step, optuna.trial.Trial)
    whole = worked(study_spec(seed=3), Workers(2), trials=4)
    study = begin(study_spec(name="again", seed=3), 4)
    before = getattr(owner, step)

    def die(*arguments: Any, **named: Any) -> None:
        before(*arguments, **named)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(owner, step, die)
        with pytest.raises(Killed):
            work_on(study, Workers())
    work_on(study, Workers())
    assert told(study) == told(whole)
    check_only(study, whole, home)


def test_a_trial_that_was_to_end_early_is_not_trained_again_when_it_is_taken_over(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def curve(spec: RunSpec) -> list[float]:
        return [0.1] * 4 if spec.name == "rates 5" else [0.2, 0.4, 0.6, 0.8]

    study = begin(study_spec(behind=1))
    stopped = tuner._Work._end

    def die(self: Any, number: int, *arguments: Any, **named: Any) -> None:
        if number == 5:
            raise Killed
        stopped(self, number, *arguments, **named)

    with monkeypatch.context() as patch:
        patch.setattr(tuner._Work, "_end", die)
        with pytest.raises(Killed):
            work_on(study, Workers(1, curve))
    workers = Workers(1, curve)
    work_on(study, workers)
    assert workers.trained() == []
    trial = study.trials()[5]
    assert (trial.state, trial.curve, trial.problem) == (
        "pruned",
        (0.1, 0.1),
        "It did worse than others after epoch 2.",
    )


def test_trials_left_behind_are_taken_up_also_where_the_machine_is_busy_at_first(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = begin(trials=2)
    work_on(study, stop_after(study, 1, Workers()))
    study.allow()
    assert states(study) == ["running", "running"]
    place = free_slot(RunStore(), give_up=lambda: True)
    assert place is not None
    monkeypatch.setattr(tuner, "_SAY_S", 0.0)
    workers = Workers()
    work_on(study, workers, lambda _: place.release())
    assert states(study) == ["complete", "complete"]
    assert sorted(workers.trained()) == ["rates 0", "rates 1"]


def test_more_trials_later_are_those_that_would_have_come(home: Path) -> None:
    whole = worked(study_spec(seed=7), trials=9)
    study = worked(study_spec(name="again", seed=7), trials=4)
    first_best = study.best()[0]
    study.budget = Budget(9)
    assert study.state == "interrupted"
    work_on(study, Workers())
    assert told(study) == told(whole)
    assert RunStore().get(first_best.run_id).evaluation() is not None


@pytest.fixture
def other_process() -> Iterator[int]:
    """A process that lives, in whose name a second tuner works."""
    sleeper = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    yield sleeper.pid
    sleeper.communicate()


def test_two_tuners_do_not_take_one_trial_twice(home: Path, other_process: int) -> None:
    study, workers = begin(trials=9), (Workers(), Workers())
    mine = tuner._Work(study, workers[0], lambda _: None)
    theirs = tuner._Work(StudyStore().get("rates"), workers[1], lambda _: None)
    started = psutil.Process(other_process).create_time()
    others = {**process_fields(), "pid": other_process, "process_started": started, "process_since_boot": None}
    theirs.me = tuner.Tuner(theirs.study, others)
    for one in (mine, theirs):
        one._has_place = lambda: True  # type: ignore[method-assign]
        one._say()
    assert len(list(study.tuners())) == 2
    while mine.open or theirs.open or mine._may_begin():
        for one in (mine, theirs):
            one._look()
            one._fill()
        assert not mine.open.keys() & theirs.open.keys()
    trained = [*workers[0].trained(), *workers[1].trained()]
    assert sorted(trained) == [f"rates {number}" for number in range(9)]
    assert all(one.trained() for one in workers)
    assert told(study) == told(worked(study_spec(name="alone"), Workers(1), trials=9))
    mine._wind_up()  # measures the best; the other one finds that done
    theirs._wind_up()
    assert [name for one in workers for name, task in one.begun if task == "test"] == [
        f"rates {study.best()[0].number}"
    ]


def test_the_best_is_not_measured_while_another_tuner_trains(other_process: int) -> None:
    study, workers = begin(trials=2), Workers()
    started = psutil.Process(other_process).create_time()
    others = {**process_fields(), "pid": other_process, "process_started": started, "process_since_boot": None}
    tuner.Tuner(study, others).say()
    trial = study.optuna.ask()
    trial.set_user_attr("tuner", f"{others['host']}-{other_process}")
    work_on(study, workers)
    assert workers.begun == [("rates 1", "train")]
    assert states(study) == ["waiting", "complete"]
    assert study.state == "running"


# --- time ----------------------------------------------------------------------------------------------------------


def after(monkeypatch: pytest.MonkeyPatch, looks: int, workers: Workers) -> Workers:
    """Let the time of a study be up after so many epochs of all runs together."""
    left = [looks]
    over = tuner._Work._spent_s

    def count() -> None:
        left[0] -= 1

    monkeypatch.setattr(tuner._Work, "_spent_s", property(lambda self: 999.0 if left[0] <= 0 else over.fget(self)))  # type: ignore[attr-defined]
    workers.before = count
    return workers


def test_when_the_time_is_up_open_trials_end_and_the_best_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    workers = after(monkeypatch, 14, Workers(places=3))
    study = worked(study_spec(behind=3), workers, trials=50, seconds=60)
    assert study.state == "completed"
    assert study.spent == 999
    ended = [trial for trial in study.trials() if trial.problem]
    assert ended
    assert {(trial.state, trial.problem) for trial in ended} == {("pruned", "The time of the study was up.")}
    assert "running" not in states(study)
    assert workers.begun[-1] == (f"rates {study.best()[0].number}", "test")


def test_a_trial_that_waits_when_the_time_is_up_keeps_nobody_from_measuring(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow_first(names: list[str]) -> list[str]:
        return names[-1:]

    workers = after(monkeypatch, 12, Workers(places=4, order=slow_first))
    study = worked(workers=workers, trials=50, seconds=60)
    assert states(study)[-1] == "waiting"
    assert study.state == "completed"
    assert workers.begun[-1] == (f"rates {study.best()[0].number}", "test")


def test_a_complete_trial_is_still_timed_when_the_time_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    class Finishing(Workers):
        """Is done before it hears of the request to stop."""

        def _go_on(self, run: Run) -> None:
            (run.folder / "stop").unlink(missing_ok=True)
            super()._go_on(run)

    workers = after(monkeypatch, 3, Finishing(places=1))
    spec = study_spec(objectives=("accuracy", "milliseconds"), pruner="none")
    study = worked(spec, workers, trials=50, seconds=60)
    assert states(study) == ["complete"]
    assert study.best()[0].values[1] == 0.5
    assert [task for _, task in workers.begun] == ["train", "time", "test"]


def test_time_counts_on_after_a_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    study = begin(trials=3)
    study.spent = 100.0
    work_on(study, Workers())
    assert 100.0 <= study.spent < 130
    study.budget = replace(study.budget, trials=9, seconds=60)
    workers = Workers()
    work_on(study, workers)
    assert workers.begun == []
    assert study.state == "completed"


def test_a_run_that_somebody_waits_for_goes_first(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tuner, "_SAY_S", 0.0)
    workers, store = Workers(), RunStore()
    waiting = make_run(home)
    seen: list[Trial] = []

    def queue_one() -> None:
        if len(workers.trained()) == 2 and not seen:
            enqueue(store, waiting)
            seen.append(Trial(0, "waiting", {}))

    def take_it(study: Study) -> None:
        if seen and not workers._busy and (store.queue / waiting.id).exists():
            assert len(workers.trained()) == 2  # nothing more was begun
            place = free_slot(store, give_up=lambda: True)
            if place is not None:  # the search has left it
                (store.queue / waiting.id).unlink()
                place.release()

    workers.before = queue_one
    study = begin(trials=5)
    work_on(study, workers, take_it)
    assert states(study) == ["complete"] * 5
    assert not list(store.queue.iterdir())
