"""A worker is kept warm while nothing trains."""

from pathlib import Path

import pytest

from cnnviz.ui import loaders, warm
from tests.ui.made import running_run


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The homes for which a worker was started; none is."""
    homes: list[str] = []
    monkeypatch.setattr(warm, "warm_up", homes.append)
    monkeypatch.delenv(warm.WARM_VARIABLE)
    loaders.look_again()
    return homes


def test_a_worker_is_started_where_nothing_trains(home: Path, started: list[str]) -> None:
    warm._warm(str(home))
    assert started == [str(home)]


def test_a_run_that_began_meanwhile_keeps_the_cores(home: Path, started: list[str]) -> None:
    running_run(home)
    warm._warm(str(home))
    assert not started
