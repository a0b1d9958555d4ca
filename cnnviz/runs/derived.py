"""Derived: what is computed of a network and images, and kept beside its run so that it is computed once."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np
from cachetools import LRUCache

from cnnviz.arrays import Arrays, pack_arrays, read_arrays, sealed
from cnnviz.errors import StorageError
from cnnviz.files import stamp
from cnnviz.runs.weights import Weights

__all__ = ["Derived", "Progress"]

T = TypeVar("T")
Progress = Callable[[float, str], None]  # the share that is done, in [0, 1], and what is being done; may raise to stop

_MADE_OF = "made_of"


def _untold(share: float, phrase: str) -> None:
    """Tell nobody."""


class Derived(ABC, Generic[T]):
    """An array or a record that is computed of weights and images, in a file among the run's additions.

    A kind of it says how it is computed (`compute`) and how it lies in a file (`packed`, `unpacked`). The file names
    the weights and images it was made of; one that was made of others, and one that is damaged, is made again.

    Args:
        weights: the network.
        name: the file's path among the additions, such as "planes/pca-0003.npz".
        images: what names the images it depends on.
        home: the home folder, where the additions to a read-only run are; None for the run's own.

    Attributes:
        weights: the network.
        path: of the file.
    """

    _loaded: ClassVar[LRUCache[tuple[Path, tuple[int, ...], str], Any]]
    _lock: ClassVar[threading.Lock]

    def __init_subclass__(cls, *, held: int = 16, **more: Any) -> None:
        """Make room for so many of its kind that were read."""
        super().__init_subclass__(**more)
        cls._loaded, cls._lock = LRUCache(held), threading.Lock()

    def __init__(self, weights: Weights, name: str, images: str, home: str | Path | None = None) -> None:
        self.weights = weights
        self._name, self._images = name, images
        self._additions = weights.run.additions(home)
        self.path = self._additions.folder / name

    @property
    def made_of(self) -> str:
        """What names the weights and the images it depends on."""
        return f"{self.weights.digest}|{self._images}"

    @property
    def key(self) -> str:
        """What tells it from all others."""
        return f"{self.path}|{self.made_of}"

    def load(self) -> T | None:
        """Return what was kept, shared and read-only; None where nothing was that fits."""
        at = (self.path, stamp(self.path), self.made_of)
        with self._lock:
            found: T | None = self._loaded.get(at)
        if found is None:
            found = self._read()
            if found is not None:
                with self._lock:
                    self._loaded[at] = sealed(found)
        return found

    def save(self, value: T) -> None:
        """Keep it.

        Raises:
            StorageError: the disk is full or refuses, or the run is gone.
        """
        self._write(value, self.made_of)

    def make(self, progress: Progress = _untold) -> T:
        """Compute it and keep it; where the disk refuses, it is computed again the next time.

        Args:
            progress: told the share that is done, in [0, 1], and what is being done; it may raise to stop.

        Raises:
            CnnvizError: it cannot be computed.
        """
        made_of = self.made_of  # before: the run may go on meanwhile
        value = self.compute(progress)
        with suppress(StorageError):
            self._write(value, made_of)
        return value

    def get(self, progress: Progress = _untold) -> T:
        """Return what was kept, or make it.

        Raises:
            CnnvizError: as for `make`.
        """
        found = self.load()
        return self.make(progress) if found is None else found

    @abstractmethod
    def compute(self, progress: Progress) -> T:
        """Compute it, as `make` does, and keep nothing."""

    @abstractmethod
    def packed(self, value: T) -> Arrays:
        """Return it as the arrays of its file."""

    @abstractmethod
    def unpacked(self, arrays: Arrays) -> T | None:
        """Return what `packed` made arrays of; None where these can be no such thing.

        Raises:
            KeyError: an array is missing.
            ValueError: one has another form.
        """

    def _read(self) -> T | None:
        try:
            arrays = read_arrays(self.path)
            return self.unpacked(arrays) if str(arrays[_MADE_OF]) == self.made_of else None
        except (OSError, ValueError, KeyError):  # not made yet, or damaged
            return None

    def _write(self, value: T, made_of: str) -> None:
        content = pack_arrays({**self.packed(value), _MADE_OF: np.array(made_of)})
        self._additions.write(self._name, content)
