"""Pictures to keep that need no files: each is of one colour that says which one it is."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.sources.understood import Understood
from cnnviz.errors import DataError


class MadePictures:
    """Pictures made when they are read; some cannot be."""

    def __init__(self, count: int, make: Callable[[int], NDArray[np.uint8]], broken: tuple[int, ...] = ()) -> None:
        self._count, self._make, self._broken = count, make, broken
        self.read_ones: list[int] = []

    def __len__(self) -> int:
        return self._count

    def name(self, position: int) -> str:
        return f"picture {position}"

    def read(self, position: int) -> NDArray[np.uint8]:
        self.read_ones.append(position)
        if position in self._broken:
            raise DataError(f"picture {position} is damaged; choose another")
        return self._make(position)


def coloured(position: int) -> NDArray[np.uint8]:
    """A picture of 12x10 pixels whose red and green say which one it is."""
    return np.full((10, 12, 3), (position % 256, position // 256, 7), np.uint8)


def grey(position: int) -> NDArray[np.uint8]:
    return np.full((10, 12, 1), position % 256, np.uint8)


def numbers(images: Any) -> list[int]:
    """Which pictures of `coloured` these images are."""
    array = np.asarray(images)
    return (array[:, 0, 0, 0] + 256 * array[:, 0, 0, 1].astype(int)).tolist()


def understood(
    count: int = 60,
    classes: int = 3,
    make: Callable[[int], NDArray[np.uint8]] = coloured,
    *,
    broken: tuple[int, ...] = (),
    parts: Any = None,
    groups: Any = None,
    path: Path = Path("/made"),
    **more: Any,
) -> Understood:
    """Pictures of some classes in turn."""
    return Understood(
        path=path,
        form="made pictures",
        class_names=tuple("abcdefghij"[:classes]),
        labels=np.arange(count) % classes,
        parts=np.full(count, "", np.str_) if parts is None else np.array(parts),
        pictures=MadePictures(count, make, broken),
        groups=None if groups is None else np.array(groups),
        **more,
    )
