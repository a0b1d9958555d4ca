"""A study's folder and its database: made, read, refused, deleted; and its state."""

import json
import os
import time
from pathlib import Path

import psutil
import pytest

from cnnviz.errors import MissingExtraError, SpecError, StudyError
from cnnviz.runs import RunStore
from cnnviz.runs.processes import process_fields
from cnnviz.tuning import Budget, OneOf, Study, StudyStore, searching, tuner
from cnnviz.tuning.finishing import full_spec
from cnnviz.tuning.importance import importance_of
from cnnviz.tuning.study import Tuner
from cnnviz.tuning.tuner import work_on
from cnnviz.tuning.words import progress_in_words, settings_in_words, state_in_words
from tests.tuning.made import CHOICE, RATES, Workers, base, frozen, runs_of, study_spec


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tuner, "_LOOK_S", 0.0)


def test_a_study_is_a_folder_that_is_read_again(home: Path) -> None:
    spec = study_spec(seed=4)
    made = StudyStore().create(spec, Budget(3, seconds=60, beside=2))
    assert made.folder == home / "studies" / "rates"
    assert sorted(path.name for path in made.folder.iterdir()) == ["budget.json", "study.json", "trials.db"]
    again = StudyStore().get("rates")
    assert (again.spec, again.budget) == (spec, Budget(3, seconds=60, beside=2))
    assert (again.trials(), again.best(), again.spent, again.state) == ((), (), 0.0, "interrupted")
    assert json.loads((made.folder / "study.json").read_text())["format"] == 1


def test_it_is_worked_on_in_its_database_and_goes_on_there() -> None:
    study = StudyStore().create(study_spec(), Budget(3))
    workers = Workers()
    looks = [3]

    def stop() -> None:
        looks[0] -= 1
        if not looks[0]:
            study.request_stop()
            assert study.state == "stopping"

    workers.before = stop
    work_on(study, workers)
    assert study.state == "stopped"
    again = StudyStore().get("rates")
    again.allow()
    seen: list[int] = []
    work_on(again, Workers(), lambda one: seen.append(sum(trial.ended for trial in one.trials())))
    assert seen == sorted(seen)
    assert seen[-1] == 3
    read = StudyStore().get("rates")
    assert [trial.state for trial in read.trials()] == ["complete"] * 3
    assert read.trials() == again.trials() == study.trials()
    assert read.trials() is read.trials()  # nothing is new
    assert (read.state, read.best()[0].run_id in runs_of(read.home)) == ("completed", True)


def test_what_is_written_at_once_after_a_look_is_seen() -> None:
    study = StudyStore().create(study_spec(), Budget(3))
    for number in range(8):
        trial = study.optuna.ask()
        assert [one.state for one in study.trials()] == ["waiting"] * (number + 1)
        assert trial.number == number


def test_studies_are_listed_the_newest_first_and_names_are_free() -> None:
    store = StudyStore()
    assert (store.names(), store.free_name("rates")) == ((), "rates-1")
    for number, name in enumerate(("rates-1", "other", "rates-2")):
        study = store.create(study_spec(name=name), Budget(1))
        os.utime(study.folder / "study.json", (number, number))
    assert store.names() == ("rates-2", "other", "rates-1")
    assert store.free_name("rates") == "rates-3"
    (store.folder / "no-study").mkdir()
    assert "no-study" not in store.names()


def test_what_is_not_there_or_damaged_is_said() -> None:
    store = StudyStore()
    with pytest.raises(StudyError, match="there is no study called 'rates'; there are none yet, so begin one"):
        store.get("rates")
    study = store.create(study_spec(), Budget(1))
    with pytest.raises(StudyError, match=r"there is no study called '../rates'; choose one of rates"):
        store.get("../rates")
    with pytest.raises(StudyError, match="there is a study called rates already; choose another name"):
        store.create(study_spec(), Budget(1))
    (study.folder / "budget.json").write_text('{"trials": "many"}')
    with pytest.raises(StudyError, match=r"budget.json of the study rates is damaged; give it trials anew"):
        _ = study.budget
    (study.folder / "trials.db").write_bytes(b"no database at all, but long enough to be taken for one" * 100)
    with pytest.raises(StudyError, match=r"trials.db of the study rates cannot be used \(.*\); check that it is there"):
        StudyStore().get("rates").trials()
    (study.folder / "study.json").write_text("{}")
    with pytest.raises(StudyError, match="the settings of the study rates cannot be read"):
        store.get("rates")


@pytest.mark.parametrize(
    "values", [{"trials": 0}, {"trials": 10**6}, {"trials": 1, "seconds": 0}, {"trials": 1, "beside": 0}]
)
def test_budgets_that_cannot_be_are_refused(values: dict[str, int]) -> None:
    with pytest.raises(SpecError, match="asked for; give"):
        Budget(**values)


def test_a_storage_that_cannot_be_reached_leaves_nothing(home: Path) -> None:
    store = StudyStore()
    with pytest.raises(StudyError, match="cannot be used"):
        store.create(study_spec(storage=f"sqlite:///{home}/not/there/at.db"), Budget(1))
    with pytest.raises(MissingExtraError, match="needs the package oracledb, which is not installed; install it with"):
        store.create(study_spec(storage="oracle+oracledb://me@db.example.org/x"), Budget(1))
    assert list(store.folder.iterdir()) == []


