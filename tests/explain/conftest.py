"""One model of each kind for all tests of this folder: what was compiled once stays warm."""

from collections.abc import Callable

import keras
import pytest

from tests.explain.toys import make

_models: dict[str, keras.Model] = {}


@pytest.fixture(scope="session")
def model_of() -> Callable[[str], keras.Model]:
    """A function from a kind's name to its model; no test changes one."""

    def get(kind: str) -> keras.Model:
        if kind not in _models:
            _models[kind] = make(kind)
        return _models[kind]

    return get
