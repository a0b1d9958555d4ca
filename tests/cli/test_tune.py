"""`cnnviz tune`, with workers that train nothing, and once with real ones that are killed."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cnnviz.runs import RunStore
from cnnviz.runs.presets import save_preset
from cnnviz.spec import RunSpec
from cnnviz.tuning import StudyStore, searching, tuner
from tests.cli.conftest import Call, Done, mistake
from tests.dashboard import ROOT
from tests.tuning.made import Workers, runs_of

TINY = ("--dataset", "digits", "--preset", "one-conv", "--train-images", "200", "--epochs", "2")


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> Workers:
    """In place of processes."""
    made = Workers()

    def instead(home: Path, log_path: Path, places: int, threads: int) -> Workers:
        made.places = places
        return made

    monkeypatch.setattr(searching, "LocalWorkers", instead)
    monkeypatch.setattr(tuner, "_LOOK_S", 0.0)
    monkeypatch.setattr(os, "fsync", lambda _: None)
    return made


def test_the_document(call: Call, workers: Workers) -> None:
    done = call("tune", *TINY, "--trials", "3", "--study", "mine", "--json")
    assert done.code == 0
    values = done.json
    assert (values["study"], values["n_trials"], values["state"]) == ("mine", 3, "completed")
    assert [trial.keys() >= {"run_id", "state", "value"} for trial in values["trials"]] == [True] * 3
    best = max(values["trials"], key=lambda trial: trial["value"])
    assert values["best"].keys() >= {"run_id", "value", "settings"}
    assert {key: values["best"][key] for key in best} == best
    assert values["best"]["test"]["accuracy"] == 0.6
    assert values["front"] == [best]
    assert {trial["run_id"] for trial in values["trials"]} == {run.id for run in RunStore().runs()}
    assert values["best"]["settings"].keys() == {  # what is usually tried; digits are not mirrored
        "filters",
        "normalisation",
        "ending",
        "units",
        "dropout",
        "learning_rate",
        "batch_size",
        "shift",
    }
    assert sorted(line.partition(" complete ")[0] for line in done.err.splitlines()) == [
        "trial 0",
        "trial 1",
        "trial 2",
    ]


def test_for_people(call: Call, workers: Workers, tmp_path: Path) -> None:
    home = tmp_path / "other"
    search = ("--search", "learning_rate=0.001..0.1", "--search", "optimizer=adam,sgd", "--trials", "3")
    done = call("tune", *TINY, *search, "--home", str(home))
    assert done.code == 0
    head, *rows = done.out.splitlines()
    assert head.split() == ["trial", "accuracy", "settings", "run"]
    assert rows[0].split()[:2] == ["0", "9.0"]  # per cent
    assert "learning_rate 0.001, optimizer adam" in rows[0]
    assert rows[-4].startswith("best      trial ")
    assert rows[-2].endswith("accuracy 60.0 %, measured once")
    assert StudyStore(home).names() == ("digits-one-conv-1",)
    assert len(runs_of(home)) == 3


def test_it_goes_on_with_more_trials_and_the_same_command_is_no_other_study(call: Call, workers: Workers) -> None:
    asked = ("tune", *TINY, "--search", "learning_rate", "--seed", "3", "--study", "mine")
    first = call(*asked, "--trials", "2", "--json").json
    assert call("tune", "--study", "mine", "--json").json == first
    assert call(*asked, "--json").json == first
    more = call("tune", "--study", "mine", "--trials", "4", "--json").json
    assert more["n_trials"] == 4
    assert more["trials"][:2] == first["trials"]
    told = mistake(call(*asked[:-1], "other", "--sampler", "tpe", "--trials", "0"))
    assert told == "0 trials were asked for; give a number from 1 to 100,000"
    for other, what in (
        (("--seed", "4"), "base and another seed"),
        (("--sampler", "random"), "sampler"),
        (("--epochs", "3"), "epochs"),
        (("--search", "units"), "space"),
    ):
        told = mistake(call(*asked, *other))
        assert told.startswith(f"the study mine has another {what}; give --study, --trials and --seconds alone")
    assert StudyStore().names() == ("mine",)


def test_the_seed_is_that_of_the_choices_and_of_every_run(call: Call, workers: Workers) -> None:
    asked = ("tune", *TINY, "--search", "learning_rate=0.01..0.1", "--trials", "2", "--json")
    one, same, other = (call(*asked, "--seed", seed).json["trials"] for seed in ("1", "1", "2"))
    assert [trial["settings"] for trial in one] == [trial["settings"] for trial in same]
    assert [trial["settings"] for trial in one] != [trial["settings"] for trial in other]
    assert RunStore().get(other[0]["run_id"]).spec.train.seed == 2


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (("--search", "depth"), "'depth' is no setting that can be searched; choose from blocks, filters"),
        (("--search", "units=1..x"), "--search units: the range '1..x' is not two numbers"),
        (("--search", "kernel-size=3,big"), "--search kernel_size: 'big' is no number; give some such as 3,5"),
        (("--search", "filters=nan"), "--search filters: 'nan' is no number"),
        (("--search", "optimizer=adam..sgd"), "is a range, and this setting takes some values, such as adam,sgd"),
        (("--search", "optimizer=adam,best"), "optimizer takes no 'best'; give some such as adam,sgd"),
        (("--search", "ending=flatten,wide"), "ending takes no 'wide'; give some such as flatten,average,max"),
        (("--search", "label_smoothing", "--preset", "cats-vs-dogs", "--dataset", "cifar10-sample"),
         "--search label_smoothing says nothing here"),
        (("--sampler", "magic"), "'magic' is not one of 'tpe', 'random', 'grid'"),
        (("--pruner", "magic"), "'magic' is not one of 'median', 'hyperband', 'none'"),
        (("--objective", "speed"), "the setting objectives.0 cannot be used"),
        (("--objective", "parameters"), "something of the objectives must be learned; add accuracy or loss"),
        (("--study", "Mine"), "'Mine' cannot be a study's name"),
        (("--validation", "0"), "a search chooses by validation images"),
        (("--preset", "mine"), "there is no preset called 'mine'"),
        (("--dataset", "nope"), "there is no data set 'nope'"),
        (("--seconds", "0"), "0 seconds were asked for; give 1 to"),
        (("--beside", "99"), "99 trials beside each other were asked for; give 1 to 64"),
        (("--storage", "postgresql://me:hunter2@db/x"), "the storage has a password in its address"),
        (("--storage", "nonsense"), "nonsense cannot be used"),
    ],
)  # fmt: skip
def test_mistakes_are_said_in_a_line_and_leave_nothing(
    call: Call, workers: Workers, asked: tuple[str, ...], sentence: str, home: Path
) -> None:
    told = mistake(call("tune", "--dataset", "digits", "--preset", "one-conv", *asked))
    assert sentence in told
    assert "hunter2" not in told
    assert (StudyStore().names(), workers.begun) == ((), [])
    assert not list((home / "studies").glob("*"))


def test_several_objectives(call: Call, workers: Workers) -> None:
    asked = ("--search", "filters", "--objective", "accuracy", "--objective", "parameters", "--trials", "3")
    done = call("tune", *TINY, *asked, "--json")
    assert done.code == 0
    assert done.json["objectives"] == ["accuracy", "parameters"]
    assert all(len(trial["values"]) == 2 for trial in done.json["trials"])
    assert {trial["run_id"] for trial in done.json["front"]} <= {trial["run_id"] for trial in done.json["trials"]}
    assert done.json["best"]["run_id"] == done.json["front"][0]["run_id"]


def test_an_interrupt_stops_it_and_says_how_to_go_on(call: Call, workers: Workers, tmp_path: Path) -> None:
    left = [5]

    def interrupt() -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGINT)

    workers.before = interrupt
    home = str(tmp_path / "other")
    asked = ("tune", *TINY, "--search", "learning_rate", "--trials", "6", "--study", "mine", "--home", home, "--json")
    done = call(*asked)
    assert done.code == 130
    assert (done.json["state"], "running" in [trial["state"] for trial in done.json["trials"]]) == ("stopped", True)
    ended = done.json["n_trials"]
    assert done.err.splitlines()[-1] == (
        f"interrupted after {ended} trials; go on with: cnnviz tune --study mine --home {home}"
    )
    assert "Traceback" not in done.err
    again = call("tune", "--study", "mine", "--home", home, "--json")
    assert (again.code, again.json["n_trials"]) == (0, 6)


def test_the_commands_of_the_documentation_are_taken(call: Call, workers: Workers) -> None:
    text = (ROOT / "docs" / "tuning.md").read_text(encoding="utf-8")
    commands = re.findall(r"^    \$ cnnviz (tune .*)$", text, flags=re.MULTILINE)
    assert len(commands) == 3
    for number, command in enumerate(commands):
        if "postgresql" in command:
            (storage,) = re.findall(r"--storage (\S+)", command)
            command = command.replace(storage, "sqlite://").replace("/shared/cnnviz", str(StudyStore().home))
        done = call(*shlex.split(command), "--trials", "2", "--epochs", "1", "--study", f"study-{number}")
        assert done.code == 0, done.err


def test_a_deleted_best_run_is_no_problem(call: Call, workers: Workers) -> None:
    asked = ("tune", *TINY, "--search", "learning_rate", "--trials", "2", "--study", "mine", "--json")
    best = call(*asked).json["best"]
    RunStore().delete(best["run_id"])
    done = call("tune", "--study", "mine", "--json")
    assert (done.code, done.json["best"]["run_id"], done.json["best"]["test"]) == (0, best["run_id"], None)


def test_a_preset_of_ones_own_is_trained_and_searched(call: Call, workers: Workers, spec: RunSpec) -> None:
    save_preset("my-digits", spec.changed(train=spec.train.changed(learning_rate=0.03)))
    done = call("tune", "--preset", "my-digits", "--search", "learning_rate", "--trials", "1", "--json")
    assert (done.code, done.json["study"]) == (0, "digits-my-digits-1")
    assert done.json["best"]["settings"] == {"learning_rate": 0.03}
    assert RunStore().get("latest").spec.preset == "my-digits"


# --- with real processes -------------------------------------------------------------------------------------------

KILLED = ("tune", *TINY, "--search", "learning_rate=0.003..0.3", "--trials", "4", "--seed", "1", "--json")


def started(*arguments: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "cnnviz", *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for(something: Callable[[], Any], process: "subprocess.Popen[str]") -> None:
    ends = time.monotonic() + 120
    while not something():
        assert process.poll() is None, "it ended too early"
        assert time.monotonic() < ends
        time.sleep(0.02)


def same(document: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [(one["number"], one["state"], one["value"], one["settings"]) for one in document["trials"]]


def test_a_killed_search_goes_on_as_if_nothing_had_been(process: Call, home: Path) -> None:
    # As many beside each other each time: with another number of threads a network's sums round otherwise.
    whole = process(*KILLED, "--study", "whole", "--beside", "2")
    assert whole.code == 0, whole.err
    assert sorted(line.split()[:2] for line in whole.err.splitlines()) == [["trial", str(one)] for one in range(4)]

    dying = started(*KILLED, "--study", "killed", "--beside", "2")
    study_folder = home / "studies" / "killed"

    def one_has_ended() -> bool:
        return (study_folder / "budget.json").exists() and any(
            trial.ended for trial in StudyStore().get("killed").trials()
        )

    wait_for(one_has_ended, dying)
    dying.kill()
    dying.communicate()
    assert StudyStore().get("killed").state == "interrupted"
    assert any(trial.state == "running" for trial in StudyStore().get("killed").trials())

    again: Done = process(*KILLED, "--study", "killed", "--beside", "2")
    assert again.code == 0, again.err
    assert again.json["n_trials"] == 4
    assert same(again.json) == same(whole.json)
    assert again.json["best"]["test"] == whole.json["best"]["test"]
    ids = [trial["run_id"] for document in (whole, again) for trial in document.json["trials"]]
    assert len(ids) == len(set(ids))
    assert sorted(ids) == runs_of(home)  # none lost, none doubled
    measured = [run_id for run_id in ids if RunStore().get(run_id).evaluation() is not None]
    assert measured == [whole.json["best"]["run_id"], again.json["best"]["run_id"]]
    run = RunStore().get(measured[0])
    assert run.spec.train.tests == "never"
    assert [one.number for one in run.predicted_snapshots()] == []
    assert json.loads((study_folder / "study.json").read_text())["format"] == 1
