"""The first import of Keras, without what nobody here needs of it.

Keras looks for scikit-learn and imports it for its wrappers, with much of SciPy: 55 MB and half a second of every
server, worker and command. Whoever needs scikit-learn imports it in the usual way, meanwhile or afterwards.
"""

import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from types import ModuleType

__all__ = ["import_keras"]

_SPARED = "sklearn"


class _Hidden:
    """Finds no scikit-learn for the thread that made it; other threads find it as ever."""

    def __init__(self) -> None:
        self._thread = threading.get_ident()

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name == _SPARED and threading.get_ident() == self._thread:
            raise ModuleNotFoundError(f"{name} is left out while Keras is imported", name=name)
        return None


@contextmanager
def _hidden() -> Iterator[None]:
    finder = _Hidden()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


def import_keras() -> None:
    """Import Keras; where that has happened already, do nothing."""
    with _hidden():
        import keras  # noqa: F401
