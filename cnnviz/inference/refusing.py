"""The rule by which a network says "none of my classes": thresholds, and how far an image is from those it knows."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnviz.evaluation.neighbours import distances
from cnnviz.inference.abstaining import Abstention

if TYPE_CHECKING:
    import keras

__all__ = ["Rule"]


@dataclass(frozen=True, eq=False)
class Rule:
    """When a network abstains.

    Attributes:
        abstention: thresholds, temperature and cost.
        features: those of the training images, (n, features); None where the distance to them does not count.
        whole: whether these are all training images, and not those of them that came with cnnviz.
    """

    abstention: Abstention
    features: NDArray[np.float32] | None = None
    whole: bool = True

    def distances(self, model: "keras.Model", images: NDArray[np.uint8]) -> NDArray[np.float64] | None:
        """Return (n,) how far images (n, height, width, channels) are from the training images, where that counts."""
        if self.features is None:
            return None
        from cnnviz.explain.features import penultimate  # imports Keras, which takes seconds

        return distances(self.features, penultimate(model, images))
