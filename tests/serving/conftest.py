"""A small trained run, and one server for all who only ask."""

from collections.abc import Iterator

import pytest

from cnnviz.runs import Run
from tests.serving.served import Server
from tests.ui.made import small_spec


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    from cnnviz.training.execute import train

    return train(small_spec("digits"), tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def server(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(run, tmp_path_factory.mktemp("server") / "log")
    yield running
    running.end()
