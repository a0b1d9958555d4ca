"""The Tune page without a browser: setting up, every state of a study, damaged ones, a passcode."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from optuna.trial import TrialState
from streamlit.testing.v1 import AppTest

from cnnviz.passcode import PASSCODE_VARIABLE
from cnnviz.tuning import NOTHING, START_FROM, STORAGE_VARIABLE, Between, Budget, OneOf, Study, StudyStore, searching
from cnnviz.tuning.study import Tuner
from cnnviz.ui.tune import setup
from tests.dashboard import ROOT
from tests.pages.looked import opened, words
from tests.tuning.made import frozen, study_spec

PAGE = "pages/learn/tune.py"
SPACE = {"learning_rate": Between(low=1e-4, high=1e-1, log=True), "optimizer": OneOf(values=("adam", "sgd"))}


@pytest.fixture(autouse=True)
def begun(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The studies that the page begins; nothing is trained."""
    names: list[str] = []
    monkeypatch.setattr(searching, "start", lambda study: names.append(study.name))
    monkeypatch.setattr(os, "fsync", lambda _: None)
    return names


def made(trials: int = 6, name: str = "rates", **values: Any) -> Study:
    """A study of six hand-written trials: four complete, one ended early, one diverged."""
    spec = study_spec(SPACE, name=name, **values)
    study = StudyStore().create(spec, Budget(trials))
    curves: Sequence[tuple[TrialState, Sequence[float]]] = [
        (TrialState.COMPLETE, (0.2, 0.4, 0.6, 0.7)),
        (TrialState.COMPLETE, (0.3, 0.5, 0.7, 0.81)),
        (TrialState.PRUNED, (0.1, 0.1)),
        (TrialState.COMPLETE, (0.2, 0.3, 0.4, 0.5)),
        (TrialState.COMPLETE, (0.1, 0.3, 0.5, 0.6)),
        (TrialState.PRUNED, ()),
    ]
    for number, (state, curve) in enumerate(curves):
        settings = {"learning_rate": 0.001 * (number + 1), "optimizer": ("adam", "sgd")[number % 2]}
        one = frozen(spec, number, settings, *curve[-1:] * (state == TrialState.COMPLETE), curve=curve, state=state)
        if not curve:
            one.set_user_attr("outcome", "diverged")
        study.optuna.add_trial(one)
    return study


def press(at: AppTest, key: str) -> AppTest:
    next(button for button in at.button if (button.key or "").startswith(key)).click().run()
    assert not at.exception
    return at


def told(element: Any) -> str:
    """What an element says, without the escapes."""
    return str(element.value).replace("\\", "").replace("\u2060", "")


def said(at: AppTest) -> str:
    return words(at).replace("\\", "")


def has(at: AppTest, *keys: str) -> list[bool]:
    return [any((button.key or "").startswith(key) for button in at.button) for key in keys]


def choose(at: AppTest, label: str, value: object) -> None:
    next(one for one in (*at.selectbox, *at.number_input) if one.label == label).set_value(value).run()
    assert not at.exception


def test_without_a_study_there_is_the_form_and_it_makes_what_was_asked(begun: list[str], home: Path) -> None:
    at = opened(PAGE)
    assert "Search for better settings" in said(at)
    assert has(at, "tune-back", "tune-stop", "tune-delete") == [False] * 3
    choose(at, "Data set", "digits")
    choose(at, "Begin with", "one-conv")
    choose(at, "Trials", 7)
    choose(at, "Epochs of a trial", 2)
    choose(at, "Minutes at most", 3)
    press(at, "tune-start")
    assert begun == ["digits-one-conv-1"]
    study = StudyStore(home).get(begun[0])
    assert study.budget == Budget(7, seconds=180.0)
    assert (study.spec.base.data.name, study.spec.base.preset, study.spec.epochs) == ("digits", "one-conv", 2)
    assert {"learning_rate", "filters", "batch_size"} <= set(study.spec.space)
    assert "flip" not in study.spec.space  # they are digits
    assert not at.error
    assert at.query_params["study"] in ("digits-one-conv-1", ["digits-one-conv-1"])


