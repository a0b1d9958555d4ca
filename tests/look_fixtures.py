"""Fixtures of the pages that look inside, for the conftest.py of whoever tests them."""

import gc
from importlib import import_module
from pathlib import Path

import pytest

from cnnviz.runs import Run
from cnnviz.ui.network.models import NEEDED
from tests.look import copied, train_look


@pytest.fixture(scope="session")
def trained_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one trained run; only to be copied."""
    folder = tmp_path_factory.mktemp("look") / "home"
    train_look(folder)
    return folder


@pytest.fixture
def keras_imported() -> None:
    """Keras imported, so that pages need not wait for it."""
    _import_keras()


@pytest.fixture
def looked_at(trained_home: Path, home: Path) -> Run:
    """A trained run in the test's own home, and Keras imported, so that pages need not wait for it."""
    _import_keras()
    return copied(trained_home, home)


def _import_keras() -> None:
    for name in NEEDED:
        import_module(name)
    gc.freeze()  # as cnnviz.ui.network.models does: Streamlit collects garbage after every run of a page
