"""Batches of images that stay on the disk, read in a thread while the step before is taken."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.stored import StoredImages

__all__ = ["Feed"]

Batch = NDArray[np.uint8]
Indices = NDArray[np.int32]


class Feed:
    """Reads batches, always one ahead of the one that is used.

    Args:
        images: the training images.
    """

    def __init__(self, images: StoredImages) -> None:
        self._images = images
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="cnnviz-feed")
        self._ahead: tuple[Indices, Future[Batch]] | None = None

    def batches(self, indices: Indices, following: Indices | None = None) -> Iterator[Batch]:
        """Yield the images of some batches.

        Args:
            indices: (batches, batch) which images each has.
            following: (batch,) which images the batch after these will have, where that is known: they are read while
                the last of these is used.

        Yields:
            (batch, height, width, channels) uint8.
        """
        more = [] if following is None or not len(following) else [following]
        wanted = [*indices, *more]
        for number in range(len(indices)):
            reading = self._reading(wanted[number])
            if number + 1 < len(wanted):
                self._ahead = (wanted[number + 1], self._read(wanted[number + 1]))
            yield reading.result()

    def _reading(self, chosen: Indices) -> Future[Batch]:
        ahead, self._ahead = self._ahead, None
        return ahead[1] if ahead is not None and np.array_equal(ahead[0], chosen) else self._read(chosen)

    def _read(self, chosen: Indices) -> Future[Batch]:
        return self._pool.submit(self._images.__getitem__, chosen)