def test_trained_networks_are_tried_as_beginnings_and_the_storage_is_that_of_the_setting(
    begun: list[str], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = f"sqlite:///{home / 'all.db'}"
    monkeypatch.setenv(STORAGE_VARIABLE, storage)
    monkeypatch.setattr(setup.loaders, "trained", lambda: ("a-run", "another-run"))
    monkeypatch.setattr(setup.loaders, "run_label", lambda run_id: f"the {run_id}")
    at = opened(PAGE)
    choose(at, "Data set", "digits")
    choose(at, "Begin with", "one-conv")
    [beginnings] = [one for one in at.multiselect if one.label == "Also begin with"]
    beginnings.set_value(["a-run"]).run()
    press(at, "tune-start")
    spec = StudyStore(home).get(begun[0]).spec
    assert spec.space[START_FROM] == OneOf(values=(NOTHING, "a-run"))
    assert spec.storage == storage
    assert (home / "all.db").is_file()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1..", "Blocks: the range '1..' is not two numbers; give one such as"),
        ("a,b", "Blocks: 'a' is no number; give some such as"),
        ("1e9..1e10", "No trial could have blocks 1e+09..1e+10"),
        ("", "Blocks: '' is no number"),
        (",".join(map(str, range(1000))), "Blocks: 1,000 values are given; give 100 at most"),
        (None, "Nothing is tried; choose at least one setting."),
    ],
)
def test_a_wrong_range_says_which_and_begins_nothing(
    text: str | None, said: str, begun: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def edited(table: pd.DataFrame, **_: object) -> pd.DataFrame:
        return table.assign(**{"try": (table.index == "blocks") & (text is not None), "range": text or ""})

    monkeypatch.setattr(setup.st, "data_editor", edited)
    at = opened(PAGE)
    if not at.error:  # the range can be, but no network is like that
        press(at, "tune-start")
    assert said in told(at.error[0])
    assert begun == []
    assert StudyStore().names() == ()


def test_a_completed_study_is_drawn_without_tensorflow(home: Path) -> None:
    made()
    script = (
        "import sys; from tests.pages.looked import opened, words; at = opened('pages/learn/tune.py');"
        "print(words(at)); assert 'tensorflow' not in sys.modules and 'keras' not in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, env={**os.environ}, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Completed: 6 of 6 trials, 1 ended early, 1 failed or diverged" in done.stdout.replace("\\", "")


def test_all_views_of_a_completed_study() -> None:
    made()
    at = opened(PAGE, study="rates")
    assert "A dot: a trial that came to its end" in said(at)
    assert "1 ended early (grey)" in said(at)
    assert has(at, "tune-resume", "tune-stop", "tune-more", "tune-delete") == [False, False, True, True]
    assert any("81.0 %" in str(one.value) for one in at.get("html"))
    assert "The run of this trial was deleted." in said(at)
    assert has(at, "tune-measure") == [False]
    for view, words_of in (
        ("parallel", "Each line: a complete trial"),
        ("importance", "fANOVA"),
        ("slices", "a ring: one that was ended early"),
    ):
        assert words_of in said(opened(PAGE, study="rates", view=view))


def test_a_stopped_and_an_interrupted_study_offer_to_go_on(begun: list[str]) -> None:
    study = made(trials=8)
    at = opened(PAGE)
    assert "Interrupted: 6 of 8 trials" in said(at)
    assert "without saying why" in told(at.warning[0])
    study.problem = "The disk is full."
    assert "disk is full" in told(opened(PAGE).warning[0])
    (study.folder / "stop").touch()
    at = opened(PAGE)
    assert "Stopped: 6 of 8 trials" in said(at)
    assert not at.warning
    press(at, "tune-resume")
    assert begun == ["rates"]
    press(at, "tune-more")
    assert study.budget.trials == 18


def test_a_study_that_waits_for_a_place_says_so() -> None:
    study = StudyStore().create(study_spec(), Budget(3))
    Tuner(study).say(waits=True)
    assert "It waits until what trains on this machine now has ended" in told(opened(PAGE).info[0])
    Tuner(study).say(waits=False)
    assert "The first trials are on their way" in told(opened(PAGE).info[0])
    Tuner(study).leave()
    assert "No trial has ended yet" in told(opened(PAGE).info[0])


@pytest.mark.parametrize("name", ["study.json", "budget.json", "trials.db"])
def test_a_damaged_study_is_said_and_the_others_are_reached(name: str, begun: list[str], home: Path) -> None:
    made(name="older")
    study = made(name="newer")
    (study.folder / name).write_bytes(b"{" * 500)
    at = opened(PAGE, study="newer")
    assert len(at.error) == 1
    assert has(at, "tune-new") == [True]
    if name == "budget.json":
        press(at, "tune-more")
        assert StudyStore(home).get("newer").budget == Budget(16)
        assert begun == ["newer"]
    at = opened(PAGE, study="older")
    assert "Completed: 6 of 6 trials" in said(at)


@pytest.mark.parametrize("query", [{"study": "../x"}, {"study": "<script>"}, {"view": "foo"}, {"task": "x"}])
def test_links_to_what_there_is_not(query: dict[str, str]) -> None:
    made()
    at = opened(PAGE, **query)
    [error] = at.error
    assert str(error.value).startswith(("There is no study called", "The link asks for the"))
    assert [link.proto.label for link in at.main.get("page_link")] == ["Open the newest search"]


def test_a_link_to_a_study_where_there_is_none() -> None:
    assert "There is no study called 'gone'; there are none yet" in told(opened(PAGE, study="gone").error[0])


def test_a_study_that_is_deleted_while_it_is_looked_at() -> None:
    study, _ = made(), made(name="other")
    at = opened(PAGE, study="rates")
    shutil.rmtree(study.folder)
    at.run()
    assert not at.exception
    assert "There is no study called" in told(at.error[0])


def test_nothing_changes_without_the_passcode(begun: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSCODE_VARIABLE, "correct horse battery")
    study = made(trials=8)
    for key in ("tune-resume", "tune-more", "tune-delete"):
        at = press(opened(PAGE), key)
        assert any(one.label == "Passcode" for one in at.text_input)
    press(opened(PAGE, task="new"), "tune-start")
    Tuner(study).say()
    press(opened(PAGE), "tune-stop")
    assert begun == []
    assert study.budget.trials == 8
    assert StudyStore().names() == ("rates",)
    assert not (study.folder / "stop").exists()


def test_without_optuna_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch, begun: list[str]) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    at = press(opened(PAGE), "tune-start")
    assert "needs Optuna, which is not installed" in told(at.error[0])
    assert StudyStore().names() == ()
