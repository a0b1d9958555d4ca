"""Whether the classes can be told apart without looking at what the images show: by brightness or by size alone."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.records import Labels

__all__ = ["told_by"]

_MOST = 20_000  # images that are enough to know it
_FOLDS = 5


def told_by(numbers: NDArray[Any], labels: Labels) -> float | None:
    """Measure how well a few numbers of an image, such as its mean grey level and its contrast, tell its class.

    A decision tree of three questions, on images that it has not seen (five-fold cross-validation). A network would
    find the same way and learn nothing else (Geirhos et al. 2020, Shortcut Learning in Deep Neural Networks).

    Args:
        numbers: (n, numbers) of the images.
        labels: (n,) int64.

    Returns:
        The mean share of each class that is told rightly (balanced accuracy), 0 to 1, where guessing gets one divided
        by the number of classes; None where a class has too few images to say.
    """
    from sklearn.model_selection import StratifiedKFold, cross_val_score
    from sklearn.tree import DecisionTreeClassifier

    counts = np.bincount(labels)
    if len(counts) < 2 or counts[counts > 0].min() < 2 * _FOLDS:
        return None
    chosen: NDArray[np.int64] = np.random.default_rng(0).permutation(len(labels))[:_MOST]
    if np.bincount(labels[chosen], minlength=len(counts))[counts > 0].min() < _FOLDS:
        chosen = np.arange(len(labels))
    tree = DecisionTreeClassifier(max_depth=3, class_weight="balanced", random_state=0)
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    return float(np.mean(cross_val_score(tree, numbers[chosen], labels[chosen], cv=folds, scoring="balanced_accuracy")))
