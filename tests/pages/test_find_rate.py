"""The search for a learning rate on Train, with real trainings of the smallest network."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from cnnviz.runs import RunStore
from cnnviz.ui.jobs import job
from cnnviz.ui.network.models import keras_ready
from tests.pages.test_train import choose, fill, has, open_page, press, words
from tests.training.helpers import wait_until
from tests.ui_train.prepared import prepared_run

OTHER = "The search for a rate was of other settings."


@pytest.fixture(autouse=True)
def keras() -> None:
    """Keras is imported, as in a server that somebody has used."""
    wait_until(keras_ready, "the import of Keras")


@pytest.fixture
def others() -> Iterator[threading.Event]:
    """Other work on the server, for which a search waits until this is set."""
    over = threading.Event()
    going = [job(f"other work {number} of {id(over)}", lambda report: over.wait(60)) for number in range(2)]
    yield over
    over.set()
    for one in going:
        one.wait(10)


def set_up(seed: int) -> AppTest:
    """Small settings; each test has a seed of its own, since jobs are shared by all sessions of a server."""
    app = choose(choose(open_page(), "Data set", "digits"), "Begin with", "one-conv")
    return fill(app, "Seed", seed)


def found(app: AppTest) -> AppTest:
    press(app, "train-find-rate")
    wait_until(lambda: has(app.run(), "train-close-rate"), "the search")
    assert not app.exception
    return app


def learning_rate(app: AppTest) -> float:
    return float(next(one for one in app.number_input if one.label == "Learning rate").value)


def offer(app: AppTest) -> float:
    return float(next(one.label for one in app.button if one.key == "train-use-rate").removeprefix("Use "))


def test_a_rate_is_found_shown_and_used(home: Path) -> None:
    app = found(set_up(71))
    rate = offer(app)
    assert 1e-3 < rate < 0.1  # Adam
    assert learning_rate(app) != rate
    assert f"It falls most steeply at {rate:g}, suggested as the rate of every step." in words(app)
    press(app, "train-use-rate")
    assert learning_rate(app) == rate
    assert offer(app) == rate  # what was found is still there: only the rate has changed
    assert next(one for one in app.button if one.key == "train-use-rate").disabled
    assert RunStore(home, bundled=home / "none").ids() == ()
    press(app, "train-close-rate")
    assert has(app, "train-find-rate")
    assert not has(app, "train-use-rate")


def test_it_belongs_to_the_settings_it_was_made_for() -> None:
    app = found(set_up(72))
    rate = offer(app)
    fill(app, "Epochs", 4)
    choose(app, "Learning rate over the run", "one_cycle")
    assert f"at {rate:g}, suggested as the highest rate of the one cycle." in words(app)
    fill(app, "Batch", 32)
    assert OTHER in words(app)
    assert has(app, "train-find-rate")
    assert not has(app, "train-use-rate")
    fill(app, "Batch", 64)
    assert offer(app) == rate
    assert OTHER not in words(app)


def test_it_can_be_stopped_and_says_that_a_run_slows_it(home: Path, others: threading.Event) -> None:
    prepared_run(home, "running")
    app = set_up(73)
    press(app, "train-find-rate")
    assert "A run is training, so this is slower than usual." in words(app)
    press(app, "job-stop")
    wait_until(lambda: has(app.run(), "train-close-rate"), "the stop")
    assert "Looking for a rate: stopped at 0%" in words(app)
    assert not has(app, "train-use-rate")
    others.set()
    press(app, "job-again")
    wait_until(lambda: has(app.run(), "train-use-rate"), "the search, begun again")


@pytest.mark.usefixtures("others")
def test_a_search_that_nobody_waits_for_ends() -> None:
    app = press(set_up(74), "train-find-rate")
    fill(app, "Batch", 32)
    assert OTHER in words(app)
    fill(app, "Batch", 64)
    wait_until(lambda: has(app.run(), "train-close-rate"), "the stop")
    assert "stopped at" in words(app)


def test_settings_that_cannot_work_disable_it() -> None:
    app = choose(open_page(), "Data set", "digits")
    assert next(one for one in app.button if one.key == "train-find-rate").disabled
    press(app, "train-smallest")
    assert not next(one for one in app.button if one.key == "train-find-rate").disabled


def test_it_takes_the_permission_that_a_run_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    app = set_up(75)
    usual = st.get_option
    monkeypatch.setattr(st, "get_option", lambda name: "0.0.0.0" if name == "server.address" else usual(name))
    press(app, "train-find-rate")
    assert "nobody can look for a learning rate" in words(app)
    assert has(app, "train-find-rate")
    assert not has(app, "job-stop")
    assert not has(app, "train-close-rate")
