"""What the Data page says of a data set: counts, mean and spread per channel, examples of each class."""

from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.records import Dataset, Images, Labels

__all__ = ["ChannelStatistics", "ClassCounts", "channel_statistics", "class_counts", "examples"]

_BLOCK = 3_000_000  # bytes of images at a time; counting makes whole numbers of them, eight times as large


@dataclass(frozen=True, eq=False)
class ClassCounts:
    """How many images each class has.

    Attributes:
        class_names: by label.
        train: (classes,) int64.
        test: (classes,) int64.
        validation: (classes,) int64; None where a data set brings no validation images.
    """

    class_names: tuple[str, ...]
    train: NDArray[np.int64]
    test: NDArray[np.int64]
    validation: NDArray[np.int64] | None = None


@dataclass(frozen=True, eq=False)
class ChannelStatistics:
    """How bright each channel is, in 0..255 over all pixels of all images.

    Attributes:
        mean: (channels,) float64.
        spread: (channels,) float64, standard deviation (of these pixels, not an estimate of others).
        histogram: (channels, 256) int64, how many pixels have each value.
    """

    mean: NDArray[np.float64]
    spread: NDArray[np.float64]
    histogram: NDArray[np.int64]


def class_counts(dataset: Dataset) -> ClassCounts:
    """Count the images of each class, by split."""
    train, test = (np.bincount(split.labels, minlength=dataset.n_classes) for split in (dataset.train, dataset.test))
    held = dataset.validation
    validation = None if held is None else np.bincount(held.labels, minlength=dataset.n_classes)
    return ClassCounts(dataset.class_names, train, test, validation)


def channel_statistics(images: Images) -> ChannelStatistics:
    """Measure mean and spread of each channel, exactly, from its histogram.

    Args:
        images: (n, height, width, channels) uint8 with n at least 1.
    """
    channels = images.shape[3]
    histogram = np.zeros((channels, 256), np.int64)
    step = max(1, _BLOCK // prod(images.shape[1:]))
    for start in range(0, len(images), step):
        pixels = images[start : start + step].reshape(-1, channels)  # (pixels, channels)
        for channel in range(channels):
            histogram[channel] += np.bincount(pixels[:, channel], minlength=256)
    values = np.arange(256, dtype=np.int64)
    n = histogram[0].sum()
    mean = histogram @ values / n
    # the squares' deviations from the mean, not the difference of two large numbers
    spread = np.sqrt((histogram * (values - mean[:, np.newaxis]) ** 2).sum(axis=1) / n)
    return ChannelStatistics(mean, spread, histogram)


def examples(labels: Labels, n_classes: int, count: int) -> tuple[NDArray[np.int64], ...]:
    """Find the first images of each class.

    Args:
        labels: (n,) int64.
        n_classes: how many classes there are.
        count: how many images of each, at most.

    Returns:
        For each class the positions of its first images, ascending.
    """
    return tuple(np.flatnonzero(labels == label)[:count] for label in range(n_classes))
