"""One tiny run for all tests of this folder; no test changes it."""

from pathlib import Path

import pytest

from cnnviz.data import Prepared
from cnnviz.runs import Run
from tests.replay.made import data_of, trained


@pytest.fixture(scope="session")
def replay_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("replay") / "home"


@pytest.fixture(scope="session")
def run(replay_home: Path) -> Run:
    return trained(replay_home)


@pytest.fixture(scope="session")
def data(run: Run, replay_home: Path) -> Prepared:
    return data_of(run, replay_home)
