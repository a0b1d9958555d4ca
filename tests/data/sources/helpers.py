"""Small pictures that look like pictures, so that how their values lie can be told."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.sources import Reading, Understood, understand


def smooth(n: int, height: int, width: int, channels: int, seed: int = 0) -> NDArray[np.uint8]:
    """Return n different pictures (height, width, channels), each a slope of colours."""
    random = np.random.default_rng(seed)
    rows, columns = np.mgrid[:height, :width]
    slopes = random.uniform(0.2, 1, (n, 1, 1, channels)) * (rows / height)[..., None] * 150
    slopes = slopes + random.uniform(0, 1, (n, 1, 1, channels)) * (columns / width)[..., None] * 60
    return np.rint(slopes + random.integers(0, 40, (n, 1, 1, channels))).astype(np.uint8)


def read_all(found: Understood) -> NDArray[np.uint8]:
    """Read all pictures, which have one shape."""
    return np.stack([found.pictures.read(position) for position in range(len(found))])


def of_part(found: Understood, part: str) -> NDArray[np.uint8]:
    """Read the pictures of a part."""
    return np.stack([found.pictures.read(int(position)) for position in np.flatnonzero(found.parts == part)])


def labels_in_words(found: Understood) -> list[str]:
    """Return what each picture's class is called."""
    return [found.class_names[label] for label in found.labels]


def said(found: Understood) -> str:
    """Return all that is said of it."""
    return " ".join((*found.notes, *found.doubts, *found.skipped))


def again(path: Path, **reading: object) -> Understood:
    """Understand with corrections."""
    return understand(path, Reading(**reading))  # type: ignore[arg-type]
