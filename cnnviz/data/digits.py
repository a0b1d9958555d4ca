"""The small handwritten digits that scikit-learn carries: 8x8 grey images, there without a network."""

import numpy as np

from cnnviz.data.known import KNOWN
from cnnviz.data.records import Dataset, Split
from cnnviz.errors import MissingExtraError

__all__ = ["load_digits"]

_FULL = 16  # scikit-learn's values are counts 0 to 16: ink pixels in a 4x4 block
_EVERY = 5


def load_digits() -> Dataset:
    """Load scikit-learn's digits.

    A count v in 0..16 becomes the grey value (255 v + 8) // 16, which is 255 v / 16 rounded, so 0 stays 0
    and 16 becomes 255. Every fifth image of each class, in scikit-learn's order, is a test image: always the
    same ones, and the same share of every class.

    Returns:
        1,442 training and 355 test images of 8x8x1.

    Raises:
        MissingExtraError: scikit-learn is not installed.
    """
    try:
        from sklearn.datasets import load_digits as load  # type: ignore[import-untyped, unused-ignore]
    except ImportError as error:
        raise MissingExtraError(
            "the digits come with scikit-learn, which is not installed; run: pip install scikit-learn"
        ) from error
    bunch = load()
    counts = bunch.images.astype(np.int64)  # (1797, 8, 8), 0..16
    images = ((counts * 255 + _FULL // 2) // _FULL).astype(np.uint8)[..., np.newaxis]  # (1797, 8, 8, 1)
    labels = bunch.target.astype(np.int64)
    test = np.zeros(len(labels), bool)
    for label in range(10):
        test[np.flatnonzero(labels == label)[_EVERY - 1 :: _EVERY]] = True
    known = KNOWN["digits"]
    return Dataset(
        known.name,
        known.class_names,
        Split(images[~test], labels[~test]),
        Split(images[test], labels[test]),
        known.source,
    )
