"""Modules are out of the garbage collector's reach, once each time there are more of them."""

import gc
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

from cnnviz.ui.sparing import spare_modules


@pytest.fixture(autouse=True)
def unfrozen_afterwards() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_new_modules_are_spared_once(monkeypatch: pytest.MonkeyPatch) -> None:
    spare_modules()
    before = gc.get_freeze_count()
    assert before > 10_000
    monkeypatch.setitem(sys.modules, "cnnviz_made_up", ModuleType("cnnviz_made_up"))
    kept = [[] for _ in range(1000)]
    assert spare_modules()
    assert gc.get_freeze_count() >= before + len(kept)
    assert not spare_modules()
