"""The Compare page as its tests open and read it, and two trained runs to compare."""

import json
import shutil
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.runs import Run, RunStore
from cnnviz.ui import loaders
from cnnviz.ui.components.live_chart.plotly_script import plotly_routes
from tests.components import data_of
from tests.dashboard import ROOT
from tests.look import train_look

plotly_routes()  # charts are drawn as on app.py's server

PAGE = "pages/judge/compare.py"
LABELS = np.arange(60) % 3


@pytest.fixture(autouse=True)
def fresh() -> None:
    """scikit-learn imported, so that no page waits for it, and nothing remembered from another test."""
    import_module("sklearn.metrics")
    loaders.look_again()


@pytest.fixture(scope="session")
def trained_pair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two trained runs that differ in their seed; only to be copied."""
    folder = tmp_path_factory.mktemp("compare") / "home"
    train_look(folder, "first", seed=5)
    train_look(folder, "second", seed=6)
    return folder


@pytest.fixture
def pair(trained_pair: Path, home: Path) -> list[Run]:
    """Both runs in the test's own home, "first" first."""
    shutil.copytree(trained_pair, home, dirs_exist_ok=True)
    return sorted(RunStore(home).runs(), key=lambda run: run.name)


def opened(*runs: Run | str, **query: str) -> AppTest:
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    at.switch_page(PAGE)
    if runs:
        at.query_params["runs"] = ",".join(run if isinstance(run, str) else run.id for run in runs)
    at.query_params.update(query)
    return ran(at)


def ran(at: AppTest) -> AppTest:
    at.run()
    assert not at.exception
    return at


def words(at: AppTest) -> str:
    told = "\n".join(str(element.value) for element in (*at.markdown, *at.caption, *at.info, *at.error))
    return told.replace("\\", "").replace("\u2060", "").replace("\u00a0", " ")


def pages(at: AppTest) -> str:
    """What the page says in HTML."""
    return "\n".join(one.proto.body for one in at.get("html")).replace("\u00a0", " ")


def drawn(at: AppTest) -> str:
    """What charts and canvases are given: their words, and much besides."""
    return "\n".join(json.dumps(data_of(one), ensure_ascii=False) for one in at.get("bidi_component"))


def asked(at: AppTest) -> str:
    """The runs in the URL."""
    found = at.query_params["runs"]
    return found if isinstance(found, str) else found[0]


def ticked(at: AppTest, *rows: int) -> AppTest:
    """Tick rows of the table."""
    [table] = at.dataframe
    at.session_state[table.key] = {"selection": {"rows": list(rows), "columns": [], "cells": []}}
    return ran(at)


def names(at: AppTest) -> list[str]:
    return list(at.dataframe[0].value["name"])
