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


def test_what_a_network_has_prepared_outlives_a_run_of_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    import keras
    from keras.src.backend.common.global_state import clear_session
    from streamlit.runtime.scriptrunner.script_runner import _clean_problem_modules

    def number() -> int:
        return int(keras.layers.Dense(1).name.partition("_")[2] or 0)  # Keras counts the layers of its session

    monkeypatch.setattr(keras.backend, "clear_session", clear_session)  # whatever pages have run here before
    before = number()
    _clean_problem_modules()
    assert number() <= before  # what Streamlit does by itself
    before = number()
    spare_modules(anyway=True)
    _clean_problem_modules()
    assert number() == before + 1