def test_another_storage_holds_the_trials_and_forgets_them_with_the_study(tmp_path: Path) -> None:
    store, storage = StudyStore(), f"sqlite:///{tmp_path}/shared.db"
    study = store.create(study_spec(storage=storage), Budget(2))
    assert not (study.folder / "trials.db").exists()
    work_on(study, Workers())
    trials = StudyStore().get("rates").trials()
    assert [trial.state for trial in trials] == ["complete"] * 2
    store.delete("rates")
    assert store.names() == ()
    assert len(runs_of(store.home)) == 2  # the runs stay
    assert store.create(study_spec(storage=storage), Budget(2)).trials() == ()


def test_a_study_that_somebody_works_on_is_not_deleted_nor_begun_twice() -> None:
    store = StudyStore()
    study = store.create(study_spec(), Budget(2))
    with pytest.raises(StudyError, match="the study rates is interrupted; only a running one can be stopped"):
        study.request_stop()
    Tuner(study).say()
    assert study.state == "running"
    with pytest.raises(StudyError, match="the study rates is running; stop it before deleting it"):
        store.delete("rates")
    with pytest.raises(StudyError, match="the study rates is running already; wait for it, or stop it"):
        searching.start(study)
    study.request_stop()
    assert study.state == "stopping"
    Tuner(study).leave()
    assert study.state == "stopped"
    study.allow()
    study.allow()
    assert study.state == "interrupted"
    store.delete("rates")
    assert not study.folder.exists()


def test_tuners_of_other_machines_live_while_they_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    study = StudyStore().create(study_spec(), Budget(2))
    other = Tuner(study, {**process_fields(), "host": "elsewhere"})
    other.say()
    assert study.state == "running"
    assert Tuner(study).is_other(other.name)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 31)
    assert study.state == "interrupted"
    assert not Tuner(study).is_other(other.name)
    gone = {**process_fields(), "process_started": psutil.boot_time(), "process_since_boot": None}
    Tuner(study, gone).say()
    assert study.state == "interrupted"
    (study.folder / "tuners" / "torn.json").write_text("{")
    (study.folder / "tuners" / "odd.json").write_text('{"host": ""}')
    assert list(study.tuners()) == []


def test_the_same_settings_go_on_and_others_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "LocalWorkers", lambda *_: Workers())
    seen: list[str] = []
    first = searching.tune(study_spec(), Budget(1), on_change=lambda study: seen.append(study.name))
    assert (len(first.trials()), set(seen)) == (1, {"rates"})
    assert len(searching.tune(study_spec(), Budget(3)).trials()) == 3
    with pytest.raises(StudyError, match="there is a study called rates with other settings; choose another name"):
        searching.tune(study_spec(seed=9), Budget(3))


def test_the_best_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    own = base(epochs=12, views=6, seconds=90, seed=8)
    study = StudyStore().create(study_spec(base=own, epochs=2, train_images=100), Budget(2))
    work_on(study, Workers())
    (best,) = study.best()
    full = full_spec(study, best)
    rate = best.settings["learning_rate"]
    assert full == own.changed(name="rates best", preset=None, train=own.train.changed(learning_rate=rate))
    assert full_spec(study, best, seed=3).train.seed == 3
    assert RunStore().get(best.run_id).spec.train.seed == 8


def test_importance_is_of_what_varied_and_sums_to_one() -> None:
    spec = study_spec({"learning_rate": RATES, "optimizer": CHOICE, "flip": OneOf(values=(False, True))})
    study = StudyStore().create(spec, Budget(12))

    def add(count: int) -> None:
        for number in range(count):
            rate, optimizer = 10 ** (-4 + number / 4), ("adam", "sgd")[number % 2]
            settings = {"learning_rate": rate, "optimizer": optimizer, "flip": False}
            study.optuna.add_trial(frozen(spec, number, settings, number + 0.1 * (optimizer == "sgd")))

    add(3)
    assert importance_of(study) == {}  # too few
    add(12)
    shares = importance_of(study)
    assert list(shares) == ["learning_rate", "optimizer"]
    assert sum(shares.values()) == pytest.approx(1)
    assert shares["learning_rate"] > 0.7
    assert importance_of(study) == shares
    same = StudyStore().create(study_spec(name="same"), Budget(5))
    for number in range(5):
        same.optuna.add_trial(frozen(same.spec, number, {"learning_rate": 10.0 ** (-number / 4 - 1)}, 0.5))
    assert importance_of(same) == {}


def test_in_words() -> None:
    spec = study_spec(epochs=1, sampler="grid", pruner="hyperband", seed=3)
    assert settings_in_words(spec) == (
        "one-conv on digits · 1 setting tried over a grid · 1 epoch a trial · chosen by validation accuracy · "
        "Hyperband ends the others early · seed 3"
    )
    study = StudyStore().create(study_spec(), Budget(5))
    workers = Workers(endings={"rates 1": ["failed"]})
    work_on(study, workers)
    trials = study.trials()
    assert progress_in_words(study, trials) == "Completed: 5 of 5 trials, 1 failed or diverged."
    assert [state_in_words(trial) for trial in trials[:2]] == ["complete", "failed: It is failed."]
    study.budget = Budget(8)
    study.spent = 600.0
    Tuner(study).say()
    assert progress_in_words(study, trials) == (
        "Searching: 5 of 8 trials, 1 failed or diverged, 0 running, about 6 min left."
    )
    study.budget = Budget(8, seconds=620)
    assert progress_in_words(study, trials).endswith("about 20 s left.")


def test_a_study_is_not_made_twice_at_once(home: Path) -> None:
    store = StudyStore()
    store.create(study_spec(), Budget(1))
    with pytest.raises(StudyError):
        store.create(study_spec(), Budget(1))
    assert [path.name for path in (home / "studies").iterdir()] == ["rates"]
    assert Study(home / "studies" / "rates").name == "rates"
