"""Some pictures of what was understood, as they would be kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.fitting import fitted
from cnnviz.data.importing import size_of
from cnnviz.data.records import Images
from cnnviz.data.sources import Keeping, Understood
from cnnviz.errors import DataError

__all__ = ["Preview", "first_of_classes", "preview"]


@dataclass(frozen=True, eq=False)
class Preview:
    """Pictures as they would be kept.

    Attributes:
        images: (n, height, width, 1 or 3) uint8; colour where one of them is not grey.
        positions: (n,) int64, which pictures of the `Understood` they are.
        failed: why others cannot be read, a sentence each.
    """

    images: Images
    positions: NDArray[np.int64]
    failed: tuple[str, ...] = ()


def first_of_classes(understood: Understood, classes: range, count: int) -> NDArray[np.int64]:
    """Return the positions of some pictures of each class, spread over all that it has.

    Args:
        understood: the pictures.
        classes: labels.
        count: of each at most.
    """
    found = []
    for label in classes:
        places = np.flatnonzero(understood.labels == label)
        found.append(places[np.linspace(0, len(places) - 1, min(count, len(places))).round().astype(np.int64)])
    return np.concatenate(found) if found else np.zeros(0, np.int64)


def preview(
    understood: Understood,
    keeping: Keeping,
    positions: Sequence[int] | NDArray[np.int64],
    tell: Callable[[int, int], None] | None = None,
) -> Preview:
    """Read some pictures and bring them to the size, as an import does.

    Args:
        understood: the pictures.
        keeping: size, fit and colour.
        positions: which.
        tell: called with how many were read and of how many; what it raises stops.

    Raises:
        DataError: the size is none.
    """
    size, channels = size_of(understood, keeping), {"grey": 1, "rgb": 3}.get(keeping.colour)
    images, read, failed = [], [], []
    for number, position in enumerate(map(int, positions)):
        try:
            pixels = understood.pictures.read(position)
            images.append(fitted(pixels, (*size, channels or pixels.shape[-1]), keeping.fit))
            read.append(position)
        except DataError as error:
            failed.append(error.sentence)
        if tell:
            tell(number + 1, len(positions))
    most = max((image.shape[2] for image in images), default=1)
    alike = [image if image.shape[2] == most else np.repeat(image, most, axis=2) for image in images]
    whole = np.stack(alike) if alike else np.zeros((0, *size, most), np.uint8)
    return Preview(whole, np.array(read, np.int64), tuple(failed))
