"""What is killed, deleted or filled up beside a search: a sentence, nothing lost, and the search goes on."""

import os
import shutil
import threading
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from cnnviz.cli.entry import main as cnnviz
from cnnviz.errors import SpecError, StorageError, StudyError
from cnnviz.runs import RunStore
from cnnviz.tuning import Between, Budget, OneOf, Study, StudyStore, range_of, searching, tuner
from cnnviz.tuning.choosing import distributions
from cnnviz.tuning.tuner import work_on
from tests.tuning.made import Workers, study_spec


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tuner, "_LOOK_S", 0.0)
    monkeypatch.setattr(os, "fsync", lambda _: None)


def begun(trials: int = 2) -> Study:
    return StudyStore().create(study_spec(), Budget(trials))


def test_a_run_that_is_deleted_while_it_trains_has_failed_and_the_search_goes_on(home: Path) -> None:
    study, workers = begun(3), Workers()

    def delete() -> None:
        for folder in (home / "runs").glob("*-rates-0-*"):
            if workers.trained()[0] == "rates 0" and not folder.name.startswith("."):
                del workers._busy[folder.name]
                shutil.rmtree(folder)
                raise _Gone

    def go_on(run: object) -> None:
        try:
            original(run)  # type: ignore[arg-type]
        except _Gone:
            return

    original = workers._go_on
    workers._go_on = go_on  # type: ignore[method-assign, assignment]
    workers.before = delete
    work_on(study, workers)
    first, *others = study.trials()
    assert (first.state, first.problem) == ("failed", "Its run was deleted.")
    assert [trial.state for trial in others] == ["complete"] * 2


class _Gone(Exception):  # noqa: N818 - no error
    """The run is gone."""


def test_a_stopped_trial_whose_worker_dies_at_once_is_not_taken_for_stopped_again() -> None:
    study, workers = begun(1), Workers()
    workers.before = lambda: (study.folder / "stop").touch()
    work_on(study, workers)
    [trial] = study.trials()
    run = RunStore(study.home).get(trial.run_id)
    assert (trial.state, run.state) == ("running", "stopped")
    study.allow()
    again = Workers()
    begin, deaths = again.begin, [1]

    def dying(run: object, task: object = "train") -> None:
        if deaths:
            deaths.pop()
        else:
            begin(run, task)  # type: ignore[arg-type]

    again.begin = dying  # type: ignore[method-assign, assignment]
    work_on(study, again)
    assert [trial.state for trial in study.trials()] == ["complete"]


def test_a_study_that_is_deleted_while_it_runs_ends_with_a_sentence_and_does_not_come_back(home: Path) -> None:
    study, workers = begun(), Workers()
    workers.close = lambda: None  # type: ignore[method-assign]
    workers.before = lambda: shutil.rmtree(study.folder, ignore_errors=True)
    with pytest.raises((StudyError, StorageError)):
        work_on(study, workers)
    assert list((home / "studies").iterdir()) == []
    assert StudyStore().free_name("rates") == "rates-1"


def test_a_full_disk_or_a_database_that_refuses_ends_it_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    study = begun()

    def refuse(*_: object, **__: object) -> None:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    monkeypatch.setattr(study.optuna, "ask", refuse)
    workers = Workers()
    with pytest.raises(StudyError, match=r"trials.db of the study rates cannot be used .*disk is full"):
        work_on(study, workers)
    assert workers.closed
    assert list(study.tuners()) == []


def test_why_a_process_could_not_go_on_is_kept_until_it_does(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = begun()

    def refuse(*_: object) -> None:
        raise StorageError("the disk is full; free some space and try again")

    monkeypatch.setattr(searching, "search", refuse)
    with pytest.raises(SystemExit):
        searching.main(["--home", str(home), "--study", "rates"])
    assert study.problem == "The disk is full; free some space and try again."
    study.allow()
    assert study.problem == ""


def test_a_stop_between_the_start_and_the_first_step_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    study, workers = begun(), Workers()
    monkeypatch.setattr(searching, "LocalWorkers", lambda *_: workers)
    (study.folder / "stop").touch()  # as the button does while the process still imports
    searching.search(study)
    assert (workers.trained(), study.state) == ([], "stopped")


def test_two_who_begin_at_once_get_one_study(home: Path) -> None:
    heard: list[str] = []

    def create() -> None:
        try:
            heard.append(StudyStore().create(study_spec(), Budget(1)).name)
        except StudyError as error:
            heard.append(str(error))

    threads = [threading.Thread(target=create) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.startswith("there is a study called rates already") for one in heard) == [False, True, True]
    assert [path.name for path in (home / "studies").iterdir()] == ["rates"]


def test_what_is_half_made_or_renamed_is_no_study(home: Path) -> None:
    study = begun()
    for name in (".new-rates-1", "rates copy"):
        shutil.copytree(study.folder, home / "studies" / name)
    assert set(StudyStore().names()) == {"rates", "rates copy"}
    with pytest.raises(StudyError, match="holds the study rates"):
        StudyStore().get("rates copy")


def test_whoever_only_looks_writes_nothing() -> None:
    study = begun()
    work_on(study, Workers())
    before = (study.folder / "trials.db").read_bytes()
    (study.folder / "trials.db").chmod(0o444)
    assert len(Study(study.folder).trials()) == 2
    assert (study.folder / "trials.db").read_bytes() == before


@pytest.mark.parametrize("text", ['{"trials": 2.5}', '{"trials": true}', '{"trials": 2, "beside": 1.5}', "", "[]"])
def test_a_damaged_budget_is_given_anew(text: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "LocalWorkers", lambda *_: Workers())
    study = begun()
    (study.folder / "budget.json").write_text(text)
    with pytest.raises(StudyError, match="give it trials anew"):
        _ = study.budget
    assert cnnviz(["tune", "--study", "rates", "--home", str(home)]) == 2
    assert cnnviz(["tune", "--study", "rates", "--home", str(home), "--trials", "2", "--json"]) == 0
    assert study.budget == Budget(2)


def test_a_grid_of_a_billion_steps_is_counted_and_not_made() -> None:
    tiny = Between(low=0.1, high=1, step=1e-9)
    assert tiny.count == 900_000_001
    with pytest.raises(SpecError, match="900,000,001 combinations"):
        study_spec({"learning_rate": tiny}, sampler="grid")
    study_spec({"learning_rate": tiny})


def test_steps_that_do_not_end_at_the_highest_end_below_it() -> None:
    spec = study_spec({"filters": Between(low=16, high=64, step=7, whole=True)})
    [distribution] = distributions(spec).values()
    assert (distribution.low, distribution.high) == (16, 58)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "tried"),
    [
        ("filters", Between(low=1e9, high=1e10, step=4, whole=True)),
        ("blocks", Between(low=1e9, high=1e10, whole=True)),
        ("batch_size", OneOf(values=(0,))),
    ],
)
def test_numbers_none_of_which_goes_are_refused(name: str, tried: Between | OneOf) -> None:
    with pytest.raises(SpecError, match=f"no trial could have {name}"):
        study_spec({name: tried})


def test_too_many_values_are_counted_in_the_refusal() -> None:
    with pytest.raises(SpecError, match="1,000 values are given; give 100 at most"):
        range_of(",".join(map(str, range(1000))), OneOf(values=(1, 2)))
