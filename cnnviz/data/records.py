"""What a data set is: images with labels, in a training and a test split."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.stored import StoredImages
from cnnviz.errors import DataError

__all__ = ["Dataset", "DatasetInfo", "Images", "Labels", "Shape", "Split", "are_characters"]

Images = NDArray[np.uint8]
Labels = NDArray[np.int64]
Shape = tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Split:
    """Images and their labels.

    Both arrays are read-only views, so that one copy can be shared by everything that looks at it.

    Attributes:
        images: (n, height, width, channels) uint8 in 0..255; 1 channel is grey, 3 are red, green, blue. Of a large data
            set they are `StoredImages`, which stay on the disk: index them, by a number, a range or an array of
            numbers, and what comes is an array. Whoever needs all of them reads some hundreds at a time.
        labels: (n,) int64, positions in the data set's class names.

    Raises:
        DataError: the arrays have other shapes, types or lengths than these.
    """

    images: Images
    labels: Labels

    def __post_init__(self) -> None:
        images, labels = self.images, self.labels
        if images.ndim != 4 or images.dtype != np.uint8 or labels.shape != images.shape[:1] or labels.dtype != np.int64:
            raise DataError(
                f"a split was given images {images.shape} {images.dtype} and labels {labels.shape} "
                f"{labels.dtype}; "
                "give images (n, height, width, channels) uint8 and labels (n,) int64"
            )
        object.__setattr__(self, "images", _read_only(images))
        object.__setattr__(self, "labels", _read_only(labels))

    def __len__(self) -> int:
        return len(self.labels)

    def sliced(self, which: slice) -> "Split":
        """Return a range of the images, or every so manieth, as a split of its own: shared, or still on the disk."""
        images: Any = self.images
        if isinstance(images, StoredImages):
            return self.take(np.arange(len(self))[which])
        return Split(images[which], self.labels[which])

    def take(self, indices: NDArray[np.int64]) -> "Split":
        """Return the images at `indices`, in that order, as a split of its own: copied, or still on the disk."""
        images: Any = self.images
        chosen: Any = images.take(indices) if isinstance(images, StoredImages) else images[indices]
        return Split(chosen, self.labels[indices])


@dataclass(frozen=True, eq=False)
class Dataset:
    """A named set of labelled images, already divided into training and test.

    Attributes:
        name: what `load_dataset` finds it by.
        class_names: a name for each label 0, 1, ...
        train: the images to learn from; validation is split off these where the data set brings none.
        test: the images to measure on, never trained on.
        source: whose images these are, in one line, to show beside them.
        validation: the images to watch a training by, where the data set brings them; None where each run draws its own
            from `train`.
    """

    name: str
    class_names: tuple[str, ...]
    train: Split
    test: Split
    source: str
    validation: Split | None = None

    @property
    def shape(self) -> Shape:
        """Height, width and channels of each image."""
        height, width, channels = self.train.images.shape[1:]
        return height, width, channels

    @property
    def n_classes(self) -> int:
        """How many classes there are."""
        return len(self.class_names)


@dataclass(frozen=True)
class DatasetInfo:
    """What is known of a data set without loading it.

    Attributes:
        name: what `load_dataset` finds it by.
        n_train: number of training images.
        n_test: number of test images.
        classes: the class names, by label.
        shape: height, width and channels of each image.
        available: True where loading needs no network.
        source: whose images these are, in one line.
        problem: why a file that is there cannot be used, in one sentence; empty where nothing is wrong.
        n_validation: number of validation images that it brings; 0 where each run draws its own.
    """

    name: str
    n_train: int
    n_test: int
    classes: tuple[str, ...]
    shape: Shape
    available: bool
    source: str
    problem: str = ""
    n_validation: int = 0


def are_characters(class_names: Sequence[str]) -> bool:
    """Say whether all classes are digits or single letters, whose mirror images are something else.

    Args:
        class_names: one name a class.
    """
    return all(len(name) == 1 or name.isdecimal() for name in class_names)


def _read_only(array: Any) -> Any:
    """Return a view that cannot be written through; the caller's own array stays as it was."""
    if isinstance(array, StoredImages):  # cannot be written at all
        return array
    view = array.view()
    view.setflags(write=False)
    return view
