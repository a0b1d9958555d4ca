"""Folders of photos."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.class_folders import PhotoFile, content_of, find_photos
from cnnviz.data.photos import open_photo
from cnnviz.data.sources.understood import Reading, Understood

__all__ = ["recognises", "understand"]


def recognises(path: Path, start: bytes) -> bool:
    """Say whether it is a folder."""
    return path.is_dir()


def understand(path: Path, reading: Reading) -> Understood:
    """Understand a folder of photos."""
    found = find_photos(path)
    names = sorted({file.class_name for file in found.files})
    return Understood(
        path,
        "class folders in train and test" if found.files and found.files[0].part else "class folders",
        tuple(names),
        np.array([names.index(file.class_name) for file in found.files], np.int64),
        np.array([file.part for file in found.files], np.str_),
        _Files(path, found.files),
        skipped=tuple(found.skipped),
        reading=reading,
    )


class _Files:
    def __init__(self, root: Path, files: tuple[PhotoFile, ...]) -> None:
        self._root, self._files = root, files

    def __len__(self) -> int:
        return len(self._files)

    def name(self, position: int) -> str:
        return self._files[position].path.relative_to(self._root).as_posix()

    def read(self, position: int) -> NDArray[np.uint8]:
        name = self.name(position)
        return open_photo(content_of(self._files[position].path, name), name).pixels
